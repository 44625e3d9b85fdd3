#include "ngsild/temporal/instance_text.hpp"

namespace meridian::ngsild {

namespace {

void append_temporal_vocab(std::string& out, const history_row& row, compacted_names& names) {
    if (row.value() == history_value::string) {
        out += names.text(row.txt);
        return;
    }
    if (const auto iris = parse_json(row.txt))
        append_vocab(out, *iris, names);
    else
        out += "null";
}

} // namespace

void append_value(std::string& out, const history_row& row, compacted_names& names) {
    switch (row.value()) {
    case history_value::none:
        out += null_value(row.kind());
        return;
    case history_value::integer:
        out += std::to_string(static_cast<std::int64_t>(row.num.value_or(0)));
        return;
    case history_value::floating:
        out += to_text(json(row.num.value_or(0)));
        return;
    case history_value::string:
    case history_value::json:
        break;
    }
    if (row.kind() == attribute_kind::vocab_property)
        append_temporal_vocab(out, row, names);
    else if (row.value() == history_value::string)
        append_json_string(out, row.txt);
    else
        out += row.txt;
}

} // namespace meridian::ngsild
