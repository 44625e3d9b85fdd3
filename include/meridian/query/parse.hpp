#pragma once

#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/query/ast.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Text of the query languages → AST. The caller has done the percent-decoding. All fail with
/// bad_request_data, whose detail names the parameter and the place (bytes from 0).
namespace meridian::query {

struct parse_limits {
    std::size_t bytes = 16'384;
    std::size_t terms = 100;
    std::size_t depth = 16; ///< of parentheses, braces, names in a path
    std::size_t vertices = 10'000;
};

/// How names may be written. `canonical` is what `to_text` prints: beside short names also
/// `<IRI>`, which users may not write.
enum class name_form : std::uint8_t { short_names, canonical };

struct parse_scope {
    const jsonld::context& context;
    name_form names = name_form::short_names;
    parse_limits limits = {};
};

/// 4.9. `expand_values` and `json_keys` are the names that the parameters of these names list.
/// CHOICE: the values compared with an Attribute in expandValues, and not in jsonKeys, are expanded
/// as vocabulary; member names in brackets are compared as sent.
struct q_parameters {
    std::string_view q;
    std::vector<std::string> expand_values;
    std::vector<std::string> json_keys;
    std::string_view called = "q"; ///< in problems
};
[[nodiscard]] result<q_expression> parse_q(const q_parameters& given, const parse_scope& scope);
[[nodiscard]] result<q_expression> parse_q(std::string_view q, const parse_scope& scope,
                                           std::string_view called = "q");

/// 4.17. CHOICE: parentheses may be nested and `;` may stand without them, binding closer.
[[nodiscard]] result<type_selection> parse_types(std::string_view type, const parse_scope& scope);

/// 4.19. CHOICE: as for types; a scope may lack its first slash, as in the clause's example 5.
[[nodiscard]] result<scope_selection> parse_scopes(std::string_view scope_q,
                                                   const parse_limits& limits = {});

/// 4.10.
struct geo_parameters {
    std::string georel;
    std::string geometry;
    std::string coordinates;                ///< JSON text
    std::optional<std::string> geoproperty; ///< short name or IRI
};
[[nodiscard]] result<geo_query> parse_geo(const geo_parameters& given, const parse_scope& scope);
/// 5.2.13, where coordinates may be an array or its text.
[[nodiscard]] result<geo_query> parse_geo(const json& geo_query_member, const parse_scope& scope);

/// A GeoJSON geometry (RFC 7946), without GeometryCollection (4.10): numbers in range, enough
/// positions, rings closed. `parameter` is named in the detail.
[[nodiscard]] result<json> make_geometry(std::string_view type, json coordinates,
                                         std::string_view parameter,
                                         const parse_limits& limits = {});

/// 4.11, 5.2.21. Nothing given gives a query without bounds; timeAt and timerel go together,
/// endTimeAt with between alone.
struct temporal_parameters {
    std::optional<std::string> timerel;
    std::optional<std::string> time_at;
    std::optional<std::string> end_time_at;
    std::optional<std::string> timeproperty;
    std::optional<std::string> last_n;
};
[[nodiscard]] result<temporal_query> parse_temporal(const temporal_parameters& given);

/// 4.21. `parameter` is "pick" or "omit".
[[nodiscard]] result<projection_list>
parse_projection(std::string_view text, std::string_view parameter, const parse_scope& scope);

/// Comma separated Attribute names or IRIs (attrs of 6.4.3.2, expandValues, jsonKeys …), expanded.
/// `besides`: a member of the Entity that may be among them, and is given as it is.
[[nodiscard]] result<std::vector<std::string>> parse_names(std::string_view text,
                                                           std::string_view parameter,
                                                           const parse_scope& scope,
                                                           std::string_view besides = {});

/// 4.23. orderFrom needs a dist- term and the other way round; orderGeometry is Point if absent.
struct order_parameters {
    std::string order_by;
    std::optional<std::string> collation;
    std::optional<std::string> order_from;
    std::optional<std::string> order_geometry;
};
[[nodiscard]] result<ordering> parse_order(const order_parameters& given, const parse_scope& scope);

} // namespace meridian::query
