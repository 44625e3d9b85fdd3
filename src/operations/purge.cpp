#include "meridian/operations/purge.hpp"

#include "meridian/operations/consumption.hpp"
#include "operations/apply.hpp"
#include "operations/refuse.hpp"
#include "operations/subject.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace meridian::operations {
namespace {

constexpr std::uint32_t chunk_size = 500; ///< as large as a lane's transaction

/// The Attributes of an Entity that are to go.
std::vector<std::string> doomed_attributes(const ngsild::document_view& document,
                                           const ngsild::names& dictionary, const purged& what) {
    std::vector<std::string> doomed;
    for (std::size_t i = 0; i < document.size(); ++i) {
        std::string name{dictionary.iri(document.instance(i).attribute)};
        const bool named = std::find(what.attributes.begin(), what.attributes.end(), name) !=
                           what.attributes.end();
        const bool goes = named == (what.mode == purged::what::attributes);
        if (goes && std::find(doomed.begin(), doomed.end(), name) == doomed.end())
            doomed.push_back(std::move(name));
    }
    return doomed;
}

/// One change for each Attribute that goes, or one for the Entity.
void add_changes(std::vector<store::entity_change>& changes, const request_scope& scope,
                 const store::entity_row& row, const purged& what) {
    const std::string id{row.uri};
    if (what.mode == purged::what::entities) {
        changes.emplace_back(scope.tenant, id, apply::deletion(id, std::nullopt));
        return;
    }
    for (auto& name : doomed_attributes(row.document, scope.with.dictionary, what)) {
        attribute_selector which(std::move(name), "", ngsild::delete_all::yes);
        changes.emplace_back(scope.tenant, id,
                             apply::attribute_deletion(id, std::move(which), std::nullopt));
    }
}

/// What another request has deleted meanwhile is no failure of this one.
result<void> first_failure(std::vector<result<store::committed>>& answers) {
    for (auto& answer : answers)
        if (!answer && answer.error().kind() != problem_kind::resource_not_found)
            return std::move(answer).error();
    return {};
}

} // namespace

asio::awaitable<result<void>> purge_entities(request_scope& scope,
                                             query::entity_selection selection, purged what) {
    federation::asked about;
    about.ids = selection.ids;
    about.id_pattern = selection.id_pattern;
    about.types = selection.types;
    MERIDIAN_CO_CHECK(
        refuse_forwarding(scope, federation::operation::purge_entity, about, information::latest));
    MERIDIAN_CO_TRY(const auto subject, co_await numbered_subject(scope));
    query::plan_request wanted;
    wanted.selection = std::move(selection);
    wanted.page.limit = chunk_size;
    bool more = true;
    while (more) {
        auto request = wanted;
        MERIDIAN_CO_TRY(const auto page, co_await query_entities(scope, std::move(request)));
        std::vector<store::entity_change> changes;
        for (const auto& row : page.rows)
            add_changes(changes, scope, row, what);
        for (auto& change : changes)
            change.subject = subject;
        auto answers = co_await scope.with.lanes.commit_batch(std::move(changes));
        MERIDIAN_CO_CHECK(first_failure(answers));
        more = page.more;
        wanted.page.after = page.last_eid;
    }
    co_return result<void>{};
}

} // namespace meridian::operations
