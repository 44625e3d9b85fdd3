#include "operations/distribute.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/ngsild/compact_name.hpp"
#include "meridian/ngsild/conformance.hpp"
#include "meridian/store/name_lookup.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {

using federation::match;
using federation::mode;

timestamp moment_now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

asio::awaitable<result<query::query_plan>> plan_for(request_scope& scope,
                                                    query::plan_request wanted) {
    const auto planning = [&wanted](const ngsild::names& names) -> result<query::query_plan> {
        return query::make_plan(wanted, names);
    };
    auto making = store::with_names_of_query(scope.with.dictionary, planning);
    co_return co_await std::move(making);
}

federation::trigger trigger_of(const request_scope& scope) {
    federation::trigger made;
    made.header = scope.header;
    const auto tenant = scope.header ? scope.header("NGSILD-Tenant") : std::string{};
    made.own_alias = federation::alias_of(scope.with.alias, tenant);
    if (scope.header)
        made.via = federation::parse_via(scope.header("Via"));
    return made;
}

std::vector<match> matching(const request_scope& scope, const federation::asked& wanted,
                            const federation::trigger& from) {
    const auto known = scope.with.registrations.find(scope.tenant);
    if (scope.local || !known)
        return {};
    auto found = known->index().find(wanted, moment_now());
    std::erase_if(found, [&](const match& one) {
        return one.source->is_temporal() ||
               (!one.source->alias.empty() && from.has_passed(one.source->alias));
    });
    return found;
}

asio::awaitable<result<spoken>> words_for(request_scope& scope,
                                          const federation::registration& source) {
    spoken made{scope.context, scope.context->link_url(), false};
    const std::string named{source.source_info_of("jsonldContext")};
    if (!named.empty()) {
        auto loading = scope.with.contexts.from_url(named);
        MERIDIAN_CO_TRY(made.context, co_await std::move(loading));
        made.url = named;
        co_return made;
    }
    made.ld_json = source.source_info_of("contentType") == "application/ld+json";
    // A @context without a URL cannot be linked to: then names are sent as IRIs.
    if (made.url.empty() && !made.ld_json) {
        made.context = jsonld::core_context();
        made.url = std::string{jsonld::core_context_url};
    }
    co_return made;
}

namespace {

/// 4.3.6.6: a payload of the version of the specification that the Context Source is registered
/// with; it is an Entity, a Fragment of one, or one Attribute.
void make_conform(json& payload, const federation::registration& source, bool is_attribute) {
    const auto version = ngsild::parse_version(source.source_info_of("ngsildConformance"));
    if (!version)
        return;
    if (!is_attribute) {
        ngsild::amend_entity(payload, *version);
        return;
    }
    json holder{{"attribute", std::move(payload)}};
    ngsild::amend_entity(holder, *version);
    payload = std::move(holder["attribute"]);
}

/// What one Registration is sent of a write.
struct part {
    match by;
    std::vector<std::string> attributes;
    bool is_supported;
};

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

/// The share of a Registration in the Attributes that are left; nothing where it has none.
std::optional<part> share_of(const match& by, const distributed_write& write,
                             const std::vector<std::string>& left) {
    part made{by, {}, by.source->operations.has(write.operation)};
    bool takes_all = false;
    for (const auto place : by.information) {
        const auto& names = by.source->information[place].attributes;
        takes_all = takes_all || names.empty();
        for (const auto& name : left)
            if ((names.empty() || contains(names, name)) && !contains(made.attributes, name))
                made.attributes.push_back(name);
    }
    if (made.attributes.empty() && !write.whole_entity && !(takes_all && write.attributes.empty()))
        return std::nullopt;
    return made;
}

/// How a write is divided (5.6.1.4 and its like).
struct division {
    std::vector<part> parts;
    std::vector<std::string> left; ///< Attributes for this broker itself
    bool is_proxied = false;       ///< something was taken away from it
    bool is_taken_whole = false;   ///< all was
};

division divide(const std::vector<match>& found, const distributed_write& write) {
    division made;
    made.left = write.attributes;
    for (const auto kind : {mode::exclusive, mode::redirect, mode::inclusive}) {
        std::vector<std::string> taken;
        for (const auto& by : found) {
            if (by.source->mode != kind)
                continue;
            auto share = share_of(by, write, made.left);
            if (!share || (kind == mode::inclusive && !share->is_supported))
                continue;
            if (kind != mode::inclusive) {
                made.is_proxied = true;
                taken.insert(taken.end(), share->attributes.begin(), share->attributes.end());
                made.is_taken_whole = made.is_taken_whole || write.attributes.empty();
            }
            made.parts.push_back(std::move(*share));
        }
        // "… are then removed from the Fragment and not processed further": what is left is empty
        // where there were Attributes, and then there is no part for those that follow.
        std::erase_if(made.left, [&](const std::string& name) { return contains(taken, name); });
        if (!taken.empty() && made.left.empty())
            made.is_taken_whole = true;
        if (made.is_taken_whole && !write.whole_entity)
            break;
    }
    if (write.whole_entity)
        made.is_taken_whole = false; // 5.6.6.4: what is here of it goes too
    return made;
}

/// Types that the Registration is about, so that it is not sent others (4.3.6.1).
std::vector<std::string> types_of(const match& by) {
    std::vector<std::string> types;
    for (const auto place : by.information)
        for (const auto& entity : by.source->information[place].entities)
            types.insert(types.end(), entity.types.begin(), entity.types.end());
    return types;
}

asio::awaitable<result<federation::outgoing>> request_for(request_scope& scope, const part& of,
                                                          const distributed_write& write) {
    MERIDIAN_CO_TRY(const auto words, co_await words_for(scope, *of.by.source));
    federation::outgoing made;
    made.source = of.by.source;
    made.method = write.method;
    made.context_url = words.url;
    made.ld_json = words.ld_json && write.body;
    auto path = write.path;
    if (!write.attribute.empty())
        path += "/" + encode_path_segment(ngsild::compact_name(write.attribute, *words.context));
    auto parameters = write.parameters;
    if (write.sends_types && write.types && !write.types->any_of.empty())
        parameters.emplace_back("type", federation::to_type_text(*write.types, *words.context));
    if (of.by.source->local_only)
        parameters.emplace_back("local", "true");
    made.target = federation::target_of(std::move(path), parameters);
    if (write.body) {
        auto body = write.body(of.attributes, types_of(of.by), *words.context);
        make_conform(body, *of.by.source, !write.attribute.empty());
        if (made.ld_json)
            body["@context"] = parse_json(words.context->member_text()).value();
        made.body = to_text(body);
    }
    co_return made;
}

/// The error that a Context Source's answer stands for.
problem fault_of(const federation::registration& source, const net::response& answer) {
    auto kind = problem_kind::bad_gateway;
    switch (answer.status) {
    case 400:
        kind = problem_kind::bad_request_data;
        break;
    case 404:
        kind = problem_kind::resource_not_found;
        break;
    case 409:
        kind = answer.body.find("Conflict") != std::string::npos ? problem_kind::conflict
                                                                 : problem_kind::already_exists;
        break;
    case 422:
        kind = problem_kind::operation_not_supported;
        break;
    case 504:
        kind = problem_kind::gateway_timeout;
        break;
    case 508:
        kind = problem_kind::loop_detected;
        break;
    default:
        break;
    }
    constexpr std::size_t shown = 500;
    auto detail =
        "the Context Source of '" + source.id + "' answers " + std::to_string(answer.status);
    if (!answer.body.empty())
        detail += ": " + answer.body.substr(0, shown);
    return problem{kind, std::move(detail)};
}

/// 6.3.17: the answer to a request whose single forwarded part failed.
problem as_gateway(const problem& why) {
    switch (why.kind()) {
    case problem_kind::loop_detected:
    case problem_kind::gateway_timeout:
    case problem_kind::resource_not_found:
        return why;
    case problem_kind::unavailable:
    case problem_kind::too_many_requests:
        return problem{problem_kind::gateway_timeout, why.detail()};
    default:
        return problem{problem_kind::bad_gateway, why.detail()};
    }
}

/// Sends the parts and keeps in `scope.distribution` what came of each.
asio::awaitable<void> send_parts(request_scope& scope, const std::vector<part>& parts,
                                 const distributed_write& write, const federation::trigger& from) {
    auto& outcome = scope.distribution;
    std::vector<federation::outgoing> requests;
    std::vector<const part*> sent;
    for (const auto& one : parts) {
        if (!one.is_supported) {
            outcome.failures.emplace_back(
                one.by.source->id,
                problem{problem_kind::conflict,
                        "the Context Source Registration '" + one.by.source->id +
                            "' does not support " +
                            std::string(federation::name_of(write.operation))},
                one.attributes);
            continue;
        }
        auto request = co_await request_for(scope, one, write);
        if (!request) {
            outcome.failures.emplace_back(one.by.source->id, request.error(), one.attributes);
            continue;
        }
        requests.push_back(std::move(*request));
        sent.push_back(&one);
    }
    auto sending = scope.with.forwarder.send_all(std::move(requests), from);
    const auto answers = co_await std::move(sending);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto& source = *sent[i]->by.source;
        const auto& answer = answers[i];
        if (answer && answer->status >= 200 && answer->status < 300 && answer->status != 207) {
            outcome.has_success = true;
            outcome.updated.insert(outcome.updated.end(), sent[i]->attributes.begin(),
                                   sent[i]->attributes.end());
            continue;
        }
        outcome.failures.emplace_back(
            source.id, answer ? fault_of(source, *answer) : answer.error(), sent[i]->attributes);
        // A part of that part was done.
        outcome.has_success = outcome.has_success || (answer && answer->status == 207);
    }
}

/// Types of the Entity as it is here; none where it is not.
asio::awaitable<result<std::vector<std::string>>> own_types(request_scope& scope, std::string id) {
    std::vector<std::string> types;
    auto retrieval = scope.with.entities.retrieve(scope.tenant, std::move(id));
    MERIDIAN_CO_TRY(const auto found, co_await std::move(retrieval));
    if (found)
        for (std::size_t i = 0; i < found->document.type_count(); ++i)
            types.emplace_back(scope.with.dictionary.iri(found->document.type(i)));
    co_return types;
}

bool is_by_type_alone(const match& one) {
    return std::ranges::any_of(one.information, [&](std::size_t place) {
        const auto& entities = one.source->information[place].entities;
        return std::ranges::any_of(entities, [](const auto& each) { return each.id.empty(); });
    });
}

/// CHOICE: a write that names no type (5.12 lets it match Registrations of any) is about the types
/// that the Entity has here, if it is here: a Registration of cars does not get a room's changes.
asio::awaitable<result<std::vector<match>>>
matching_write(request_scope& scope, distributed_write& write, const federation::trigger& from) {
    federation::asked wanted;
    wanted.ids.push_back(write.id);
    wanted.types = write.types;
    wanted.attributes = write.attributes;
    auto found = matching(scope, wanted, from);
    // 4.3.6.2: auxiliary ones are not written to.
    const auto drop = [](std::vector<match>& all) {
        std::erase_if(all, [](const match& one) { return one.source->mode == mode::auxiliary; });
    };
    drop(found);
    if (!wanted.types && std::ranges::any_of(found, is_by_type_alone)) {
        MERIDIAN_CO_TRY(const auto types, co_await own_types(scope, write.id));
        if (!types.empty()) {
            wanted.types.emplace();
            for (const auto& type : types)
                wanted.types->any_of.push_back({type});
            found = matching(scope, wanted, from);
            drop(found);
        }
    }
    co_return found;
}

/// What the parts that failed come to: nothing where it is a partial success.
std::optional<problem> whole_failure(const distribution& outcome) {
    if (outcome.failures.empty() || outcome.has_success)
        return std::nullopt;
    const bool all_unsupported = std::ranges::all_of(outcome.failures, [](const auto& one) {
        return !one.registration.empty() && one.error.kind() == problem_kind::conflict;
    });
    const auto& first = outcome.failures.front();
    if (all_unsupported)
        return first.error;
    if (outcome.failures.size() > 1)
        return std::nullopt; // each has its own reason
    return first.registration.empty() ? first.error : as_gateway(first.error);
}

} // namespace

asio::awaitable<result<update_outcome>> distribute(request_scope& scope, distributed_write write,
                                                   own_part own) {
    const auto from = trigger_of(scope);
    auto finding = matching_write(scope, write, from);
    MERIDIAN_CO_TRY(auto found, co_await std::move(finding));
    const bool is_loop = from.has_passed(from.own_alias);
    const bool has_proxied =
        std::ranges::any_of(found, [](const match& one) { return one.source->is_proxied(); });
    if (is_loop && has_proxied)
        co_return problem{problem_kind::loop_detected,
                          "the request has passed this broker before (6.3.18)"};
    if (is_loop || found.empty())
        co_return co_await own(write.attributes);
    const auto divided = divide(found, write);
    if (divided.parts.empty())
        co_return co_await own(write.attributes);
    MERIDIAN_CO_CHECK(scope.with.forwarder.check_number(divided.parts.size()));
    auto sending = send_parts(scope, divided.parts, write, from);
    co_await std::move(sending);
    auto& outcome = scope.distribution;
    update_outcome mine;
    if (!divided.is_taken_whole) {
        auto running = own(divided.left);
        auto done = co_await std::move(running);
        if (done) {
            outcome.has_success = true;
            mine = std::move(*done);
        } else if (done.error().kind() != problem_kind::resource_not_found || !divided.is_proxied) {
            // CHOICE: that it is not here is a failure beside Context Sources that are equals of
            // this broker, as the ETSI suite has it; what is proxied is not expected here.
            outcome.failures.emplace_back("", done.error(), divided.left);
        }
    }
    if (auto why = whole_failure(outcome)) {
        outcome.failures.clear();
        co_return std::move(*why);
    }
    co_return mine;
}

} // namespace meridian::operations
