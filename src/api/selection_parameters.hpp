#pragma once

#include "api/call.hpp"
#include "meridian/query/ast.hpp"
#include "meridian/query/evaluate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace meridian::api {

/// A query parameter, or nothing where it is absent.
[[nodiscard]] std::optional<std::string> optional_text(const call& request, std::string_view name);

/// id, type, idPattern, q, georel …, scopeQ of table 6.4.3.2-1; `attrs` is read with the
/// projection. Fails with bad_request_data.
[[nodiscard]] result<query::entity_selection> read_selection(const call& request,
                                                             const jsonld::context& context);

/// Table 6.4.3.2-1, 5.2.33: the type "*" implies the local scope. Fails with bad_request_data where
/// local=false is asked for.
[[nodiscard]] result<void> limit_to_local(const call& request, operations::request_scope& scope);

/// How far a query goes: type=* limits it to the local scope, and csf, which decides on
/// registrations only, has to be a query. Fails with bad_request_data.
[[nodiscard]] result<void> read_extent(const call& request, operations::request_scope& scope);

/// orderBy, collation, orderFrom, orderGeometry (4.23). Fails with bad_request_data.
[[nodiscard]] result<query::ordering> read_order(const call& request,
                                                 const jsonld::context& context);

} // namespace meridian::api
