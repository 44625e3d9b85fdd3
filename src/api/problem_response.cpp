#include "api/problem_response.hpp"

#include "meridian/base/problem_details.hpp"

namespace meridian::api {

http::response problem_response(const problem& failure) {
    http::response answer(status_of(failure.kind()));
    switch (failure.kind()) {
    case problem_kind::length_required:
    case problem_kind::unsupported_media_type:
        return answer;
    case problem_kind::not_acceptable:
        answer.content_type = "application/json";
        answer.body = failure.detail();
        return answer;
    case problem_kind::unavailable:
        answer.add("Retry-After", "1");
        break;
    default:
        break;
    }
    answer.content_type = "application/json";
    answer.body = to_text(problem_details(failure));
    return answer;
}

} // namespace meridian::api
