#include "meridian/base/problem.hpp"

#include <utility>

namespace meridian {

problem::problem(problem_kind kind, std::string detail)
    : state_(std::make_unique<state>(state{kind, std::move(detail), {}, {}})) {}

problem::problem(const problem& other) : state_(std::make_unique<state>(*other.state_)) {}

problem& problem::operator=(const problem& other) {
    if (this != &other)
        state_ = std::make_unique<state>(*other.state_);
    return *this;
}

problem problem::at(std::string pointer) && {
    state_->pointer = std::move(pointer);
    return std::move(*this);
}

problem problem::for_entity(std::string entity_id) && {
    state_->entity_id = std::move(entity_id);
    return std::move(*this);
}

namespace {

struct kind_text {
    std::string_view type;
    std::string_view title;
};

constexpr kind_text text_of(problem_kind kind) noexcept {
    switch (kind) {
    case problem_kind::invalid_request:
        return {"InvalidRequest", "Invalid request"};
    case problem_kind::bad_request_data:
        return {"BadRequestData", "Bad request data"};
    case problem_kind::already_exists:
        return {"AlreadyExists", "Already exists"};
    case problem_kind::conflict:
        return {"Conflict", "Conflict"};
    case problem_kind::operation_not_supported:
        return {"OperationNotSupported", "Operation not supported"};
    case problem_kind::resource_not_found:
        return {"ResourceNotFound", "Resource not found"};
    case problem_kind::internal_error:
        return {"InternalError", "Internal error"};
    case problem_kind::too_complex_query:
        return {"TooComplexQuery", "Too complex query"};
    case problem_kind::too_many_results:
        return {"TooManyResults", "Too many results"};
    case problem_kind::ld_context_not_available:
        return {"LdContextNotAvailable", "LD context not available"};
    case problem_kind::no_multi_tenant_support:
        return {"NoMultiTenantSupport", "No multi-tenant support"};
    case problem_kind::nonexistent_tenant:
        return {"NonexistentTenant", "Nonexistent tenant"};
    case problem_kind::unavailable:
        return {"ServiceUnavailable", "Service Unavailable"};
    case problem_kind::precondition_failed:
        return {"PreconditionFailed", "Precondition Failed"};
    case problem_kind::request_timeout:
        return {"RequestTimeout", "Request Timeout"};
    case problem_kind::payload_too_large:
        return {"PayloadTooLarge", "Payload Too Large"};
    case problem_kind::unsupported_media_type:
        return {"UnsupportedMediaType", "Unsupported Media Type"};
    case problem_kind::not_acceptable:
        return {"NotAcceptable", "Not Acceptable"};
    case problem_kind::length_required:
        return {"LengthRequired", "Length Required"};
    case problem_kind::method_not_allowed:
        return {"MethodNotAllowed", "Method Not Allowed"};
    case problem_kind::uri_too_long:
        return {"URITooLong", "URI Too Long"};
    case problem_kind::header_too_large:
        return {"RequestHeaderFieldsTooLarge", "Request Header Fields Too Large"};
    case problem_kind::loop_detected:
        return {"LoopDetected", "Loop Detected"};
    case problem_kind::gateway_timeout:
        return {"GatewayTimeout", "Gateway Timeout"};
    case problem_kind::bad_gateway:
        return {"BadGateway", "Bad Gateway"};
    case problem_kind::too_many_requests:
        return {"TooManyRequests", "Too Many Requests"};
    }
    return {"InternalError", "Internal error"};
}

} // namespace

std::string_view type_name(problem_kind kind) noexcept {
    return text_of(kind).type;
}

std::string_view title(problem_kind kind) noexcept {
    return text_of(kind).title;
}

} // namespace meridian
