#include "subscription/sender.hpp"

#include "meridian/base/log.hpp"

#include <algorithm>

namespace meridian::subscription {
namespace {

constexpr std::size_t kept_contexts = 200;

ngsild::entity_row row_of(const told_entity& one, const ngsild::document_view& document) {
    ngsild::entity_row row;
    row.id = one.id;
    row.created_at = one.what.created_at;
    row.modified_at = one.what.modified_at;
    row.document = document;
    return row;
}

/// CHOICE: 5.3.1 and 6.3.8 do not say which object of a JSON-LD notification has the @context: the
/// Notification has it, whose members are terms, and each Entity, which is handed on by itself.
ngsild::representation shown_in_notification(const definition& of, const ngsild::names& dictionary,
                                             const jsonld::context& context) {
    auto how = representation_of(of, dictionary);
    if (of.endpoint.accept == accepted::ld_json)
        how.context_member = context.member_text();
    return how;
}

/// CHOICE: a deleted Entity is told of as 5.8.6 says to whoever asked for entityDeleted; who asked
/// for attributeDeleted alone is told of the Attributes (with watchedAttributes, of these).
bool tells_lost_attributes(const definition& of, const owed_change& what) noexcept {
    return what.entity_deleted && !of.show_changes && (of.triggers & trigger::entity_deleted) == 0;
}

std::vector<ngsild::attribute_change> watched_of(const definition& of, const owed_change& what,
                                                 const ngsild::names& dictionary) {
    auto kept = what.changes;
    if (!of.watched.empty())
        std::erase_if(kept, [&](const auto& one) {
            return std::ranges::find(of.watched, dictionary.iri(one.attribute)) == of.watched.end();
        });
    return kept;
}

/// What one change tells of an Entity. `watched` is what it may look into.
ngsild::shown_changes changes_of(const definition& of, const told_entity& one,
                                 const ngsild::names& dictionary,
                                 std::vector<ngsild::attribute_change>& watched) {
    ngsild::shown_changes changes;
    changes.attributes = one.what.changes;
    changes.at = one.what.at;
    changes.previous_values = of.show_changes;
    changes.entity_deleted = one.what.entity_deleted;
    if (tells_lost_attributes(of, one.what)) {
        watched = watched_of(of, one.what, dictionary);
        changes.attributes = watched;
        changes.lost_attributes = true;
    }
    return changes;
}

std::string render_changes(const definition& of, const std::vector<told_entity>& all,
                           const ngsild::names& dictionary, ngsild::joined_notification& to) {
    std::string out;
    for (const auto& one : all) {
        const auto document = ngsild::document_view::open(one.what.document);
        if (!document)
            continue; // decode_owed has opened it already
        std::vector<ngsild::attribute_change> watched;
        const auto changes = changes_of(of, one, dictionary, watched);
        if (!out.empty())
            out += ',';
        to.append(out, row_of(one, *document), changes);
    }
    to.append_flat(out);
    return out;
}

std::string render_state(const std::vector<ngsild::entity_row>& rows,
                         ngsild::joined_notification& to) {
    std::string out;
    for (const auto& one : rows) {
        if (!out.empty())
            out += ',';
        to.append(out, one);
    }
    to.append_flat(out);
    return out;
}

/// The Entities that are still there: what is deleted links with nothing.
std::vector<ngsild::entity_row> living(const std::vector<told_entity>& all) {
    std::vector<ngsild::entity_row> rows;
    for (const auto& one : all) {
        const auto document = ngsild::document_view::open(one.what.document);
        if (document && !one.what.entity_deleted)
            rows.push_back(row_of(one, *document));
    }
    return rows;
}

std::vector<ngsild::entity_row> rows_of(const std::vector<store::entity_row>& stored) {
    std::vector<ngsild::entity_row> rows;
    for (const auto& one : stored)
        rows.push_back({one.uri, one.created_at, one.modified_at, one.document});
    return rows;
}

} // namespace

ngsild::compacted_names& sender::names_of(const jsonld::context_ptr& context) {
    if (const auto known = names_.find(context.get()); known != names_.end())
        return *known->second;
    if (names_.size() >= kept_contexts)
        names_.clear();
    auto& made = names_[context.get()];
    made = std::make_unique<ngsild::compacted_names>(context, shared_->dictionary);
    return *made;
}

/// CHOICE: where the @context cannot be had any more, the core @context does, whose expanded names
/// say the same, rather than that nothing is told.
asio::awaitable<jsonld::context_ptr> sender::context_of(definition_ptr of) {
    auto local = parse_json(of->context);
    if (!local)
        co_return jsonld::core_context();
    auto loading = loop_.load_context(std::move(*local));
    const auto loaded = co_await std::move(loading);
    if (loaded)
        co_return *loaded;
    spdlog::warn("the @context of Subscription {}: {}", of->id, loaded.error().detail());
    co_return jsonld::core_context();
}

/// 5.8.6: Linked Entity retrieval, where it is asked for. CHOICE: what is linked with too many is
/// told of without them, rather than not at all.
asio::awaitable<result<std::vector<store::entity_row>>>
sender::load_linked(const definition& of, const std::vector<ngsild::entity_row>& rows,
                    ngsild::linked_entities& linked) {
    if (of.join.form == ngsild::join_form::none)
        co_return std::vector<store::entity_row>{};
    linked.start(rows);
    auto loading = loop_.entities.load_linked(of.tenant, linked);
    auto loaded = co_await std::move(loading);
    if (loaded || loaded.error().kind() != problem_kind::too_complex_query)
        co_return loaded;
    spdlog::warn("a notification of Subscription {}: {}", of.id, loaded.error().detail());
    linked.forget();
    co_return std::vector<store::entity_row>{};
}

asio::awaitable<result<void>> sender::send_changes(definition_ptr of,
                                                   std::vector<told_entity> all) {
    auto context = co_await context_of(of);
    const auto& dictionary = shared_->dictionary;
    const auto now = core::now();
    const auto how = shown_in_notification(*of, dictionary, *context);
    ngsild::linked_entities linked(how, of->join, dictionary, now);
    const auto there = living(all);
    auto loading = load_linked(*of, there, linked);
    MERIDIAN_CO_TRY(const auto kept, co_await std::move(loading));
    std::string entities;
    {
        ngsild::joined_notification to(how, linked, names_of(context), now);
        entities = render_changes(*of, all, dictionary, to);
    }
    co_return co_await send(std::move(of), std::move(entities), std::move(context));
}

asio::awaitable<result<void>> sender::send_state(definition_ptr of,
                                                 std::vector<store::entity_row> rows) {
    auto context = co_await context_of(of);
    const auto& dictionary = shared_->dictionary;
    const auto now = core::now();
    const auto how = shown_in_notification(*of, dictionary, *context);
    ngsild::linked_entities linked(how, of->join, dictionary, now);
    const auto shown = rows_of(rows);
    auto loading = load_linked(*of, shown, linked);
    MERIDIAN_CO_TRY(const auto kept, co_await std::move(loading));
    std::string entities;
    {
        ngsild::joined_notification to(how, linked, names_of(context), now);
        entities = render_state(shown, to);
    }
    rows.clear();
    co_return co_await send(std::move(of), std::move(entities), std::move(context));
}

asio::awaitable<result<void>> sender::send(definition_ptr of, std::string entities,
                                           jsonld::context_ptr context) {
    auto naming = shared_->name_of(of->tenant);
    MERIDIAN_CO_TRY(const auto tenant, co_await std::move(naming));
    const envelope around{make_urn("Notification"), core::now(), tenant, *context};
    auto body = render_notification(*of, entities, around);
    result<void> outcome;
    if (of->endpoint.is_mqtt) {
        auto message = make_message(*of, body, around, shared_->how.timeout);
        auto publishing = shared_->mqtt.publish(std::move(message));
        outcome = co_await std::move(publishing);
    } else {
        auto post = make_post(*of, std::move(body), around, shared_->how.timeout);
        auto sending = loop_.client.send(std::move(post));
        const auto answer = co_await std::move(sending);
        if (!answer)
            outcome = answer.error();
        else if (answer->status < 200 || answer->status > 299)
            outcome = problem{problem_kind::bad_gateway,
                              "the receiver answered " + std::to_string(answer->status)};
    }
    // A call that the client refused, because its host is known to be down, was never sent.
    const bool was_sent = outcome || (outcome.error().kind() != problem_kind::unavailable &&
                                      outcome.error().kind() != problem_kind::too_many_requests);
    if (was_sent)
        shared_->books.note(
            of->number, outcome ? bookkeeping::outcome::succeeded : bookkeeping::outcome::failed,
            around.notified_at);
    ++(outcome ? shared_->delivered : shared_->failed);
    co_return outcome;
}

} // namespace meridian::subscription
