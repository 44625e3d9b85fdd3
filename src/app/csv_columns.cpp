#include "app/csv_columns.hpp"

#include "meridian/base/text.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/temporal_csv.hpp"

#include <algorithm>
#include <utility>

namespace meridian::app {
namespace {

constexpr std::size_t longest_option = 100'000;

problem wrong(std::string why) {
    return {problem_kind::bad_request_data, std::move(why)};
}

/// docs/csv.md: a cell that is JSON is that JSON, any other is a string.
json value_of(const std::string& cell) {
    auto parsed = ngsild::parse_csv_value(cell);
    return parsed ? std::move(*parsed) : json(cell);
}

result<std::vector<std::string>> items_of(std::string_view option) {
    csv_reader reader(longest_option);
    std::vector<csv_record> records;
    reader.feed(option, records);
    reader.finish(records);
    if (records.size() != 1 || !records.front().fault.empty())
        return wrong("--columns must be one list of TARGET=SOURCE, separated by commas");
    return std::move(records.front().fields);
}

/// The columns of an export as `--columns` would name them, as far as a header has them.
std::vector<std::string> items_of_export(const std::vector<std::string>& header) {
    std::vector<std::string> items;
    for (const std::string_view name :
         {"entityId", "type", "attribute", "attributeType", "datasetId", "observedAt", "value",
          "unitCode", "members", "deletedAt"})
        if (std::ranges::find(header, name) != header.end())
            items.push_back((name == "entityId" ? "id" : std::string(name)) + "=" +
                            std::string(name));
    return items;
}

} // namespace

/// Puts the columns together.
class csv_columns::binder {
public:
    explicit binder(const std::vector<std::string>& header) : header_(header) {
        made_.width_ = header.size();
    }

    result<void> add(std::string_view item) {
        item = trimmed(item);
        const auto equals = item.find('=');
        const auto target = trimmed(item.substr(0, equals));
        if (equals == std::string_view::npos || target.empty())
            return wrong("--columns: '" + std::string(item) + "' is not TARGET=SOURCE");
        const auto source_text = trimmed(item.substr(equals + 1));
        if (std::ranges::find(targets_, target) != targets_.end())
            return wrong("--columns: " + std::string(target) + " is named twice");
        targets_.emplace_back(target);
        if (auto* place = place_of(target)) {
            MERIDIAN_TRY(*place, source_of(source_text));
            return {};
        }
        return add_attribute(target, source_text);
    }

    result<csv_columns> finish() && {
        for (const std::string_view target : {"id", "type"})
            if (std::ranges::find(targets_, target) == targets_.end())
                return wrong("which column has the " + std::string(target) +
                             " of the Entity? Name it by --columns, as in '" + std::string(target) +
                             "=COLUMN'");
        made_.id_ = std::move(*id_);
        made_.type_ = std::move(*type_);
        if (made_.attribute_.has_value() != made_.value_.has_value())
            return wrong("--columns: attribute and value belong together");
        if (!made_.attribute_ && made_.attributes_.empty())
            return wrong("no column is an Attribute: name some by --columns, as in 'PM10=COLUMN'");
        if (made_.attribute_ && !made_.attributes_.empty())
            return wrong("--columns: a row is either an instance (attribute, value) or has one of "
                         "each of several Attributes, such as " +
                         made_.attributes_.front().name);
        return std::move(made_);
    }

private:
    std::optional<source>* place_of(std::string_view target) {
        const std::pair<std::string_view, std::optional<source>*> places[] = {
            {"id", &id_},
            {"type", &type_},
            {"observedAt", &made_.observed_at_},
            {"datasetId", &made_.dataset_id_},
            {"unitCode", &made_.unit_code_},
            {"attribute", &made_.attribute_},
            {"attributeType", &made_.attribute_type_},
            {"value", &made_.value_},
            {"members", &made_.members_},
            {"deletedAt", &made_.deleted_at_},
        };
        const auto* found = std::ranges::find(
            places, target, &std::pair<std::string_view, std::optional<source>*>::first);
        return found == std::end(places) ? nullptr : found->second;
    }

    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const {
        const auto found = std::ranges::find(header_, name);
        if (found == header_.end())
            return std::nullopt;
        return static_cast<std::size_t>(found - header_.begin());
    }

    [[nodiscard]] result<source> source_of(std::string_view text) const {
        if (const auto cell = column(text))
            return source{{"", ""}, {*cell}};
        source made;
        made.texts.emplace_back();
        while (!text.empty()) {
            const auto open = text.find('{');
            made.texts.back() += text.substr(0, open);
            if (open == std::string_view::npos)
                break;
            const auto close = text.find('}', open);
            const auto name = text.substr(open + 1, close - open - 1);
            const auto cell = close == std::string_view::npos ? std::nullopt : column(name);
            if (!cell)
                return wrong("--columns: the header has no column '" + std::string(name) + "'");
            made.cells.push_back(*cell);
            made.texts.emplace_back();
            text.remove_prefix(close + 1);
        }
        return made;
    }

    result<void> add_attribute(std::string_view name, std::string_view text) {
        attribute made{std::string(name), {}, {}};
        auto cell = column(text);
        if (const auto colon = text.rfind(':'); !cell && colon != std::string_view::npos) {
            made.unit_code = text.substr(colon + 1);
            cell = column(text.substr(0, colon));
        }
        if (!cell)
            return wrong("--columns: the header has no column '" + std::string(text) +
                         "', of which " + made.name + " would be made");
        made.value = source{{"", ""}, {*cell}};
        made_.attributes_.push_back(std::move(made));
        return {};
    }

    const std::vector<std::string>& header_;
    std::vector<std::string> targets_;
    std::optional<source> id_;
    std::optional<source> type_;
    csv_columns made_;
};

result<csv_columns> csv_columns::bind(std::string_view option,
                                      const std::vector<std::string>& header) {
    std::vector<std::string> items = items_of_export(header);
    if (!option.empty()) {
        MERIDIAN_TRY(items, items_of(option));
    }
    binder made(header);
    for (const auto& item : items)
        MERIDIAN_CHECK(made.add(item));
    return std::move(made).finish();
}

std::string csv_columns::text_of(const source& from, const std::vector<std::string>& row) {
    std::string text = from.texts.front();
    for (std::size_t at = 0; at < from.cells.size(); ++at)
        (text += row[from.cells[at]]) += from.texts[at + 1];
    return text;
}

/// What every instance of a row has.
json csv_columns::instance_of(const std::vector<std::string>& row) const {
    auto instance = json::object();
    const auto add = [&](std::string_view member, const std::optional<source>& from) {
        if (!from)
            return;
        if (auto text = text_of(*from, row); !text.empty())
            instance[std::string(member)] = std::move(text);
    };
    add("observedAt", observed_at_);
    add("datasetId", dataset_id_);
    add("unitCode", unit_code_);
    return instance;
}

result<std::optional<json>> csv_columns::read(const std::vector<std::string>& row) const {
    if (row.size() != width_)
        return wrong("the row has " + std::to_string(row.size()) + " cells, the header " +
                     std::to_string(width_));
    auto id = text_of(id_, row);
    auto type = value_of(text_of(type_, row));
    if (id.empty())
        return wrong("the row has no id");
    if (type.is_string() && type.get_ref<const std::string&>().empty())
        return wrong("the row has no type");
    json entity{{"id", std::move(id)}, {"type", std::move(type)}};
    if (attribute_)
        return read_long(row, std::move(entity));
    const auto size = entity.size();
    for (const auto& one : attributes_) {
        const auto cell = text_of(one.value, row);
        if (cell.empty())
            continue;
        auto instance = instance_of(row);
        instance["value"] = value_of(cell);
        if (!instance["value"].is_object()) // which may be a geometry
            instance["type"] = "Property";
        if (!one.unit_code.empty())
            instance["unitCode"] = one.unit_code;
        entity[one.name] = json::array({std::move(instance)});
    }
    if (entity.size() == size)
        return std::optional<json>{};
    return std::optional{std::move(entity)};
}

result<std::optional<json>> csv_columns::read_long(const std::vector<std::string>& row,
                                                   json entity) const {
    const auto name = text_of(*attribute_, row);
    const auto cell = text_of(*value_, row);
    if (cell.empty() && deleted_at_ && !text_of(*deleted_at_, row).empty())
        return std::optional<json>{};
    if (name.empty())
        return wrong("the row has no attribute");
    if (entity.contains(name) || name.starts_with('@'))
        return wrong("'" + name + "' is no name of an Attribute");
    if (cell.empty())
        return wrong("the row has no value");
    const auto type = attribute_type_ ? text_of(*attribute_type_, row) : std::string();
    const auto kind =
        type.empty() ? ngsild::attribute_kind::property : ngsild::parse_attribute_kind(type);
    if (!kind)
        return wrong("there is no attributeType '" + type + "'");
    auto instance = instance_of(row);
    if (!type.empty())
        instance["type"] = type;
    instance[std::string(ngsild::value_member(*kind))] = value_of(cell);
    if (const auto text = members_ ? text_of(*members_, row) : std::string(); !text.empty()) {
        auto more = parse_json(text);
        if (!more || !more->is_object())
            return wrong("members is not a JSON object");
        for (auto& [member, value] : more->items())
            instance[member] = std::move(value);
    }
    entity[name] = json::array({std::move(instance)});
    return std::optional{std::move(entity)};
}

} // namespace meridian::app
