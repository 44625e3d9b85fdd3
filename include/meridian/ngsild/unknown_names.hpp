#pragma once

#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/history.hpp"
#include "meridian/ngsild/names.hpp"

#include <span>
#include <vector>

/// The numbers that stored data hold and the dictionary does not know (yet), because another broker
/// on the same database gave them out. Each function appends them to `to`, where one may then stand
/// several times; nothing is allocated where all are known, which is nearly always.
namespace meridian::ngsild {

void append_unknown_names(std::vector<name_id>& to, std::span<const name_id> ids,
                          const names& dictionary);
/// Types, Attributes and datasetIds on all levels.
void append_unknown_names(std::vector<name_id>& to, const document_view& document,
                          const names& dictionary);
void append_unknown_names(std::vector<name_id>& to, const history_row& row,
                          const names& dictionary);

} // namespace meridian::ngsild
