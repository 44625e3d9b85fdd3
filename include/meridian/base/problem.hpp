#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace meridian {

/// The error types of table 5.5.2-1, and those that the HTTP binding needs besides (6.3.2, 6.3.4).
/// One kind has one HTTP status, decided in `base/problem_details.cpp` alone.
enum class problem_kind {
    invalid_request,          ///< the request is syntactically wrong: 400
    bad_request_data,         ///< the request's data break a rule of the standard: 400
    already_exists,           ///< the Entity, Subscription … is there already: 409
    conflict,                 ///< a registration forbids it: 409
    operation_not_supported,  ///< 422
    resource_not_found,       ///< 404
    internal_error,           ///< 500
    too_complex_query,        ///< 403
    too_many_results,         ///< 403
    ld_context_not_available, ///< a remote @context cannot be had: 504
    no_multi_tenant_support,  ///< 501
    nonexistent_tenant,       ///< 404
    unavailable,              ///< the database is away; try again: 503 with Retry-After
    precondition_failed,      ///< If-Match: 412
    request_timeout,          ///< 408
    payload_too_large,        ///< 413
    unsupported_media_type,   ///< 415
    not_acceptable,           ///< 406
    length_required,          ///< 411
    method_not_allowed,       ///< 405
    uri_too_long,             ///< 414
    header_too_large,         ///< 431
    loop_detected,            ///< 508
    gateway_timeout,          ///< 504
    bad_gateway,              ///< 502
    too_many_requests,        ///< 429
};

/// Why a request was refused: a kind, a detail for a person that names the offending member, and
/// where they are known the JSON pointer of that member and the Entity or Attribute concerned.
/// Holds one pointer, so that `result<T>` stays small; moving is free, copying allocates.
class problem {
public:
    problem(problem_kind kind, std::string detail);
    problem(const problem& other);
    problem& operator=(const problem& other);
    problem(problem&&) noexcept = default;
    problem& operator=(problem&&) noexcept = default;
    ~problem() = default;

    [[nodiscard]] problem_kind kind() const noexcept { return state_->kind; }
    [[nodiscard]] const std::string& detail() const noexcept { return state_->detail; }
    /// JSON pointer (RFC 6901) of the member at fault; empty where it is not known.
    [[nodiscard]] const std::string& pointer() const noexcept { return state_->pointer; }
    /// The Entity that the problem belongs to, for batch answers (5.2.17); may be empty.
    [[nodiscard]] const std::string& entity_id() const noexcept { return state_->entity_id; }

    [[nodiscard]] problem at(std::string pointer) &&;
    [[nodiscard]] problem for_entity(std::string entity_id) &&;

    friend bool operator==(const problem& left, const problem& right) noexcept {
        return *left.state_ == *right.state_;
    }

private:
    struct state {
        problem_kind kind;
        std::string detail;
        std::string pointer;
        std::string entity_id;
        bool operator==(const state&) const = default;
    };
    std::unique_ptr<state> state_;
};

/// The last segment of the standard's error type URI, for example "BadRequestData" (5.5.2).
/// Kinds that the standard has no type for give their HTTP reason phrase without blanks.
[[nodiscard]] std::string_view type_name(problem_kind kind) noexcept;

/// A short text for people, the `title` of a ProblemDetails (5.5.3); HTTP's reason phrase for kinds
/// that the standard has no type for.
[[nodiscard]] std::string_view title(problem_kind kind) noexcept;

} // namespace meridian
