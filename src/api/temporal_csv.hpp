#pragma once

#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/temporal_parameters.hpp"
#include "meridian/operations/temporal_export.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace meridian::api {

/// Attributes that need not be read for an answer that shows so much.
[[nodiscard]] std::vector<ngsild::name_id> hidden_attributes(const ngsild::projection& shown);

/// Answers what `from` reads (null: nothing) as CSV: at once where it is little, else while it is
/// read. `asked`: of a query, whose count is told, and of a page of it the neighbours. A failure
/// before the first byte is a problem, a later one cuts the connection.
handler_result answer_with_csv(call& request, jsonld::context_ptr context, temporal_style style,
                               std::unique_ptr<store::evolution_export> from,
                               std::optional<paging> asked, operations::export_extent extent);

} // namespace meridian::api
