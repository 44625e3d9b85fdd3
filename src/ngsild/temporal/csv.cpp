#include "meridian/ngsild/temporal_csv.hpp"

#include "meridian/base/csv.hpp"
#include "ngsild/temporal/instance_text.hpp"
#include "ngsild/temporal/rest.hpp"

#include <algorithm>
#include <vector>

namespace meridian::ngsild {

namespace {

constexpr std::string_view end_of_record = "\r\n";

void append_string_cell(std::string& out, std::string_view text) {
    const bool reads_as_itself =
        !text.empty() && !parse_csv_value(text); // an empty one is no value
    if (reads_as_itself)
        return append_csv_field(out, text);
    std::string quoted;
    append_json_string(quoted, text);
    append_csv_field(out, quoted);
}

/// A value that is given as JSON text.
void append_json_cell(std::string& out, std::string_view text) {
    if (text.starts_with('"'))
        if (const auto parsed = parse_json(text); parsed && parsed->is_string())
            return append_string_cell(out, parsed->get_ref<const std::string&>());
    append_csv_field(out, text);
}

/// A compacted name out of `"name"`, or `"name":` where it is a member.
std::string text_of_name(std::string_view quoted) {
    if (quoted.ends_with(':'))
        quoted.remove_suffix(1);
    const auto parsed = parse_json(quoted);
    return parsed && parsed->is_string() ? parsed->get<std::string>() : std::string(quoted);
}

/// entityId and type, as cells with a comma behind each.
std::string cells_of_head(const temporal_head& head, const temporal_representation& how,
                          compacted_names& names) {
    std::string cells;
    if (how.shown.id)
        append_csv_field(cells, head.id);
    cells += ',';
    if (how.shown.type && head.types.size() == 1) {
        append_json_cell(cells, names.text(head.types.front()));
    } else if (how.shown.type && !head.types.empty()) {
        std::string list = "[";
        for (const auto type : head.types) {
            append_comma(list);
            list += names.text(type);
        }
        append_csv_field(cells, list += ']');
    }
    cells += ',';
    return cells;
}

/// attribute and attributeType; the scope has no type.
std::string cells_of_attribute(name_id attribute, attribute_kind kind, compacted_names& names) {
    std::string cells;
    if (attribute == scope_attribute)
        return "scope,,";
    append_csv_field(cells, text_of_name(names.member(attribute)));
    cells += ',';
    cells += type_member(kind);
    return cells += ',';
}

/// What an instance has beside value, datasetId and times: its unitCode, and all else as the text
/// of a JSON object, each empty where there is nothing.
struct other_members {
    std::string unit_code;
    std::string members;
};

/// The most frequent case, `,"unitCode":"CEL"` and nothing else.
std::optional<std::string_view> lone_unit_code(const rest_view& rest) {
    constexpr std::string_view begin = R"(,"unitCode":")";
    if (rest.more || !rest.text.starts_with(begin))
        return std::nullopt;
    const auto code = rest.text.substr(begin.size());
    if (code.find_first_of("\"\\") != code.size() - 1 || !code.ends_with('"'))
        return std::nullopt;
    return code.substr(0, code.size() - 1);
}

other_members members_of(const rest_view& rest, std::string_view lang, const temporal_plan& how) {
    other_members out;
    const bool shows_expiry = how.how.sys_attrs && rest.expires_at != timestamp{};
    if (rest.text.empty() && !rest.more && lang.empty() && !shows_expiry)
        return out;
    if (const auto code = lone_unit_code(rest); code && lang.empty() && !shows_expiry) {
        out.unit_code = *code;
        return out;
    }
    std::string object = "{";
    if (!lang.empty()) {
        object += R"("lang":)";
        append_json_string(object, lang);
    }
    if (!rest.text.empty())
        object += rest.text.substr(lang.empty() ? 1 : 0); // it begins with a comma
    if (rest.more)
        append_named_members(object, *rest.more, how.style);
    if (shows_expiry)
        append_moment(object, "expiresAt", rest.expires_at);
    if (rest.more && rest.more->attribute_count != 0)
        append_nested(object, *rest.more, how.style);
    object += '}';
    auto parsed = parse_json(object);
    if (parsed && parsed->contains("unitCode") && (*parsed)["unitCode"].is_string()) {
        out.unit_code = (*parsed)["unitCode"].get<std::string>();
        parsed->erase("unitCode");
        object = parsed->empty() ? std::string() : to_text(*parsed);
    }
    out.members = object == "{}" ? std::string() : std::move(object);
    return out;
}

void append_value_cell(std::string& out, const history_row& row, compacted_names& names) {
    if (row.is_deleted())
        return;
    if (row.value() == history_value::string && row.kind() != attribute_kind::vocab_property)
        return append_string_cell(out, row.txt);
    if (row.value() == history_value::integer || row.value() == history_value::floating)
        return append_value(out, row, names);
    std::string text;
    append_value(text, row, names);
    append_json_cell(out, text);
}

/// 4.15: the language that is chosen of a LanguageProperty; an empty tag where there is none.
language_preference::choice choose_language(const history_row& row, const temporal_plan& how) {
    if (!how.lang || row.kind() != attribute_kind::language_property || row.is_deleted())
        return {};
    return how.lang->choose(row.txt);
}

/// From datasetId on.
void append_cells(std::string& out, const history_row& row,
                  const language_preference::choice& language, const temporal_plan& how) {
    auto& names = *how.style.names;
    const auto rest = decode_rest(row.rest);
    if (row.dataset != 0)
        append_csv_field(out, names.dictionary().iri(row.dataset));
    out += ',';
    if (how.how.instance_ids && row.iid != 0 && row.attribute != scope_attribute)
        out += to_instance_id({rest.first_ts.value_or(row.ts), row.iid});
    out += ',';
    if (row.has_observed_at())
        append_text(out, row.ts);
    out += ',';
    if (language.tag.empty())
        append_value_cell(out, row, names);
    else
        append_json_cell(out, language.value);
    const auto others = members_of(rest, language.tag, how);
    out += ',';
    append_csv_field(out, others.unit_code);
    out += ',';
    append_csv_field(out, others.members);
    out += ',';
    if (row.is_deleted())
        append_text(out, row.modified_at);
    if (how.shows(time_property::created_at)) {
        out += ',';
        append_text(out, row.created_at);
    }
    if (how.shows(time_property::modified_at)) {
        out += ',';
        if (!row.is_deleted())
            append_text(out, row.modified_at);
    }
    if (how.how.modified_by) {
        out += ',';
        append_csv_field(out, row.subject);
    }
    out += end_of_record;
}

/// Walks through the series of an Attribute side by side: each is in the same order, and lacks the
/// periods that it has no value for.
class period_walk {
public:
    explicit period_walk(std::span<const aggregated_series> series)
        : series_(series), places_(series.size(), 0) {
        backwards_ = std::ranges::any_of(series, [](const aggregated_series& one) {
            return one.periods.size() > 1 && one.periods[0].start > one.periods[1].start;
        });
    }

    /// The next period that any series has; null at the end.
    [[nodiscard]] const aggregated_period* next() const noexcept {
        const aggregated_period* first = nullptr;
        for (std::size_t of = 0; of < places_.size(); ++of)
            if (const auto* one = current(of);
                one != nullptr && (!first || is_before(*one, *first)))
                first = one;
        return first;
    }
    /// The values of that period, each with a comma before it; then it is behind.
    void append_values(std::string& out, timestamp start) {
        for (std::size_t of = 0; of < places_.size(); ++of) {
            out += ',';
            const auto* one = current(of);
            if (one == nullptr || one->start != start)
                continue;
            append_json_cell(out, one->value);
            ++places_[of];
        }
    }

private:
    [[nodiscard]] const aggregated_period* current(std::size_t of) const noexcept {
        const auto& periods = series_[of].periods;
        return places_[of] < periods.size() ? &periods[places_[of]] : nullptr;
    }
    [[nodiscard]] bool is_before(const aggregated_period& one,
                                 const aggregated_period& other) const noexcept {
        return backwards_ ? one.start > other.start : one.start < other.start;
    }

    std::span<const aggregated_series> series_;
    std::vector<std::size_t> places_;
    bool backwards_ = false;
};

} // namespace

std::optional<json> parse_csv_value(std::string_view cell) {
    constexpr std::string_view beginnings = "{[\"-0123456789tfn \t\r\n";
    if (cell.empty() || beginnings.find(cell.front()) == std::string_view::npos)
        return std::nullopt;
    auto parsed = parse_json(cell);
    return parsed ? std::optional{std::move(*parsed)} : std::nullopt;
}

void append_csv_header(std::string& out, const temporal_representation& how) {
    out += "entityId,type,attribute,attributeType,datasetId,instanceId,observedAt,value,unitCode,"
           "members,deletedAt";
    if (how.sys_attrs || how.property == time_property::created_at)
        out += ",createdAt";
    if (how.sys_attrs || how.property == time_property::modified_at)
        out += ",modifiedAt";
    if (how.modified_by)
        out += ",modifiedBy";
    out += end_of_record;
}

void append_csv_instances(std::string& out, const temporal_head& head,
                          std::span<const history_row> rows, const temporal_representation& how,
                          compacted_names& names) {
    const temporal_plan ready(how, names);
    const auto head_cells = cells_of_head(head, how, names);
    std::string attribute_cells;
    const history_row* like = nullptr; ///< an instance that has the same
    for (const auto& row : rows) {
        if (!ready.shows(row))
            continue;
        const auto language = choose_language(row, ready);
        out += head_cells;
        if (!language.tag.empty()) {
            out += cells_of_attribute(row.attribute, attribute_kind::property, names);
        } else {
            if (like == nullptr || like->attribute != row.attribute || like->kind() != row.kind())
                attribute_cells = cells_of_attribute(row.attribute, row.kind(), names);
            like = &row;
            out += attribute_cells;
        }
        append_cells(out, row, language, ready);
    }
}

void append_csv_header(std::string& out, std::span<const aggregation_method> methods) {
    out += "entityId,type,attribute,attributeType,start,end";
    for (const auto method : methods) {
        out += ',';
        out += method_member(method);
    }
    out += end_of_record;
}

void append_csv_periods(std::string& out, const temporal_head& head,
                        std::span<const aggregated_attribute> attributes,
                        const temporal_representation& how, compacted_names& names) {
    const instance_filter filter(how.shown, {}, names.dictionary());
    const auto head_cells = cells_of_head(head, how, names);
    for (const auto& one : attributes) {
        if (one.attribute == scope_attribute || !filter.shows_attribute(one.attribute))
            continue;
        const auto begin = head_cells + cells_of_attribute(one.attribute, one.kind, names);
        period_walk walk(one.series);
        while (const auto* period = walk.next()) {
            out += begin;
            append_text(out, period->start);
            out += ',';
            append_text(out, period->end);
            walk.append_values(out, period->start);
            out += end_of_record;
        }
    }
}

} // namespace meridian::ngsild
