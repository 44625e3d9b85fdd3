#include "meridian/operations/registrations.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/query/evaluate.hpp"
#include "meridian/query/plan.hpp"
#include "operations/distribute.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

using federation::registration;
using federation::snapshot_ptr;

problem not_found(const std::string& id) {
    return problem{problem_kind::resource_not_found,
                   "there is no Context Source Registration '" + id + "'"};
}

/// The Entities that a RegistrationInfo is about.
query::plan_request selected_by(const federation::registration_info& info) {
    query::plan_request wanted;
    for (const auto& entity : info.entities) {
        query::entity_selector selector;
        if (!entity.id.empty())
            selector.ids.push_back(entity.id);
        selector.types.any_of.push_back(entity.types);
        std::ranges::sort(selector.types.any_of.front());
        selector.id_pattern = entity.id_pattern;
        wanted.selection.any_of.push_back(std::move(selector));
    }
    wanted.selection.attributes = info.attributes;
    wanted.page.limit = 1;
    return wanted;
}

/// 5.9.2.4: of what a proxied Registration is about there may be no Entity here.
asio::awaitable<result<void>> check_entities(request_scope& scope, const registration& candidate) {
    if (!candidate.is_proxied() || candidate.is_temporal())
        co_return result<void>{};
    for (const auto& info : candidate.information) {
        auto wanted = selected_by(info);
        if (candidate.mode == federation::mode::exclusive) {
            // By its id alone: the clause does not ask for the type.
            for (auto& selector : wanted.selection.any_of)
                wanted.selection.ids.push_back(selector.ids.front());
            wanted.selection.any_of.clear();
        }
        auto planning = plan_for(scope, wanted);
        MERIDIAN_CO_TRY(const auto plan, co_await std::move(planning));
        auto looking = scope.with.entities.query(scope.tenant, plan);
        MERIDIAN_CO_TRY(const auto page, co_await std::move(looking));
        if (!page.rows.empty())
            co_return problem{problem_kind::conflict, "the Entity '" +
                                                          std::string(page.rows.front().uri) +
                                                          "' is here and matches the Registration"};
    }
    co_return result<void>{};
}

/// 5.9.2.4, 5.9.3.4: everything that may speak against it.
asio::awaitable<result<void>> check_conflicts(request_scope& scope,
                                              const store::registration_row& row,
                                              const federation::snapshot& present) {
    MERIDIAN_CO_TRY(const auto candidate, federation::compile(row));
    if (const auto other = federation::conflicting(*candidate, present, moment_now()))
        co_return problem{problem_kind::conflict,
                          "the Context Source Registration '" + other->id +
                              "' is about the same Entities and Attributes (4.3.6.3)"};
    co_return co_await check_entities(scope, *candidate);
}

void fill_row(store::registration_row& row, const json& body) {
    row.body = to_text(body);
    row.expires_at.reset();
    if (body.contains("expiresAt"))
        row.expires_at = parse_date_time(body["expiresAt"].get_ref<const std::string&>());
}

constexpr int attempts = 20; // each that fails is another's success

problem changed_all_the_time() {
    return problem{problem_kind::unavailable,
                   "the Context Source Registrations are changed all the time"};
}

} // namespace

asio::awaitable<result<std::string>> create_registration(request_scope& scope, json payload) {
    MERIDIAN_CO_TRY(const auto body,
                    federation::to_body(payload, *scope.context, federation::payload_kind::whole,
                                        moment_now()));
    MERIDIAN_CO_CHECK(federation::check_whole(body));
    MERIDIAN_CO_TRY(const auto id, ngsild::read_id(payload));
    store::registration_row row;
    row.uri = id ? *id : federation::make_registration_id();
    fill_row(row, body);
    auto& registry = scope.with.registrations;
    for (int left = attempts; left > 0; --left) {
        auto reading = registry.current(scope.tenant);
        MERIDIAN_CO_TRY(const auto present, co_await std::move(reading));
        if (present->find(row.uri, moment_now()))
            co_return problem{problem_kind::already_exists, "there is a Context Source "
                                                            "Registration '" +
                                                                row.uri + "' already"};
        MERIDIAN_CO_CHECK(co_await check_conflicts(scope, row, *present));
        auto creating = registry.create(scope.tenant, row, present);
        const auto done = co_await std::move(creating);
        if (done)
            co_return row.uri;
        if (done.error().kind() != problem_kind::precondition_failed)
            co_return done.error();
    }
    co_return changed_all_the_time();
}

asio::awaitable<result<void>> update_registration(request_scope& scope, std::string id,
                                                  json fragment) {
    MERIDIAN_CO_TRY(const auto changes,
                    federation::to_body(fragment, *scope.context,
                                        federation::payload_kind::fragment, moment_now()));
    MERIDIAN_CO_TRY(const auto sent_id, ngsild::read_id(fragment));
    if (sent_id && *sent_id != id)
        co_return problem{problem_kind::bad_request_data, "id cannot be changed (5.2.9)"};
    auto& registry = scope.with.registrations;
    for (int left = attempts; left > 0; --left) {
        auto reading = registry.current(scope.tenant);
        MERIDIAN_CO_TRY(const auto present, co_await std::move(reading));
        const auto known = present->find(id, moment_now());
        if (!known)
            co_return not_found(id);
        const auto body = federation::merged(known->body, changes);
        MERIDIAN_CO_CHECK(federation::check_whole(body));
        store::registration_row row;
        row.uri = id;
        fill_row(row, body);
        MERIDIAN_CO_CHECK(co_await check_conflicts(scope, row, *present));
        auto updating = registry.update(scope.tenant, std::move(row), present);
        const auto done = co_await std::move(updating);
        if (done)
            co_return result<void>{};
        if (done.error().kind() != problem_kind::precondition_failed)
            co_return done.error();
    }
    co_return changed_all_the_time();
}

asio::awaitable<result<void>> delete_registration(request_scope& scope, std::string id) {
    auto removing = scope.with.registrations.remove(scope.tenant, std::move(id));
    co_return co_await std::move(removing);
}

asio::awaitable<result<federation::registration_ptr>> retrieve_registration(request_scope& scope,
                                                                            std::string id) {
    auto reading = scope.with.registrations.current(scope.tenant);
    MERIDIAN_CO_TRY(const auto present, co_await std::move(reading));
    auto found = present->find(id, moment_now());
    if (!found)
        co_return not_found(id);
    co_return found;
}

} // namespace meridian::operations
