#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/query/ast.hpp"

#include <cstdint>

/// 4.21: pick and omit as what representations go by.
namespace meridian::query {

/// Names that `dictionary` does not know show and hide nothing. Both lists empty: all is shown.
/// CHOICE: names outside of braces are about the linking Entities, names within about those that
/// the Relationship leads to. A linked Entity that no braces are about is shown whole.
/// Fails with bad_request_data where a name stands in both lists (an omitted one without braces).
[[nodiscard]] result<ngsild::projection> make_projection(const projection_list& picked,
                                                         const projection_list& omitted,
                                                         const ngsild::names& dictionary);

/// How many levels of linked Entities the braces lead into; 0 where there are none.
[[nodiscard]] std::uint32_t depth_of(const projection_list& terms) noexcept;

} // namespace meridian::query
