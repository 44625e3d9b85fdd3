#include "app/history_policies.hpp"

#include "app/indexed_attributes.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/query/rollup.hpp"

#include <charconv>
#include <fmt/format.h>
#include <set>
#include <sstream>
#include <string_view>
#include <tuple>

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

/// Reads what a table of the configuration file says.
class table_reader {
public:
    explicit table_reader(const history_policy_table& from) : from_(from) {}

    [[nodiscard]] result<store::wanted_policy> read() const {
        store::wanted_policy made;
        made.tenant = from_.tenant;
        MERIDIAN_TRY(made.type, read_name("type", from_.type));
        MERIDIAN_TRY(made.attribute, read_name("attribute", from_.attribute));
        MERIDIAN_TRY(made.terms.raw_days, read_days("raw-days", from_.raw_days));
        for (const auto& [period, days] : from_.roll_ups) {
            store::rollup_rule rule;
            rule.level = query::rollup_level_of(period);
            if (rule.level == 0)
                return refused(
                    "period of roll-ups of history-policy is PT1M, PT1H or P1D, not '{}'", period);
            MERIDIAN_TRY(rule.days, read_days(fmt::format("days of {} in roll-ups", period), days));
            made.terms.rollups.push_back(rule);
        }
        if (const auto checked = store::check(made.terms); !checked)
            return refused("history-policy is refused: {}", checked.error().detail());
        return made;
    }

private:
    template <typename... Values>
    [[nodiscard]] problem refused(fmt::format_string<const Values&...> why,
                                  const Values&... values) const {
        return problem(problem_kind::invalid_request,
                       from_.place + ": " + fmt::format(why, values...));
    }

    [[nodiscard]] result<std::string> read_name(string_view member, const std::string& name) const {
        if (name.empty())
            return refused("{} of history-policy must be a name", member);
        return jsonld::core_context()->expand(name);
    }

    [[nodiscard]] result<std::optional<int>> read_days(string_view member,
                                                       std::optional<std::int64_t> days) const {
        if (!days)
            return std::optional<int>{};
        if (*days < 1 || *days > store::most_policy_days)
            return refused("{} of history-policy: days are between 1 and {}", member,
                           store::most_policy_days);
        return std::optional{static_cast<int>(*days)};
    }

    const history_policy_table& from_;
};

/// Two policies of one Attribute would replace each other at each start.
result<void> check_repeated(const std::vector<store::wanted_policy>& all) {
    std::set<std::tuple<string_view, string_view, string_view>> seen;
    for (const store::wanted_policy& one : all)
        if (!seen.emplace(one.tenant, one.type, one.attribute).second)
            return problem(problem_kind::invalid_request,
                           fmt::format("history-policies: there are two for '{}' of '{}'",
                                       one.attribute, one.type));
    return {};
}

} // namespace

result<std::vector<store::wanted_policy>>
read_history_policies(const std::vector<std::string>& texts,
                      const std::vector<history_policy_table>& tables) {
    std::vector<store::wanted_policy> all;
    for (const std::string& text : texts) {
        MERIDIAN_TRY(auto one, read(text));
        all.push_back(std::move(one));
    }
    for (const history_policy_table& table : tables) {
        MERIDIAN_TRY(auto one, table_reader(table).read());
        all.push_back(std::move(one));
    }
    MERIDIAN_CHECK(check_repeated(all));
    return all;
}

} // namespace meridian::app
