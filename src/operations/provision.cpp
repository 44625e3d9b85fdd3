#include "meridian/operations/provision.hpp"

#include "meridian/ngsild/parse.hpp"
#include "operations/apply.hpp"
#include "operations/commit.hpp"

#include <utility>

namespace meridian::operations {
namespace {

update_outcome outcome_of(store::committed&& done) {
    return update_outcome{std::move(done.change.updated), std::move(done.change.not_updated)};
}

/// Commits a change of an Entity that must exist, whose outcome is all that its caller wants.
asio::awaitable<result<void>> commit_change(request_scope& scope, prepared_change change) {
    MERIDIAN_CO_CHECK(co_await commit(scope, std::move(change), adds_entity::no));
    co_return result<void>{};
}

} // namespace

asio::awaitable<result<void>> create_entity(request_scope& scope, ngsild::entity subject) {
    auto id = subject.id;
    auto names = ngsild::names_of(subject);
    prepared_change change(std::move(id), std::move(names), apply::creation(std::move(subject)));
    MERIDIAN_CO_CHECK(co_await commit(scope, std::move(change), adds_entity::yes));
    co_return result<void>{};
}

asio::awaitable<result<update_outcome>> update_attributes(request_scope& scope, std::string id,
                                                          ngsild::entity_fragment fragment,
                                                          expected_types types) {
    auto names = ngsild::names_of(fragment);
    auto function = apply::update(id, std::move(fragment), std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    MERIDIAN_CO_TRY(auto done, co_await commit(scope, std::move(change), adds_entity::no));
    co_return outcome_of(std::move(done));
}

asio::awaitable<result<update_outcome>> append_attributes(request_scope& scope, std::string id,
                                                          ngsild::entity_fragment fragment,
                                                          ngsild::overwrite mode,
                                                          expected_types types) {
    auto names = ngsild::names_of(fragment);
    auto function = apply::appending(id, std::move(fragment), mode, std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    MERIDIAN_CO_TRY(auto done, co_await commit(scope, std::move(change), adds_entity::no));
    co_return outcome_of(std::move(done));
}

asio::awaitable<result<void>> partial_update_attribute(request_scope& scope, std::string id,
                                                       ngsild::entity_fragment fragment,
                                                       expected_types types) {
    auto names = ngsild::names_of(fragment);
    auto function = apply::partial_update(id, std::move(fragment), std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    co_return co_await commit_change(scope, std::move(change));
}

asio::awaitable<result<void>> delete_attribute(request_scope& scope, std::string id,
                                               attribute_selector which, expected_types types) {
    auto function = apply::attribute_deletion(id, std::move(which), std::move(types));
    prepared_change change(std::move(id), std::vector<std::string>{}, std::move(function));
    co_return co_await commit_change(scope, std::move(change));
}

asio::awaitable<result<void>> delete_entity(request_scope& scope, std::string id,
                                            expected_types types) {
    auto function = apply::deletion(id, std::move(types));
    prepared_change change(std::move(id), std::vector<std::string>{}, std::move(function));
    co_return co_await commit_change(scope, std::move(change));
}

asio::awaitable<result<void>> merge_entity(request_scope& scope, std::string id,
                                           ngsild::entity_fragment fragment,
                                           ngsild::merge_options options, expected_types types) {
    auto names = ngsild::names_of(fragment);
    auto function = apply::merging(id, std::move(fragment), std::move(options), std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    co_return co_await commit_change(scope, std::move(change));
}

asio::awaitable<result<void>> replace_entity(request_scope& scope, ngsild::entity subject,
                                             expected_types types) {
    auto id = subject.id;
    auto names = ngsild::names_of(subject);
    auto function = apply::replacement(std::move(subject), std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    co_return co_await commit_change(scope, std::move(change));
}

asio::awaitable<result<void>> replace_attribute(request_scope& scope, std::string id,
                                                ngsild::entity_fragment fragment,
                                                expected_types types) {
    auto names = ngsild::names_of(fragment);
    auto function = apply::attribute_replacement(id, std::move(fragment), std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    co_return co_await commit_change(scope, std::move(change));
}

} // namespace meridian::operations
