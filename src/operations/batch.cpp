#include "meridian/operations/batch.hpp"

#include "meridian/ngsild/parse.hpp"
#include "operations/apply.hpp"
#include "operations/commit.hpp"
#include "operations/refuse.hpp"
#include "operations/subject.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace meridian::operations {
namespace {

/// A batch on its way: the changes, and the outcome with what was refused before any database.
struct batch {
    std::vector<prepared_change> changes;
    batch_outcome outcome;
};

using operations::subject_of;
batch_subject subject_of(const upsert_item& item) {
    return operations::subject_of(item.subject);
}

/// Elements that Registrations have a say in become errors.
template <typename Parsed>
asio::awaitable<void> refuse_distributed(request_scope& scope, federation::operation operation,
                                         std::vector<batch_item<Parsed>>& items) {
    if (!may_distribute(scope))
        co_return;
    std::vector<batch_subject> subjects;
    for (const auto& item : items)
        subjects.push_back(item ? subject_of(*item) : batch_subject{});
    auto looking = refused_elements(scope, operation, subjects);
    const auto refused = co_await std::move(looking);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!items[i])
            continue;
        if (!refused)
            items[i] = problem{refused.error()}.for_entity(subjects[i].id);
        else if ((*refused)[i])
            items[i] = problem{*(*refused)[i]}.for_entity(subjects[i].id);
    }
}

/// Turns the parsed items into changes by `prepare`; items that did not parse become errors.
template <typename Parsed, typename Prepare>
batch prepare_all(std::vector<batch_item<Parsed>>&& items, Prepare prepare) {
    batch prepared;
    prepared.changes.reserve(items.size());
    for (auto& item : items) {
        if (item)
            prepared.changes.push_back(prepare(std::move(*item)));
        else
            prepared.outcome.errors.push_back(std::move(item).error());
    }
    return prepared;
}

/// Puts all names of a batch into the dictionary at once. Where that fails all changes fail.
asio::awaitable<result<void>> resolve_names(request_scope& scope,
                                            const std::vector<prepared_change>& changes) {
    auto& dictionary = scope.with.dictionary;
    std::unordered_set<std::string> missing;
    for (const auto& change : changes)
        for (const auto& iri : change.names)
            if (dictionary.find(iri) == 0)
                missing.insert(iri);
    if (missing.empty())
        co_return result<void>{};
    std::vector<std::string> iris(std::make_move_iterator(missing.begin()),
                                  std::make_move_iterator(missing.end()));
    co_return co_await dictionary.resolve(scope.tenant, std::move(iris));
}

void record(batch_outcome& outcome, std::string id, result<store::committed>&& answer) {
    if (!answer) {
        outcome.errors.push_back(std::move(answer).error().for_entity(std::move(id)));
        return;
    }
    if (const auto& left = answer->change.not_updated; !left.empty()) {
        // 5.6.9 does what 5.6.3 does, whose answer is then a partial success, no success.
        std::string detail = "not updated:";
        for (const auto& [name, reason] : left)
            detail.append(" ").append(name).append(" (").append(reason).append(")");
        outcome.errors.push_back(
            problem{problem_kind::bad_request_data, std::move(detail)}.for_entity(std::move(id)));
        return;
    }
    if (answer->change.happened == ngsild::change::what::created)
        outcome.created.push_back(id);
    outcome.succeeded.push_back(std::move(id));
}

/// What all changes of a batch need before they go to their lanes.
asio::awaitable<result<store::subject_id>> make_ready(request_scope& scope,
                                                      const std::vector<prepared_change>& changes) {
    MERIDIAN_CO_CHECK(co_await resolve_names(scope, changes));
    co_return co_await numbered_subject(scope);
}

asio::awaitable<batch_outcome> commit_all(request_scope& scope, batch prepared) {
    auto& outcome = prepared.outcome;
    const auto subject = co_await make_ready(scope, prepared.changes);
    if (!subject) {
        for (auto& change : prepared.changes)
            outcome.errors.push_back(problem{subject.error()}.for_entity(std::move(change.id)));
        co_return std::move(outcome);
    }
    std::vector<store::entity_change> lane_changes;
    lane_changes.reserve(prepared.changes.size());
    for (auto& change : prepared.changes)
        lane_changes.emplace_back(scope.tenant, change.id, std::move(change.function)).subject =
            *subject;
    auto answers = co_await scope.with.lanes.commit_batch(std::move(lane_changes));
    for (std::size_t i = 0; i < answers.size(); ++i)
        record(outcome, std::move(prepared.changes[i].id), std::move(answers[i]));
    co_return std::move(outcome);
}

} // namespace

asio::awaitable<batch_outcome> create_entities(request_scope& scope,
                                               std::vector<batch_item<ngsild::entity>> items) {
    auto looking = refuse_distributed(scope, federation::operation::create_batch, items);
    co_await std::move(looking);
    auto prepared = prepare_all(std::move(items), [](ngsild::entity&& subject) {
        auto id = subject.id;
        auto names = ngsild::names_of(subject);
        return prepared_change(std::move(id), std::move(names),
                               apply::creation(std::move(subject)));
    });
    co_return co_await commit_all(scope, std::move(prepared));
}

asio::awaitable<batch_outcome> upsert_entities(request_scope& scope,
                                               std::vector<batch_item<upsert_item>> items) {
    auto looking = refuse_distributed(scope, federation::operation::upsert_batch, items);
    co_await std::move(looking);
    auto prepared = prepare_all(std::move(items), [](upsert_item&& item) {
        auto id = item.subject.id;
        auto names = ngsild::names_of(item.subject);
        auto function = item.update ? apply::creation_or_update(std::move(item.subject),
                                                                std::move(*item.update))
                                    : apply::creation_or_replacement(std::move(item.subject));
        return prepared_change(std::move(id), std::move(names), std::move(function));
    });
    co_return co_await commit_all(scope, std::move(prepared));
}

asio::awaitable<batch_outcome>
update_entities(request_scope& scope, std::vector<batch_item<ngsild::entity_fragment>> items,
                ngsild::overwrite mode) {
    auto looking = refuse_distributed(scope, federation::operation::update_batch, items);
    co_await std::move(looking);
    auto prepared = prepare_all(std::move(items), [mode](ngsild::entity_fragment&& fragment) {
        auto id = fragment.id.value_or("");
        auto names = ngsild::names_of(fragment);
        auto function = apply::appending(id, std::move(fragment), mode, std::nullopt);
        return prepared_change(std::move(id), std::move(names), std::move(function));
    });
    co_return co_await commit_all(scope, std::move(prepared));
}

asio::awaitable<batch_outcome> delete_entities(request_scope& scope,
                                               std::vector<batch_item<std::string>> ids) {
    auto looking = refuse_distributed(scope, federation::operation::delete_batch, ids);
    co_await std::move(looking);
    auto prepared = prepare_all(std::move(ids), [](std::string&& id) {
        auto function = apply::deletion(id, std::nullopt);
        return prepared_change(std::move(id), std::vector<std::string>{}, std::move(function));
    });
    co_return co_await commit_all(scope, std::move(prepared));
}

asio::awaitable<batch_outcome>
merge_entities(request_scope& scope, std::vector<batch_item<ngsild::entity_fragment>> items,
               ngsild::merge_options options) {
    auto looking = refuse_distributed(scope, federation::operation::merge_batch, items);
    co_await std::move(looking);
    auto prepared = prepare_all(std::move(items), [&options](ngsild::entity_fragment&& fragment) {
        auto id = fragment.id.value_or("");
        auto names = ngsild::names_of(fragment);
        auto function = apply::merging(id, std::move(fragment), options, std::nullopt);
        return prepared_change(std::move(id), std::move(names), std::move(function));
    });
    co_return co_await commit_all(scope, std::move(prepared));
}

} // namespace meridian::operations
