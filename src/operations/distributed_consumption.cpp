#include "meridian/operations/distributed_consumption.hpp"

#include "meridian/query/evaluate.hpp"
#include "operations/apply.hpp"
#include "operations/gather.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace meridian::operations {
namespace {

using federation::contribution;
using federation::match;

/// Encodes merged Entities as rows that keep their own bytes.
class page_builder {
public:
    void add(const ngsild::entity& subject) {
        names_->add(subject);
        struct kept {
            std::string id;
            std::string bytes;
        };
        auto keeps = std::make_shared<kept>(kept{subject.id, ngsild::encode(subject, *names_)});
        store::entity_row row;
        row.uri = keeps->id;
        row.created_at = subject.created_at;
        row.modified_at = subject.modified_at;
        row.document = ngsild::document_view::open(keeps->bytes).value();
        row.keeps = std::move(keeps);
        made_.page.rows.push_back(std::move(row));
    }
    /// Names that the answer may be asked for by (pick, geometryProperty).
    merged_page finish() {
        made_.names = std::move(names_);
        return std::move(made_);
    }
    [[nodiscard]] store::entity_page& page() noexcept { return made_.page; }

private:
    std::shared_ptr<federation::answer_names> names_ = std::make_shared<federation::answer_names>();
    merged_page made_;
};

ngsild::entity decoded(const store::entity_row& row, const ngsild::names& dictionary) {
    auto made = ngsild::decode(row.document, dictionary);
    made.id = row.uri;
    made.created_at = row.created_at;
    made.modified_at = row.modified_at;
    return made;
}

bool has_any(const ngsild::entity& subject, const std::vector<std::string>& attributes) {
    return attributes.empty() || std::ranges::any_of(subject.attributes, [&](const auto& one) {
               return std::ranges::find(attributes, one.name) != attributes.end();
           });
}

/// Registrations whose Context Source can be asked so. A request that has been here is not sent
/// round again, which is warned of (6.3.17).
void keep_askable(request_scope& scope, std::vector<match>& found,
                  const federation::trigger& from) {
    using enum federation::operation;
    std::erase_if(found, [](const match& one) {
        return !one.source->operations.has(retrieve_entity) &&
               !one.source->operations.has(query_entity) &&
               !one.source->operations.has(query_batch);
    });
    if (!found.empty() && from.has_passed(from.own_alias)) {
        add_warning(scope, 199, "a registration loop has been detected");
        found.clear();
    }
}

} // namespace

bool may_concern_others(const request_scope& scope, const std::string& id,
                        const expected_types& types) {
    const auto known = scope.local ? nullptr : scope.with.registrations.find(scope.tenant);
    return known && known->index().may_match({&id, 1}, types);
}

bool may_concern_others(const request_scope& scope, const query::entity_selection& selection) {
    const auto known = scope.local ? nullptr : scope.with.registrations.find(scope.tenant);
    return known && (selection.id_pattern || !selection.any_of.empty() ||
                     known->index().may_match(selection.ids, selection.types));
}

asio::awaitable<result<std::optional<merged_page>>>
retrieve_merged(request_scope& scope, std::string id, expected_types types,
                std::vector<std::string> attributes, std::vector<std::string> dataset_ids) {
    using outcome = std::optional<merged_page>;
    if (!may_distribute(scope))
        co_return outcome{};
    federation::asked wanted;
    wanted.ids.push_back(id);
    wanted.types = types;
    wanted.attributes = attributes;
    wanted.dataset_ids = dataset_ids;
    const auto from = trigger_of(scope);
    auto found = matching(scope, wanted, from);
    keep_askable(scope, found, from);
    if (found.empty())
        co_return outcome{};
    MERIDIAN_CO_CHECK(scope.with.forwarder.check_number(found.size()));
    auto retrieval = scope.with.entities.retrieve(scope.tenant, id);
    MERIDIAN_CO_TRY(const auto here, co_await std::move(retrieval));
    auto gathering =
        gather_entity(scope, std::move(found), id, types, attributes, std::move(dataset_ids), from);
    auto others = co_await std::move(gathering);
    std::vector<contribution> parts;
    if (here) {
        auto own = decoded(*here, scope.with.dictionary);
        if (!types || query::matches(*types, own.types))
            parts.emplace_back(std::move(own), false);
    }
    if (const auto told = others.parts.find(id); told != others.parts.end())
        std::ranges::move(told->second, std::back_inserter(parts));
    if (parts.empty())
        co_return apply::entity_not_found(id);
    const auto merged = federation::merge(std::move(parts), moment_now());
    if (!has_any(merged, attributes))
        co_return problem{problem_kind::resource_not_found,
                          "the Entity '" + id + "' has none of the requested Attributes"};
    page_builder made;
    made.add(merged);
    co_return outcome{made.finish()};
}

namespace {

/// Of `ids` those that match here.
asio::awaitable<result<std::set<std::string, std::less<>>>>
known_here(request_scope& scope, const query::plan_request& wanted,
           const std::vector<std::string>& ids) {
    constexpr std::size_t at_once = 1'000;
    std::set<std::string, std::less<>> known;
    for (std::size_t begin = 0; begin < ids.size(); begin += at_once) {
        query::plan_request some;
        some.selection = wanted.selection;
        const auto end = std::min(ids.size(), begin + at_once);
        some.selection.ids.assign(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                  ids.begin() + static_cast<std::ptrdiff_t>(end));
        some.page.limit = at_once;
        auto planning = plan_for(scope, some);
        MERIDIAN_CO_TRY(const auto plan, co_await std::move(planning));
        auto querying = scope.with.entities.query(scope.tenant, plan);
        MERIDIAN_CO_TRY(const auto page, co_await std::move(querying));
        for (const auto& row : page.rows)
            known.emplace(row.uri);
    }
    co_return known;
}

/// Entities that are each stored as a whole somewhere (5.7.2.4): every place has applied the
/// filters. The page of here, with what others add to it, then those that only others have.
asio::awaitable<result<merged_page>> join_pages(request_scope& scope, query::plan_request wanted,
                                                gathered others) {
    auto planning = plan_for(scope, wanted);
    MERIDIAN_CO_TRY(const auto plan, co_await std::move(planning));
    auto querying = scope.with.entities.query(scope.tenant, plan);
    MERIDIAN_CO_TRY(const auto here, co_await std::move(querying));
    auto knowing = known_here(scope, wanted, others.order);
    MERIDIAN_CO_TRY(const auto known, co_await std::move(knowing));
    const auto now = moment_now();
    page_builder made;
    for (const auto& row : here.rows) {
        std::vector<contribution> parts;
        parts.emplace_back(decoded(row, scope.with.dictionary), false);
        if (const auto told = others.parts.find(row.uri); told != others.parts.end())
            std::ranges::move(told->second, std::back_inserter(parts));
        made.add(federation::merge(std::move(parts), now));
    }
    auto& page = made.page();
    const auto elsewhere = others.order.size() - known.size();
    page.more = here.more || (here.rows.size() == wanted.page.limit && elsewhere > 0);
    if (!wanted.want_count && (here.more || here.rows.size() == wanted.page.limit))
        co_return made.finish();
    auto counting = scope.with.entities.count(scope.tenant, plan);
    MERIDIAN_CO_TRY(const auto count_here, co_await std::move(counting));
    if (wanted.want_count)
        page.count = count_here + static_cast<std::int64_t>(elsewhere);
    const auto offset = wanted.page.offset + here.rows.size();
    auto left_out =
        offset - std::min<std::uint64_t>(offset, static_cast<std::uint64_t>(count_here));
    for (const auto& id : others.order) {
        if (known.contains(id))
            continue;
        if (left_out > 0) {
            --left_out;
            continue;
        }
        if (page.rows.size() == wanted.page.limit) {
            page.more = true;
            break;
        }
        made.add(federation::merge(std::move(others.parts.find(id)->second), now));
    }
    co_return made.finish();
}

/// Split Entities (5.7.2.4): all candidates are put together before the filters are applied.
asio::awaitable<result<merged_page>> join_split(request_scope& scope, query::plan_request wanted,
                                                gathered others) {
    query::plan_request candidates;
    candidates.selection.ids = wanted.selection.ids;
    candidates.selection.types = wanted.selection.types;
    candidates.selection.id_pattern = wanted.selection.id_pattern;
    candidates.selection.any_of = wanted.selection.any_of;
    candidates.page.limit = most_gathered;
    auto planning = plan_for(scope, candidates);
    MERIDIAN_CO_TRY(const auto plan, co_await std::move(planning));
    auto querying = scope.with.entities.query(scope.tenant, plan);
    MERIDIAN_CO_TRY(const auto here, co_await std::move(querying));
    if (here.more)
        co_return problem{problem_kind::too_many_results,
                          "more than " + std::to_string(most_gathered) +
                              " Entities would have to be put together: narrow the query"};
    std::vector<std::vector<contribution>> all;
    for (const auto& row : here.rows) {
        auto& parts = all.emplace_back();
        parts.emplace_back(decoded(row, scope.with.dictionary), false);
        if (const auto told = others.parts.find(row.uri); told != others.parts.end()) {
            std::ranges::move(told->second, std::back_inserter(parts));
            others.parts.erase(told);
        }
    }
    for (const auto& id : others.order)
        if (const auto told = others.parts.find(id); told != others.parts.end())
            all.push_back(std::move(told->second));
    page_builder made;
    std::uint64_t place = 0;
    for (auto& parts : all) {
        const auto merged = federation::merge(std::move(parts), moment_now());
        if (!query::matches(wanted.selection, merged) || place++ < wanted.page.offset)
            continue;
        if (made.page().rows.size() < wanted.page.limit)
            made.add(merged);
        else
            made.page().more = true;
    }
    if (wanted.want_count)
        made.page().count = static_cast<std::int64_t>(place);
    co_return made.finish();
}

/// 5.12: what a query is about. Selectors of a POST query that one set of ids and types cannot say
/// count one by one.
std::vector<match> matching_query(const request_scope& scope, const distributed_query& asked,
                                  const federation::trigger& from) {
    const auto& selection = asked.wanted.selection;
    federation::asked wanted;
    wanted.ids = selection.ids;
    wanted.id_pattern = selection.id_pattern;
    wanted.types = selection.types;
    wanted.attributes = selection.attributes;
    wanted.dataset_ids = asked.dataset_ids;
    if (selection.any_of.empty())
        return matching(scope, wanted, from);
    // All that one of them may match; the Context Source is asked for no more than it offers.
    wanted.types.emplace();
    wanted.ids.clear();
    wanted.id_pattern.reset();
    for (const auto& selector : selection.any_of)
        for (const auto& list : selector.types.any_of)
            wanted.types->any_of.push_back(list);
    return matching(scope, wanted, from);
}

/// Of what others tell, what one of the selectors selects: a Context Source was asked by types.
void keep_selected(gathered& others, const std::vector<query::entity_selector>& any_of) {
    if (any_of.empty())
        return;
    std::erase_if(others.order, [&](const std::string& id) {
        const auto& parts = others.parts.find(id)->second;
        return std::ranges::none_of(parts, [&](const contribution& part) {
            return std::ranges::any_of(any_of, [&](const auto& selector) {
                return query::matches(selector, id, part.entity.types);
            });
        });
    });
}

} // namespace

asio::awaitable<result<std::optional<merged_page>>> query_merged(request_scope& scope,
                                                                 distributed_query asked) {
    using outcome = std::optional<merged_page>;
    const auto& selection = asked.wanted.selection;
    const bool is_narrowed = selection.types || !selection.any_of.empty() ||
                             !selection.attributes.empty() || selection.q || selection.geo;
    if (!may_distribute(scope) || !is_narrowed) // too wide a query is refused where it is made here
        co_return outcome{};
    const auto from = trigger_of(scope);
    auto found = matching_query(scope, asked, from);
    std::erase_if(found, [&](const match& one) {
        const auto& supports = one.source->operations;
        return !(supports.has(federation::operation::query_entity) ||
                 supports.has(federation::operation::query_batch)) ||
               (asked.csf &&
                !query::matches(*asked.csf, federation::as_entity(*one.source, *scope.context)));
    });
    keep_askable(scope, found, from);
    if (found.empty())
        co_return outcome{};
    // CHOICE: whether "the execution of the operation is not limited to the local scope" is seen
    // by what takes part in it, not by the request alone: where no Registration matches, all is
    // "retrieved from a single context broker" (4.23.1).
    if (!asked.wanted.order.terms.empty())
        co_return problem{problem_kind::bad_request_data,
                          "orderBy needs local=true where Context Sources take part (5.7.2.4)"};
    const auto& page = asked.wanted.page;
    if (page.after || page.before) // a Registration came while a client followed its links
        co_return problem{problem_kind::bad_request_data,
                          "cursor: the query has become one of other Context Sources too, whose "
                          "pages are counted by offset"};
    MERIDIAN_CO_CHECK(scope.with.forwarder.check_number(found.size()));
    const auto how =
        asked.split_entities ? federation::filters::removed : federation::filters::kept;
    auto gathering = gather_entities(scope, std::move(found), asked.wanted.selection,
                                     std::move(asked.dataset_ids), how, from);
    MERIDIAN_CO_TRY(auto others, co_await std::move(gathering));
    keep_selected(others, asked.wanted.selection.any_of);
    if (asked.split_entities) {
        auto joining = join_split(scope, std::move(asked.wanted), std::move(others));
        MERIDIAN_CO_TRY(auto made, co_await std::move(joining));
        co_return outcome{std::move(made)};
    }
    auto joining = join_pages(scope, std::move(asked.wanted), std::move(others));
    MERIDIAN_CO_TRY(auto made, co_await std::move(joining));
    co_return outcome{std::move(made)};
}

} // namespace meridian::operations
