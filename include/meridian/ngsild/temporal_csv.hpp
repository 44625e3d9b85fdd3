#pragma once

#include "meridian/ngsild/temporal.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Temporal Evolutions as CSV (RFC 4180), which the standard does not have: docs/csv.md tells what
/// each column holds. A cell that is JSON text is that JSON, any other is a string; a string that
/// would read as JSON, or is empty, is written as a JSON string. Records end with CRLF.
namespace meridian::ngsild {

/// The value in a cell that is JSON text; nothing where the cell is a string, or empty.
[[nodiscard]] std::optional<json> parse_csv_value(std::string_view cell);

/// The columns of instances: createdAt, modifiedAt and modifiedBy, the last ones, are there where
/// the representation shows them (6.3.11), all others always.
void append_csv_header(std::string& out, const temporal_representation& how);

/// A record an instance, in the order of `rows`. Entity members and Attributes that the projection
/// hides are empty cells and no records. Deletions have no value, and deletedAt.
void append_csv_instances(std::string& out, const temporal_head& head,
                          std::span<const history_row> rows, const temporal_representation& how,
                          compacted_names& names);

/// The columns of periods (4.5.19), one a method.
void append_csv_header(std::string& out, std::span<const aggregation_method> methods);

/// A record a period of an Attribute; a method that is not for the values leaves its cell empty.
void append_csv_periods(std::string& out, const temporal_head& head,
                        std::span<const aggregated_attribute> attributes,
                        const temporal_representation& how, compacted_names& names);

} // namespace meridian::ngsild
