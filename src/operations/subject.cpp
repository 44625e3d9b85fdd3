#include "operations/subject.hpp"

namespace meridian::operations {

asio::awaitable<result<store::subject_id>> numbered_subject(const request_scope& scope) {
    if (scope.subject.empty())
        co_return store::subject_id{0};
    if (const auto known = scope.with.subjects.known(scope.subject))
        co_return *known;
    auto naming = scope.with.subjects.find_or_create(scope.subject);
    co_return co_await std::move(naming);
}

} // namespace meridian::operations
