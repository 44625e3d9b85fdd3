#include "meridian/base/problem_details.hpp"

namespace meridian {
namespace {

constexpr std::string_view error_namespace = "https://uri.etsi.org/ngsi-ld/errors/";

/// The error types that the standard defines (table 5.5.2-1); others are "about:blank" (RFC 7807).
bool is_ngsi_ld_error(problem_kind kind) noexcept {
    switch (kind) {
    case problem_kind::invalid_request:
    case problem_kind::bad_request_data:
    case problem_kind::already_exists:
    case problem_kind::conflict:
    case problem_kind::operation_not_supported:
    case problem_kind::resource_not_found:
    case problem_kind::internal_error:
    case problem_kind::too_complex_query:
    case problem_kind::too_many_results:
    case problem_kind::ld_context_not_available:
    case problem_kind::no_multi_tenant_support:
    case problem_kind::nonexistent_tenant:
        return true;
    default:
        return false;
    }
}

} // namespace

unsigned status_of(problem_kind kind) noexcept {
    switch (kind) {
    case problem_kind::invalid_request:
    case problem_kind::bad_request_data:
        return 400;
    case problem_kind::too_complex_query:
    case problem_kind::too_many_results:
        return 403;
    case problem_kind::resource_not_found:
    case problem_kind::nonexistent_tenant:
        return 404;
    case problem_kind::method_not_allowed:
        return 405;
    case problem_kind::not_acceptable:
        return 406;
    case problem_kind::request_timeout:
        return 408;
    case problem_kind::already_exists:
    case problem_kind::conflict:
        return 409;
    case problem_kind::length_required:
        return 411;
    case problem_kind::precondition_failed:
        return 412;
    case problem_kind::payload_too_large:
        return 413;
    case problem_kind::uri_too_long:
        return 414;
    case problem_kind::unsupported_media_type:
        return 415;
    case problem_kind::operation_not_supported:
        return 422;
    case problem_kind::too_many_requests:
        return 429;
    case problem_kind::header_too_large:
        return 431;
    case problem_kind::internal_error:
        return 500;
    case problem_kind::no_multi_tenant_support:
        return 501;
    case problem_kind::bad_gateway:
        return 502;
    case problem_kind::unavailable:
        return 503;
    case problem_kind::ld_context_not_available:
    case problem_kind::gateway_timeout:
        return 504;
    case problem_kind::loop_detected:
        return 508;
    }
    return 500;
}

json problem_details(const problem& failure) {
    json details = json::object();
    details["type"] = is_ngsi_ld_error(failure.kind())
                          ? std::string{error_namespace} + std::string{type_name(failure.kind())}
                          : std::string{"about:blank"};
    details["title"] = title(failure.kind());
    details["detail"] = failure.detail();
    details["status"] = status_of(failure.kind());
    if (!failure.pointer().empty())
        details["pointer"] = failure.pointer();
    return details;
}

} // namespace meridian
