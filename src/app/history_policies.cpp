#include "app/history_policies.hpp"

#include "app/indexed_attributes.hpp"
#include "meridian/query/rollup.hpp"

#include <charconv>
#include <fmt/format.h>
#include <string_view>

namespace meridian::app {
namespace {

using std::string_view;

problem wrong(const std::string& text, string_view why) {
    return problem(problem_kind::invalid_request,
                   fmt::format("history-policies: '{}' {}", text, why));
}

std::optional<int> read_number(string_view text) {
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// One of the parts between `;`. False where it is none.
bool read_part(string_view part, store::wanted_policy& into) {
    const auto colon = part.find(':');
    const string_view name = part.substr(0, colon);
    const bool has_value = colon != string_view::npos;
    if (name == "tenant" && has_value) {
        into.tenant = part.substr(colon + 1);
        return true;
    }
    std::optional<int> days;
    if (has_value && !(days = read_number(part.substr(colon + 1))))
        return false;
    if (name == "raw" && has_value) {
        into.terms.raw_days = days;
        return true;
    }
    const std::int16_t level = query::rollup_level_of(name);
    into.terms.rollups.push_back({level, days});
    return level != 0;
}

result<store::wanted_policy> read(const std::string& text) {
    constexpr const char* form = "is not Type/attribute=raw:30;PT1H:365;P1D";
    const auto equals = text.rfind('=');
    if (equals == std::string::npos)
        return wrong(text, form);
    const auto names = read_attribute_of_type(text.substr(0, equals));
    if (!names)
        return wrong(text, form);
    store::wanted_policy made;
    made.type = names->type;
    made.attribute = names->attribute;
    std::istringstream parts(text.substr(equals + 1));
    for (std::string part; std::getline(parts, part, ';');)
        if (!read_part(part, made))
            return wrong(text, fmt::format("has no tenant, raw or period in '{}'", part));
    if (const auto checked = store::check(made.terms); !checked)
        return wrong(text, "is refused: " + checked.error().detail());
    return made;
}

} // namespace

result<std::vector<store::wanted_policy>>
read_history_policies(const std::vector<std::string>& texts) {
    std::vector<store::wanted_policy> all;
    for (const std::string& text : texts) {
        MERIDIAN_TRY(auto one, read(text));
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace meridian::app
