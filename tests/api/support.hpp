#pragma once

#include "support/meridian_process.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace meridian::api::test {

using meridian::test::fresh_tenant;
using meridian::test::header_lines;
using meridian::test::http_answer;
using meridian::test::http_client;
using meridian::test::shared_broker;

inline const std::string entities = "/ngsi-ld/v1/entities";
inline const std::string subscriptions = "/ngsi-ld/v1/subscriptions";
inline const std::string batch = "/ngsi-ld/v1/entityOperations";
inline const std::string temporal = "/ngsi-ld/v1/temporal/entities";

/// The whole answer as text that two answers can be compared by: status, headers in the order of
/// their names, body as JSON. Left out: Date, Content-Length, Connection, ETag, the tenant's name,
/// and the moments that the broker sets itself, which must be DateTimes (4.8) and become "then".
[[nodiscard]] std::string show(const http_answer& answer);

/// A JSON array of one element too, which braces alone would not make.
template <typename... Elements>
[[nodiscard]] json list(const Elements&... elements) {
    auto out = json::array();
    (out.push_back(elements), ...);
    return out;
}

/// What is expected, in the same form. No body: "".
[[nodiscard]] std::string shown(unsigned status, const json& body = "",
                                const header_lines& headers = {});

/// 200 in application/json with the core @context in the Link header (6.3.5).
[[nodiscard]] std::string ok(const json& body, header_lines more = {});
/// 200 in application/ld+json.
[[nodiscard]] std::string ok_ld(const json& body);
[[nodiscard]] std::string created(std::string_view location);
[[nodiscard]] std::string no_content();
/// ProblemDetails (5.5.3) of an error type of the standard, e.g. "BadRequestData"; `pointer` only
/// where one is expected.
[[nodiscard]] std::string refused(unsigned status, std::string_view type, std::string_view detail,
                                  std::string_view pointer = "");

/// The error type (without its namespace) and the status: for tables.
[[nodiscard]] std::string kind_of(const http_answer& answer);

/// An Entity with one Attribute of each common kind.
[[nodiscard]] json room(std::string_view id = "urn:ngsi-ld:Room:1");

/// Its ids, in order, of an answer that is an array of Entities.
[[nodiscard]] json ids_in(const http_answer& answer);

/// As `shown`, of an Entity that is stored now: for "nothing has changed".
[[nodiscard]] json stored(const http_client& client, const std::string& id);

} // namespace meridian::api::test
