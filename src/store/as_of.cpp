/// Reads of Entities as they were: an extension (docs/conformance.md).
#include "meridian/ngsild/past_state.hpp"
#include "meridian/ngsild/unknown_names.hpp"
#include "meridian/store/history.hpp"
#include "store/reads/instance_statements.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/load_instances.hpp"
#include "store/reads/past_statements.hpp"
#include "store/reads/rows_of.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace meridian::store {
namespace {

/// A candidate that lived at the moment.
struct lived {
    entity_row row; ///< as it is now; the document is empty where it is deleted
    ngsild::past_knowledge known;
    std::vector<ngsild::history_row> latest;
    bool has_changed = false; ///< since the moment
};

std::vector<ngsild::name_id> types_of(const ngsild::document_view& document) {
    std::vector<ngsild::name_id> types;
    for (std::size_t at = 0; at < document.type_count(); ++at)
        types.push_back(document.type(at));
    return types;
}

/// The head of a row as it was; nothing where there was no such Entity.
result<std::optional<lived>> read_lived(const shared_result& from, std::size_t number,
                                        timestamp at) {
    const pg::row row = (*from)[number];
    const bool is_past = !row.is_null(past_columns::until);
    const bool is_deleted = row.is_null(past_columns::doc);
    lived made;
    made.row.created_at =
        row.timestamptz(is_past ? past_columns::past_created_at : past_columns::created_at);
    if (made.row.created_at > at || (is_deleted && !is_past))
        return std::optional<lived>{};
    made.row.eid = row.int8(past_columns::eid);
    made.row.uri = row.text(past_columns::uri);
    made.row.version = row.int4(past_columns::version);
    made.row.modified_at = row.timestamptz(past_columns::modified_at);
    made.row.keeps = from;
    if (!is_deleted) {
        MERIDIAN_TRY(made.row.document, ngsild::document_view::open(row.bytea(past_columns::doc)));
    }
    made.has_changed = made.row.modified_at > at;
    auto& known = made.known;
    known.at = at;
    known.present = made.row.document;
    known.types = is_past ? row.int4_array(past_columns::past_types) : types_of(known.present);
    if (is_past && !row.is_null(past_columns::past_expires_at))
        known.expires_at = row.timestamptz(past_columns::past_expires_at);
    else if (!is_past && known.present.expires_at() != timestamp{})
        known.expires_at = known.present.expires_at();
    known.head_since = made.row.created_at;
    if (!row.is_null(past_columns::head_since))
        known.head_since = std::max(known.head_since, row.timestamptz(past_columns::head_since));
    if (known.expires_at && *known.expires_at <= at) // 4.22
        return std::optional<lived>{};
    return std::optional(std::move(made));
}

result<std::vector<lived>> read_all(const shared_result& from, timestamp at) {
    std::vector<lived> all;
    if (from->empty())
        return problem{problem_kind::internal_error, "the horizon of as-of reads is not known"};
    const timestamp horizon = (*from)[0].timestamptz(past_columns::horizon);
    if (at < horizon)
        return problem{problem_kind::bad_request_data,
                       "asOf is before " + to_text(horizon) + ", where the history begins"};
    if (from->size() > most_past_candidates)
        return problem{problem_kind::too_complex_query,
                       "asOf has more than " + std::to_string(most_past_candidates) +
                           " candidates: name ids, or a type that fewer Entities have had"};
    if ((*from)[0].is_null(past_columns::eid))
        return all;
    for (std::size_t number = 0; number < from->size(); ++number) {
        MERIDIAN_TRY(auto one, read_lived(from, number, at));
        if (one)
            all.push_back(std::move(*one));
    }
    return all;
}

void append_unknown(std::vector<ngsild::name_id>& to, const lived& of,
                    const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, of.known.present, dictionary);
    ngsild::append_unknown_names(to, of.known.types, dictionary);
    for (const auto& row : of.latest)
        ngsild::append_unknown_names(to, row, dictionary);
}

std::vector<std::int64_t> changed(const std::vector<lived>& all) {
    std::vector<std::int64_t> eids;
    for (const auto& one : all)
        if (one.has_changed)
            eids.push_back(one.row.eid);
    return eids;
}

/// Gives those that have changed since the moment their instances of then.
asio::awaitable<result<shared_result>> load_latest(reader& on, std::vector<lived>& all,
                                                   timestamp at) {
    const auto eids = changed(all);
    if (eids.empty())
        co_return shared_result{};
    auto statement = render_past_instances(eids, at);
    MERIDIAN_CO_TRY(auto found, co_await load(on, std::move(statement)));
    std::size_t into = 0;
    for (const pg::row row : *found) {
        while (all[into].row.eid != row.int8(instance_columns::eid))
            ++into;
        all[into].latest.push_back(read_instance(row));
    }
    co_return found;
}

/// What a row keeps alive that was put together.
struct put_together {
    std::string document;
    std::shared_ptr<const void> rest;
};

/// Whether what the Entity had of an Attribute at the moment may be among what a policy removed:
/// states that ended until `gone_until`. What has not changed since tells the present document.
bool may_lack(const lived& one, ngsild::name_id attribute, timestamp gone_until) {
    if (one.known.at < gone_until)
        return true;
    const auto& present = one.known.present;
    return std::ranges::any_of(one.latest, [&](const ngsild::history_row& row) {
        if (row.attribute != attribute || row.modified_at >= gone_until)
            return false;
        for (std::size_t at = 0; at < present.size(); ++at) {
            const auto instance = present.instance(at);
            if (instance.attribute == attribute && instance.dataset == row.dataset &&
                instance.modified_at <= one.known.at)
                return false;
        }
        return true;
    });
}

/// Never a guess: refuses where a policy removed what may have been the state at the moment. To be
/// asked after the instances were read, since what is gone never comes back.
asio::awaitable<result<void>> refuse_gone_states(reader& on, const std::vector<lived>& all,
                                                 timestamp at) {
    const auto eids = changed(all);
    if (eids.empty())
        co_return result<void>{};
    auto asking = render_gone_states(eids, at);
    MERIDIAN_CO_TRY(const auto gone, co_await load(on, std::move(asking)));
    for (const pg::row row : *gone) {
        const auto one = std::ranges::find(all, row.int8(gone_state_columns::eid),
                                           [](const lived& each) { return each.row.eid; });
        const auto attribute = row.int4(gone_state_columns::attribute);
        const auto until = row.timestamptz(gone_state_columns::gone_until);
        if (row.boolean(gone_state_columns::has_lost) || may_lack(*one, attribute, until))
            co_return problem{problem_kind::bad_request_data,
                              "a history policy has removed what '" +
                                  std::string{on.names()->iri(attribute)} + "' was at " +
                                  to_text(at)};
    }
    co_return result<void>{};
}

result<entity_row> as_it_was(lived& one, const ngsild::names& dictionary) {
    if (!one.has_changed)
        return std::move(one.row);
    one.known.latest = one.latest;
    MERIDIAN_TRY(auto state, ngsild::state_at(one.known, dictionary));
    const auto kept = std::make_shared<const put_together>(
        put_together{std::move(state.document), one.row.keeps});
    MERIDIAN_TRY(one.row.document, ngsild::document_view::open(kept->document));
    one.row.modified_at = state.modified_at;
    one.row.keeps = kept;
    return std::move(one.row);
}

} // namespace

asio::awaitable<result<std::vector<entity_row>>>
history::as_of(tenant_id tenant, past_candidates which, timestamp at) {
    const auto on = reader_;
    assert(on->names() != nullptr);
    const composed_statement statement =
        render_past_candidates(tenant, which, at, most_past_candidates + 1);
    MERIDIAN_CO_TRY(const auto candidates, co_await load(*on, std::move(statement)));
    MERIDIAN_CO_TRY(auto all, read_all(candidates, at));
    MERIDIAN_CO_TRY(const auto instances, co_await load_latest(*on, all, at));
    MERIDIAN_CO_CHECK(co_await learn_names(*on, all, append_unknown));
    MERIDIAN_CO_CHECK(co_await refuse_gone_states(*on, all, at));
    std::vector<entity_row> rows;
    for (auto& one : all) {
        MERIDIAN_CO_TRY(auto row, as_it_was(one, *on->names()));
        rows.push_back(std::move(row));
    }
    co_return rows;
}

} // namespace meridian::store
