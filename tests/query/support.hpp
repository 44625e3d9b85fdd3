#pragma once

#include "meridian/base/json.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/query/evaluate.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace meridian::query::testing {

inline const jsonld::context& core() {
    return *jsonld::core_context();
}

/// The Entity of a payload; single quotes stand for double ones.
inline ngsild::entity entity(std::string_view text, const jsonld::context& context = core()) {
    std::string quoted(text);
    for (auto& c : quoted)
        c = c == '\'' ? '"' : c;
    const auto payload = parse_json(quoted);
    EXPECT_TRUE(payload) << quoted;
    auto made = ngsild::parse_entity(payload.value_or(json::object()), context);
    EXPECT_TRUE(made) << quoted << (made ? "" : made.error().detail());
    return made.value_or(ngsild::entity{});
}

/// An Entity with the Attributes of `members`: `'color':{…}`.
inline ngsild::entity with(std::string_view members, const jsonld::context& context = core()) {
    return entity("{'id':'urn:ngsi-ld:T:1','type':'T'," + std::string(members) + "}", context);
}

inline q_expression q(std::string_view text, const jsonld::context& context = core()) {
    auto made = parse_q(text, parse_scope{context});
    EXPECT_TRUE(made) << text << ": " << (made ? "" : made.error().detail());
    return made.value_or(q_expression{});
}

/// The problem's detail; "accepted" where there is none. What is well formed but beyond a limit is
/// TooComplexQuery (5.5.2), all else BadRequestData.
template <typename T>
std::string refusal(const result<T>& outcome) {
    if (outcome)
        return "accepted";
    const auto& detail = outcome.error().detail();
    const bool is_limit = detail.find(": too many ") != std::string::npos ||
                          detail.find(" nested too deep") != std::string::npos;
    EXPECT_EQ(type_name(outcome.error().kind()), is_limit ? "TooComplexQuery" : "BadRequestData")
        << detail;
    return detail;
}

inline std::string iri(std::string_view name) {
    return std::string(jsonld::default_vocab).append(name);
}

} // namespace meridian::query::testing
