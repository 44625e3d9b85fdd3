#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/entities.hpp"
#include "store/pg/result.hpp"

#include <memory>
#include <vector>

namespace meridian::store {

/// Row `number` of an answer whose columns begin with those of `page_columns`.
/// Fails with internal_error where the document is damaged.
[[nodiscard]] result<entity_row> read_entity(const std::shared_ptr<const pg::result>& from,
                                             std::size_t number);

/// All rows of such an answer.
[[nodiscard]] result<std::vector<entity_row>>
read_entities(const std::shared_ptr<const pg::result>& from);

/// For `learn_names`: the names in a row's document that `dictionary` does not know.
void append_unknown_of_entity(std::vector<ngsild::name_id>& to, const entity_row& row,
                              const ngsild::names& dictionary);

/// 4.22: not there any more, though the sweep has not come by.
[[nodiscard]] bool is_expired(const entity_row& row, timestamp now) noexcept;

} // namespace meridian::store
