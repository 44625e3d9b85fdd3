#pragma once

#include "meridian/base/csv.hpp"
#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::app {

/// What the rows of a CSV file mean: the option `--columns` bound to the header of one file. Pure.
///
/// `--columns` is a list of `TARGET=SOURCE`, read as one record of CSV. A SOURCE is the name of a
/// column, or a text in which `{column}` stands for a cell; but for Attributes a text without
/// either is the same for every row. TARGETs are `id`, `type`, `observedAt`, `datasetId`,
/// `unitCode`, and then either
///   - `attribute`, `value` and perhaps `attributeType` and `members`: a row is an instance, as an
///     export has it (docs/csv.md); or
///   - names of Attributes, `NAME=COLUMN` or `NAME=COLUMN:UNIT`: a row has an instance of each
///     whose cell is not empty.
/// Without `--columns` the columns are those of an export.
class csv_columns {
public:
    /// Fails with bad_request_data: what is wrong with the option, or a column that the header does
    /// not have.
    [[nodiscard]] static result<csv_columns> bind(std::string_view option,
                                                  const std::vector<std::string>& header);

    /// A row as an EntityTemporal (5.2.20), which is not looked at any further; nothing where the
    /// row tells of no instance: all its Attributes are empty, or it is a deletion, of which an
    /// evolution is told by nothing but a write.
    /// Fails with bad_request_data: another number of cells than the header has, an empty id, type
    /// or value, `members` that are no JSON object, an `attributeType` that there is not.
    [[nodiscard]] result<std::optional<json>> read(const std::vector<std::string>& row) const;

private:
    /// Text with cells in it: `texts[0]`, the cell `cells[0]`, `texts[1]` …
    struct source {
        std::vector<std::string> texts;
        std::vector<std::size_t> cells;
    };
    struct attribute {
        std::string name;
        source value;
        std::string unit_code;
    };
    class binder;

    [[nodiscard]] static std::string text_of(const source& from,
                                             const std::vector<std::string>& row);
    [[nodiscard]] result<std::optional<json>> read_long(const std::vector<std::string>& row,
                                                        json entity) const;
    [[nodiscard]] json instance_of(const std::vector<std::string>& row) const;

    std::size_t width_ = 0;
    source id_;
    source type_;
    std::optional<source> observed_at_;
    std::optional<source> dataset_id_;
    std::optional<source> unit_code_;
    std::optional<source> attribute_;
    std::optional<source> attribute_type_;
    std::optional<source> value_;
    std::optional<source> members_;
    std::optional<source> deleted_at_;
    std::vector<attribute> attributes_;
};

} // namespace meridian::app
