#pragma once

#include "api/call.hpp"
#include "meridian/ngsild/linked.hpp"
#include "meridian/query/ast.hpp"

#include <optional>

namespace meridian::api {

/// join, joinLevel and containedBy of tables 6.4.3.2-1 and 6.5.3.1-1. Fails with bad_request_data.
[[nodiscard]] result<ngsild::linking> read_linking(const call& request);
/// The same as members of a Query (5.2.23); nothing where it has none of them.
[[nodiscard]] result<std::optional<ngsild::linking>> read_linking(const json& query);

/// How far Linked Entity retrieval goes: 0 where it is not asked for.
[[nodiscard]] std::uint32_t levels_of(const ngsild::linking& how_far) noexcept;

/// 5.7.2.4: q goes no further than Linked Entity retrieval. Fails with bad_request_data.
[[nodiscard]] result<void> check_depth(const std::optional<query::q_expression>& q,
                                       const ngsild::linking& how_far);

} // namespace meridian::api
