#pragma once

#include "meridian/jsonld/context.hpp"
#include "meridian/query/ast.hpp"
#include "meridian/query/parse.hpp"

#include <string>

/// AST → canonical text, not percent-encoded. `parse_…(to_text(x))` with name_form::canonical gives
/// x again. Names are written as the short names of `context` where it has them, else as `<IRI>`;
/// without a context always as `<IRI>`.
namespace meridian::query {

[[nodiscard]] std::string to_text(const literal& value);
[[nodiscard]] std::string to_text(const value_path& path, const jsonld::context* context = nullptr);
[[nodiscard]] std::string to_text(const q_expression& q, const jsonld::context* context = nullptr);
[[nodiscard]] std::string to_text(const type_selection& types,
                                  const jsonld::context* context = nullptr);
[[nodiscard]] std::string to_text(const scope_selection& scopes);
[[nodiscard]] std::string to_text(const projection_list& terms,
                                  const jsonld::context* context = nullptr);

/// Several parameters make these; they are also printed as one text, `name=value` joined by `&`.
[[nodiscard]] geo_parameters to_parameters(const geo_query& geo);
[[nodiscard]] temporal_parameters to_parameters(const temporal_query& temporal);
[[nodiscard]] order_parameters to_parameters(const ordering& order,
                                             const jsonld::context* context = nullptr);
[[nodiscard]] std::string to_text(const geo_query& geo);
[[nodiscard]] std::string to_text(const temporal_query& temporal);
[[nodiscard]] std::string to_text(const ordering& order, const jsonld::context* context = nullptr);

} // namespace meridian::query
