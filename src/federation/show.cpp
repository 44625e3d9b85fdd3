/// 5.10.1, 5.10.2: a Registration as it is shown.
#include "meridian/federation/registration.hpp"
#include "meridian/ngsild/compact_name.hpp"

#include <string_view>
#include <utility>

namespace meridian::federation {
namespace {

/// The order in which members are shown, of all objects in a Registration; jsonb keeps none.
constexpr std::string_view order[] = {
    // 5.2.9, with 5.2.8, 5.2.10, 5.2.11, 5.2.22 and GeoJSON
    "id",
    "type",
    "idPattern",
    "registrationName",
    "description",
    "mode",
    "endpoint",
    "tenant",
    "information",
    "entities",
    "propertyNames",
    "relationshipNames",
    "operations",
    "contextSourceInfo",
    "key",
    "value",
    "contextSourceAlias",
    "datasetId",
    "scope",
    "observationInterval",
    "managementInterval",
    "startAt",
    "endAt",
    "coordinates",
    "location",
    "observationSpace",
    "operationSpace",
    "management",
    "refreshRate",
    "expiresAt",
    "status",
    "timesSent",
    "timesFailed",
    "lastSuccess",
    "lastFailure",
    "createdAt",
    "modifiedAt"};

json in_order(json of) {
    if (of.is_array()) {
        for (auto& one : of)
            one = in_order(std::move(one));
        return of;
    }
    if (!of.is_object())
        return of;
    json sorted = json::object();
    for (const auto name : order)
        if (const auto found = of.find(name); found != of.end())
            sorted[std::string(name)] = in_order(std::move(*found));
    for (auto& [name, value] : of.items())
        if (!sorted.contains(name))
            sorted[name] = std::move(value);
    return sorted;
}

void compact_names(json& of, const char* member, const jsonld::context& context) {
    if (const auto found = of.find(member); found != of.end())
        for (auto& one : *found)
            one = ngsild::compact_name(one.get_ref<const std::string&>(), context);
}

json shown_information(const json& stored, const jsonld::context& context,
                       const std::vector<std::size_t>* only) {
    json shown = json::array();
    if (only) {
        for (const auto place : *only)
            shown.push_back(stored.at(place));
    } else {
        shown = stored;
    }
    for (auto& info : shown) {
        compact_names(info, "propertyNames", context);
        compact_names(info, "relationshipNames", context);
        if (!info.contains("entities"))
            continue;
        for (auto& entity : info["entities"]) {
            compact_names(entity, "type", context);
            if (entity["type"].size() == 1)
                entity["type"] = json(entity["type"].front());
        }
    }
    return shown;
}

/// Table 5.2.9-2. CHOICE: counted by the broker that is asked, since it has known the Registration.
void add_books(json& shown, const bookkeeping& books) {
    const auto success = books.last_success.load();
    const auto failure = books.last_failure.load();
    if (const auto sent = books.sent.load(); sent > 0) {
        shown["status"] = failure > success ? "failed" : "ok";
        shown["timesSent"] = sent;
        shown["timesFailed"] = books.failed.load();
    }
    if (success != 0)
        shown["lastSuccess"] = to_text(timestamp{std::chrono::microseconds{success}});
    if (failure != 0)
        shown["lastFailure"] = to_text(timestamp{std::chrono::microseconds{failure}});
}

} // namespace

void append_registration(std::string& out, const registration& shown, const shown_as& how,
                         const std::vector<std::size_t>* only) {
    json whole{{"id", shown.id}, {"type", "ContextSourceRegistration"}};
    for (const auto& [name, value] : shown.body.items()) {
        if (name == "properties") {
            for (const auto& [iri, property] : value.items())
                whole[ngsild::compact_name(iri, how.context)] = property;
        } else if (name == "information") {
            whole[name] = shown_information(value, how.context, only);
        } else {
            whole[name] = value;
        }
    }
    add_books(whole, *shown.books);
    if (how.sys_attrs) {
        whole["createdAt"] = to_text(shown.created_at);
        whole["modifiedAt"] = to_text(shown.modified_at);
    }
    out += to_text(in_order(std::move(whole)));
    if (how.context_member) {
        out.pop_back();
        out.append(",\"@context\":").append(how.context.member_text()).push_back('}');
    }
}

} // namespace meridian::federation
