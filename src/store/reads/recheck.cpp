#include "store/reads/recheck.hpp"

#include "meridian/query/evaluate.hpp"
#include "store/pg/result.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/retrievals.hpp"
#include "store/reads/rows_of.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace meridian::store {
namespace {

timestamp current_time() {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
}

bool is_selected(const entity_row& row, const query::query_plan& plan,
                 const ngsild::names& dictionary) {
    if (plan.selectors.empty())
        return true;
    std::vector<std::string> types;
    for (std::size_t at = 0; at < row.document.type_count(); ++at)
        types.emplace_back(dictionary.iri(row.document.type(at)));
    return std::ranges::any_of(plan.selectors, [&](const query::entity_selector& one) {
        return query::matches(one, row.uri, types);
    });
}

/// What the URI and the head of the document decide.
bool head_matches(const entity_row& row, const query::query_plan& plan,
                  const ngsild::names& dictionary) {
    if (plan.id_pattern && !plan.id_pattern->matches(row.uri))
        return false;
    if (!is_selected(row, plan, dictionary))
        return false;
    if (!plan.scopes)
        return true;
    std::vector<std::string> scopes;
    for (const std::string_view scope : row.document.scopes())
        scopes.emplace_back(scope);
    return query::matches(*plan.scopes, scopes);
}

using linked_entities = std::unordered_map<std::string, std::optional<ngsild::entity>>;

/// Loads Entities that a q looks into; those that do not exist are noted as such.
asio::awaitable<result<void>> load_linked(reader& from, tenant_id tenant,
                                          const ngsild::names& dictionary,
                                          std::set<std::string> wanted, linked_entities& into) {
    const std::vector<std::string_view> uris(wanted.begin(), wanted.end());
    auto found = co_await select_by_uri(from, tenant, uris);
    if (!found)
        co_return found.error();
    for (const std::string& uri : wanted)
        into.try_emplace(uri);
    const auto rows = std::make_shared<const pg::result>(std::move(*found));
    const timestamp now = current_time();
    std::vector<entity_row> linked;
    for (std::size_t at = 0; at < rows->size(); ++at) {
        MERIDIAN_CO_TRY(entity_row row, read_entity(rows, at));
        if (!is_expired(row, now))
            linked.push_back(std::move(row));
    }
    MERIDIAN_CO_CHECK(co_await learn_names(from, linked, append_unknown_of_entity));
    for (const entity_row& row : linked)
        into[std::string(row.uri)] = to_entity(row, dictionary, now);
    co_return result<void>{};
}

/// The Attributes of the Entity itself that q looks at.
void collect_attributes(const query::q_expression& q, const ngsild::names& dictionary,
                        std::set<ngsild::name_id>& into) {
    for (const query::q_expression& operand : q.operands)
        collect_attributes(operand, dictionary, into);
    const query::attribute_path& target = q.term.target;
    if (!target.links.empty())
        into.insert(dictionary.find(target.links.front().name));
    else if (!target.path.names.empty())
        into.insert(dictionary.find(target.path.names.front()));
}

} // namespace

ngsild::entity to_entity(const entity_row& row, const ngsild::names& dictionary, timestamp now) {
    ngsild::entity made = ngsild::decode(row.document, dictionary);
    made.id = row.uri;
    made.created_at = row.created_at;
    made.modified_at = row.modified_at;
    const auto expired = [now](const ngsild::attribute_instance& one) {
        return one.expires_at && *one.expires_at <= now;
    };
    for (ngsild::attribute& one : made.attributes)
        std::erase_if(one.instances, expired);
    std::erase_if(made.attributes,
                  [](const ngsild::attribute& one) { return one.instances.empty(); });
    return made;
}

ngsild::entity to_entity_with(const entity_row& row, const std::set<ngsild::name_id>& attributes,
                              const ngsild::names& dictionary, timestamp now) {
    ngsild::entity made;
    made.id = row.uri;
    made.created_at = row.created_at;
    made.modified_at = row.modified_at;
    if (row.document.expires_at() != timestamp{})
        made.expires_at = row.document.expires_at();
    ngsild::name_id last = 0;
    for (std::size_t at = 0; at < row.document.size(); ++at) {
        const ngsild::instance_view one = row.document.instance(at);
        if (!attributes.contains(one.attribute) ||
            (one.expires_at != timestamp{} && one.expires_at <= now))
            continue;
        if (one.attribute != last)
            made.attributes.push_back({std::string(dictionary.iri(one.attribute)), {}});
        last = one.attribute;
        made.attributes.back().instances.push_back(ngsild::decode(one, dictionary));
    }
    return made;
}

asio::awaitable<result<std::vector<entity_row>>> recheck(reader& from, tenant_id tenant,
                                                         const query::query_plan& plan,
                                                         const ngsild::names& dictionary,
                                                         std::vector<entity_row> rows) {
    std::erase_if(rows,
                  [&](const entity_row& row) { return !head_matches(row, plan, dictionary); });
    if (!plan.q || !plan.kv || plan.kv->exact())
        co_return rows;
    const timestamp now = current_time();
    std::set<ngsild::name_id> attributes;
    collect_attributes(*plan.q, dictionary, attributes);
    std::vector<ngsild::entity> subjects;
    for (const entity_row& row : rows)
        subjects.push_back(to_entity_with(row, attributes, dictionary, now));
    linked_entities linked;
    const query::entity_lookup look_up = [&linked](std::string_view uri) {
        const auto found = linked.find(std::string(uri));
        const bool is_there = found != linked.end() && found->second.has_value();
        return is_there ? &*found->second : nullptr;
    };
    while (query::follows_links(*plan.q)) {
        std::set<std::string> wanted;
        for (const ngsild::entity& subject : subjects)
            for (std::string& uri : query::missing_links(*plan.q, subject, look_up))
                if (!linked.contains(uri))
                    wanted.insert(std::move(uri));
        if (wanted.empty())
            break;
        auto loaded = load_linked(from, tenant, dictionary, std::move(wanted), linked);
        MERIDIAN_CO_CHECK(co_await std::move(loaded));
    }
    std::vector<entity_row> kept;
    for (std::size_t at = 0; at < rows.size(); ++at)
        if (query::matches(*plan.q, subjects[at], look_up))
            kept.push_back(std::move(rows[at]));
    co_return kept;
}

} // namespace meridian::store
