#include "api/support.hpp"

#include "meridian/base/time.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace meridian::api::test {
namespace {

constexpr std::string_view core_link =
    "<https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld>; "
    "rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"";

/// Members whose order does not matter, in the order of their names; moments become "then".
nlohmann::json settled(const json& value) {
    static const std::set<std::string, std::less<>> moments{
        "createdAt",        "modifiedAt",  "deletedAt",  "notifiedAt",
        "lastNotification", "lastSuccess", "lastFailure"};
    if (value.is_object()) {
        auto out = nlohmann::json::object();
        for (const auto& [name, member] : value.items())
            out[name] = moments.contains(name) && member.is_string() &&
                                parse_date_time(member.get<std::string>())
                            ? nlohmann::json("then")
                            : settled(member);
        return out;
    }
    if (value.is_array()) {
        auto out = nlohmann::json::array();
        for (const auto& element : value)
            out.push_back(settled(element));
        return out;
    }
    return nlohmann::json::parse(value.dump());
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

} // namespace

std::string shown(unsigned status, const json& body, const header_lines& headers) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : headers)
        lines.push_back(lower(name) + ": " + value);
    std::ranges::sort(lines);
    std::string out = std::to_string(status) + '\n';
    for (const auto& line : lines)
        out += line + '\n';
    return out + (body == "" ? "" : settled(body).dump(1));
}

std::string show(const http_answer& answer) {
    constexpr std::array<std::string_view, 5> left_out{"date", "content-length", "connection",
                                                       "etag", "ngsild-tenant"};
    header_lines kept;
    for (const auto& each : answer.headers)
        if (std::ranges::find(left_out, lower(each.first)) == left_out.end())
            kept.push_back(each);
    return shown(answer.status, answer.body.empty() ? json("") : answer.content(), kept);
}

std::string ok(const json& body, header_lines more) {
    more.emplace_back("Content-Type", "application/json");
    more.emplace_back("Link", core_link);
    return shown(200, body, more);
}

std::string ok_ld(const json& body) {
    return shown(200, body, {{"Content-Type", "application/ld+json"}});
}

std::string created(std::string_view location) {
    return shown(201, "", {{"Location", std::string(location)}});
}

std::string no_content() {
    return shown(204);
}

std::string refused(unsigned status, std::string_view type, std::string_view detail,
                    std::string_view pointer) {
    // The title is the type's name in words: BadRequestData, "Bad request data".
    std::string title;
    for (const char c : type) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !title.empty())
            title += ' ';
        title += capital && !title.empty() ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (type == "LdContextNotAvailable")
        title = "LD context not available";
    const std::string uri = "https://uri.etsi.org/ngsi-ld/errors/" + std::string(type);
    json body{{"type", uri}, {"title", title}, {"detail", detail}, {"status", status}};
    if (!pointer.empty())
        body["pointer"] = pointer;
    return shown(status, body, {{"Content-Type", "application/json"}});
}

std::string kind_of(const http_answer& answer) {
    const auto body = answer.content();
    std::string type = body.is_object() && body.contains("type") && body["type"].is_string()
                           ? body["type"].get<std::string>()
                           : "";
    type = type.substr(type.rfind('/') + 1);
    return std::to_string(answer.status) + (type.empty() ? "" : " ") + type;
}

json room(std::string_view id) {
    return json{
        {"id", id},
        {"type", "Room"},
        {"temperature",
         {{"type", "Property"},
          {"value", 21.5},
          {"unitCode", "CEL"},
          {"observedAt", "2026-01-01T00:00:00Z"}}},
        {"location",
         {{"type", "GeoProperty"}, {"value", {{"type", "Point"}, {"coordinates", {8.5, 41.2}}}}}},
        {"name",
         {{"type", "LanguageProperty"}, {"languageMap", {{"en", "room"}, {"de", "Zimmer"}}}}},
        {"isPartOf", {{"type", "Relationship"}, {"object", "urn:ngsi-ld:Building:1"}}}};
}

json ids_in(const http_answer& answer) {
    const auto body = answer.content();
    if (!body.is_array())
        return answer.body;
    auto ids = json::array();
    for (const auto& each : body)
        ids.push_back(each.is_object() && each.contains("id") ? each["id"] : each);
    return ids;
}

json stored(const http_client& client, const std::string& id) {
    return client.get(entities + "/" + id + "?options=sysAttrs").content();
}

} // namespace meridian::api::test
