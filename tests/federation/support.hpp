#pragma once

#include "meridian/federation/index.hpp"
#include "meridian/query/parse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace meridian::federation::test {

inline const timestamp noon = parse_date_time("2026-01-01T12:00:00Z").value();

inline json parsed(std::string_view text) {
    return parse_json(text).value();
}

/// The stored body of a payload in the core @context.
inline json body_of(const json& payload, payload_kind kind = payload_kind::whole) {
    return to_body(payload, *jsonld::core_context(), kind, noon).value();
}

/// Why a payload is refused; empty where it is not.
inline std::string fault_of(const json& payload) {
    const auto body = to_body(payload, *jsonld::core_context(), payload_kind::whole, noon);
    if (!body)
        return body.error().detail();
    const auto whole = check_whole(*body);
    return whole ? std::string() : whole.error().detail();
}

/// `members` are added to, or replace, those of a small Registration of type Room.
inline json payload_with(std::string_view members = "{}") {
    auto payload = parsed(R"({"id": "urn:csr:1", "type": "ContextSourceRegistration",
        "endpoint": "http://127.0.0.1:9/x",
        "information": [{"entities": [{"type": "Room"}]}]})");
    payload.update(parsed(members));
    return payload;
}

inline registration_ptr made(std::int32_t number, const json& payload) {
    store::registration_row row;
    row.id = number;
    row.uri = payload.value("id", "urn:csr:" + std::to_string(number));
    const auto body = body_of(payload);
    row.body = to_text(body);
    if (body.contains("expiresAt"))
        row.expires_at = parse_date_time(body["expiresAt"].get<std::string>());
    return compile(row).value();
}

/// The IRI of a name in the core @context.
inline std::string iri(std::string_view name) {
    return jsonld::core_context()->expand(name);
}

} // namespace meridian::federation::test
