#include "store/lanes/work.hpp"

#include "meridian/ngsild/unknown_names.hpp"

#include <algorithm>

namespace meridian::store {

work::work(std::span<item> items, const ngsild::names& dictionary)
    : items_(items), dictionary_(dictionary), outcomes_(items.size()) {
    for (const item& one : items_)
        if (!one.answer)
            keys_.push_back({one.what.tenant, one.what.entity_id});
    std::ranges::sort(keys_);
    const auto repeated = std::ranges::unique(keys_);
    keys_.erase(repeated.begin(), repeated.end());
    for (const entity_key& key : keys_)
        if (tenants_.empty() || tenants_.back() != key.tenant)
            tenants_.push_back(key.tenant);
}

void work::take_locks(pg::result locked, const pg::result& clock) {
    locked_ = std::move(locked);
    for (const entity_key& key : keys_)
        states_.emplace(key, state{});
    for (const pg::row row : locked_)
        take_row(row);
    for (const pg::row row : clock) {
        clock_ = row.timestamptz(clock_columns::clock);
        transaction_ = row.text(clock_columns::transaction);
        versions_.push_back({row.int4(clock_columns::tenant),
                             row.int8(clock_columns::subscription_version),
                             row.int8(clock_columns::index_version)});
    }
}

void work::take_row(const pg::row& row) {
    const auto found = states_.find({row.int4(lock_columns::tenant), row.text(lock_columns::uri)});
    if (found == states_.end())
        return;
    state& on = found->second;
    on.has_row = true;
    on.eid = row.int8(lock_columns::eid);
    on.version = row.int4(lock_columns::version);
    on.created_at = row.timestamptz(lock_columns::created_at);
    on.modified_at = row.timestamptz(lock_columns::modified_at);
    if (row.is_null(lock_columns::doc)) {
        on.is_evolution = row.is_null(lock_columns::deleted_at);
        return;
    }
    auto opened = ngsild::document_view::open(row.bytea(lock_columns::doc));
    on.is_damaged = !opened;
    on.was_living = on.is_living = true;
    if (opened)
        on.before = on.now = *opened;
}

std::vector<ngsild::name_id> work::unknown_names() const {
    std::vector<ngsild::name_id> unknown;
    for (const auto& [key, on] : states_)
        ngsild::append_unknown_names(unknown, on.before, dictionary_);
    return unknown;
}

std::size_t work::unknown() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(states_, [](const auto& of) { return !of.second.has_row; }));
}

void work::apply(const lane_hooks& hooks, std::vector<std::int64_t>& new_ids,
                 const index_set& indexes) {
    for (std::size_t at = 0; at < items_.size(); ++at) {
        item& one = items_[at];
        if (one.answer)
            continue;
        state& on = states_.at({one.what.tenant, one.what.entity_id});
        outcomes_[at].emplace(apply_one(one, on, new_ids));
        result<committed>& outcome = *outcomes_[at];
        if (!outcome) {
            one.answer.emplace(std::move(outcome)); // leaves before any SQL
            outcomes_[at].reset();
            continue;
        }
        // The next change of this Entity starts from the document where it now stays.
        if (outcome->change.happened != ngsild::change::what::none)
            write_down(*outcome, one.what, on, hooks);
        if (one.what.receipt)
            receipts_.push_back({one.what.receipt->id, one.what.receipt->answer(outcome->change)});
    }
    for (const auto& [key, on] : states_) {
        if (!on.changed)
            continue;
        const rows::transition moved{.tenant = key.tenant,
                                     .eid = on.eid,
                                     .uri = key.uri,
                                     .is_new = !on.has_row,
                                     .was_living = on.was_living,
                                     .is_living = on.is_living,
                                     .is_evolution = on.is_evolution,
                                     .before = on.before,
                                     .after = on.now,
                                     .created_at = on.created_at,
                                     .modified_at = on.modified_at,
                                     .version = on.version};
        rows::append(batch_, moved, dictionary_, indexes);
    }
}

result<committed> work::apply_one(const item& what, state& on,
                                  std::vector<std::int64_t>& new_ids) const {
    if (on.is_damaged)
        return problem(problem_kind::internal_error, "the stored document is damaged")
            .for_entity(what.what.entity_id);
    const ngsild::stored_entity old{.id = what.what.entity_id,
                                    .created_at = on.created_at,
                                    .modified_at = on.modified_at,
                                    .version = on.version,
                                    .document = on.now};
    // Of one Entity no two states have one stamp, whatever the database's clock does.
    const timestamp now = on.has_row || on.changed
                              ? std::max(clock_, on.modified_at + std::chrono::microseconds{1})
                              : clock_;
    const ngsild::change_scope scope{
        .dictionary = dictionary_, .now = now, .is_known = on.has_row || on.changed};
    committed done;
    MERIDIAN_TRY(done.change, what.what.apply(on.is_living ? &old : nullptr, scope));
    const auto happened = done.change.happened;
    if (happened == ngsild::change::what::created || happened == ngsild::change::what::updated)
        MERIDIAN_CHECK(ngsild::document_view::open(done.change.document));
    if (happened != ngsild::change::what::none && !on.has_row && !on.changed) {
        on.eid = new_ids.back();
        new_ids.pop_back();
    }
    if (happened != ngsild::change::what::none && !done.change.is_evolution_only())
        ++on.version;
    done.eid = on.eid;
    done.version = on.version;
    return done;
}

void work::write_down(const committed& done, const entity_change& what, state& on,
                      const lane_hooks& hooks) {
    const ngsild::change& change = done.change;
    rows::append_history(batch_, what.tenant, on.eid, change, what.subject, dictionary_);
    if (change.is_evolution_only()) {
        take_evolution(change, on);
        return;
    }
    if (on.is_living)
        rows::append_past_head(batch_, on.eid, on.created_at, change);
    on.changed = true;
    on.is_evolution = false;
    on.modified_at = change.modified_at;
    on.is_living = change.happened != ngsild::change::what::deleted;
    on.now = ngsild::document_view();
    if (on.is_living) {
        on.created_at = change.created_at;
        on.now = *ngsild::document_view::open(change.document);
    }
    if (!hooks.owes)
        return;
    const std::size_t first = owed_.size();
    hooks.owes(what.tenant, change, owed_);
    for (std::size_t at = first; at < owed_.size(); ++at) {
        owed_[at].tenant = what.tenant;
        owed_[at].eid = on.eid;
        owed_[at].entity_id = change.entity_id;
        owed_[at].created_at = change.modified_at;
    }
}

/// The row of what is known by its Temporal Evolution alone tells when that was changed.
void work::take_evolution(const ngsild::change& change, state& on) {
    if (change.happened == ngsild::change::what::evolution_created) {
        on.is_evolution = true;
        on.created_at = change.created_at;
    }
    if (!on.is_evolution)
        return;
    on.changed = true;
    on.modified_at = change.modified_at;
}

std::optional<timestamp> work::earliest_expiry() const noexcept {
    std::optional<timestamp> earliest;
    for (const rows::expiry& row : batch_.expiries_set)
        if (!earliest || row.expires_at < *earliest)
            earliest = row.expires_at;
    return earliest;
}

void work::settle() {
    for (std::size_t at = 0; at < items_.size(); ++at)
        if (outcomes_[at])
            items_[at].answer.emplace(std::move(*outcomes_[at]));
}

} // namespace meridian::store
