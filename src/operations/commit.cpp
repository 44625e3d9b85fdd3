#include "operations/commit.hpp"

#include "operations/subject.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

/// `change` on the condition that the Entity is as `expected` has it: called under the row's lock,
/// so that between the look and the write there is nobody else's. As RFC 9110 13.2.1 has it, what
/// would fail without the condition fails as without it. A change that leaves all as it was tells
/// modifiedAt too.
apply::function under_condition(apply::function change, std::optional<expected_state> expected) {
    return [change = std::move(change), expected = std::move(expected)](
               const ngsild::stored_entity* old,
               const ngsild::change_scope& scope) -> result<ngsild::change> {
        MERIDIAN_TRY(auto made, change(old, scope));
        if (expected && old && !expected->holds_for(old->modified_at))
            return problem{problem_kind::precondition_failed,
                           "the Entity was changed since (If-Match)"};
        if (old && made.happened == ngsild::change::what::none)
            made.modified_at = old->modified_at;
        return made;
    };
}

} // namespace

asio::awaitable<result<store::committed>> commit(request_scope& scope, prepared_change change,
                                                 adds_entity creates) {
    auto& dictionary = scope.with.dictionary;
    const bool has_new_names =
        std::any_of(change.names.begin(), change.names.end(),
                    [&](const std::string& iri) { return dictionary.find(iri) == 0; });
    if (has_new_names) {
        if (creates == adds_entity::no) {
            auto retrieval = scope.with.entities.retrieve(scope.tenant, change.id);
            MERIDIAN_CO_TRY(auto existing, co_await std::move(retrieval));
            if (!existing)
                co_return apply::entity_not_found(change.id);
        }
        auto resolving = dictionary.resolve(scope.tenant, change.names);
        MERIDIAN_CO_CHECK(co_await std::move(resolving));
    }
    auto function = under_condition(std::move(change.function), scope.expected);
    store::entity_change lane_change(scope.tenant, std::move(change.id), std::move(function));
    lane_change.receipt = scope.receipt;
    if (!scope.subject.empty()) {
        MERIDIAN_CO_TRY(lane_change.subject, co_await numbered_subject(scope));
    }
    auto committing = scope.with.lanes.commit(std::move(lane_change));
    MERIDIAN_CO_TRY(auto done, co_await std::move(committing));
    if (done.change.happened != ngsild::change::what::deleted)
        scope.written = done.change.modified_at;
    co_return done;
}

} // namespace meridian::operations
