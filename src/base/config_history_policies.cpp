#include "config_history_policies.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace meridian {
namespace {

using std::string_view;

/// Reads the members of one table; keeps the first problem.
class table_reader {
public:
    table_reader(const std::string& path, std::string of) : path_(path), of_(std::move(of)) {}

    void read(const toml::node& value, string_view name, std::string& target) {
        if (const auto* text = value.as_string())
            target = text->get();
        else
            refuse(value, fmt::format("{} of {} is not a text", name, of_));
    }

    void read(const toml::node& value, string_view name, std::optional<std::int64_t>& target) {
        if (const auto* number = value.as_integer())
            target = number->get();
        else
            refuse(value, fmt::format("{} of {} is not a whole number", name, of_));
    }

    void read(const toml::node& value, string_view name,
              std::vector<history_policy_table::roll_up>& target) {
        const auto* list = value.as_array();
        for (std::size_t at = 0; list != nullptr && at < list->size(); ++at) {
            const auto* table = list->get(at)->as_table();
            if (table == nullptr) {
                list = nullptr;
                break;
            }
            target.push_back(read_roll_up(*table, name));
        }
        if (list == nullptr)
            refuse(value, fmt::format("{} of {} is not an array of tables", name, of_));
    }

    void refuse_unknown(const toml::node& value, string_view name,
                        std::span<const string_view> known) {
        const string_view nearest = nearest_name(name, known);
        refuse(value, fmt::format("unknown member {} of {}{}{}{}", name, of_,
                                  nearest.empty() ? "" : "; did you mean ", nearest,
                                  nearest.empty() ? "" : "?"));
    }

    [[nodiscard]] result<void> outcome() const {
        if (refusal_.empty())
            return {};
        return problem(problem_kind::invalid_request, refusal_);
    }

private:
    history_policy_table::roll_up read_roll_up(const toml::table& from, string_view name) {
        static constexpr std::array<string_view, 2> known{"period", "days"};
        table_reader members(path_, fmt::format("{} of {}", name, of_));
        history_policy_table::roll_up made;
        for (const auto& [key, value] : from) {
            if (key == "period")
                members.read(value, key, made.period);
            else if (key == "days")
                members.read(value, key, made.days);
            else
                members.refuse_unknown(value, key, known);
        }
        if (refusal_.empty())
            refusal_ = members.refusal_;
        return made;
    }

    void refuse(const toml::node& value, string_view why) {
        if (refusal_.empty())
            refusal_ = fmt::format("{}:{}: {}", path_, value.source().begin.line, why);
    }

    const std::string& path_;
    std::string of_; ///< what the members are of, for messages
    std::string refusal_;
};

result<history_policy_table> read_table(const toml::table& from, const std::string& path) {
    static constexpr std::array<string_view, 5> known{"tenant", "type", "attribute", "raw-days",
                                                      "roll-ups"};
    history_policy_table made;
    made.place = fmt::format("{}:{}", path, from.source().begin.line);
    table_reader members(path, std::string{history_policy_key});
    for (const auto& [key, value] : from) {
        if (key == "tenant")
            members.read(value, key, made.tenant);
        else if (key == "type")
            members.read(value, key, made.type);
        else if (key == "attribute")
            members.read(value, key, made.attribute);
        else if (key == "raw-days")
            members.read(value, key, made.raw_days);
        else if (key == "roll-ups")
            members.read(value, key, made.roll_ups);
        else
            members.refuse_unknown(value, key, known);
    }
    MERIDIAN_CHECK(members.outcome());
    return made;
}

} // namespace

result<std::vector<history_policy_table>> read_history_policy_tables(const toml::node& value,
                                                                     const std::string& path) {
    const auto wrong = [&] {
        return problem(problem_kind::invalid_request,
                       fmt::format("{}:{}: {} is not an array of tables: each begins with [[{}]]",
                                   path, value.source().begin.line, history_policy_key,
                                   history_policy_key));
    };
    const auto* list = value.as_array();
    if (list == nullptr)
        return wrong();
    std::vector<history_policy_table> all;
    for (const toml::node& one : *list) {
        const auto* table = one.as_table();
        if (table == nullptr)
            return wrong();
        MERIDIAN_TRY(auto made, read_table(*table, path));
        all.push_back(std::move(made));
    }
    return all;
}

} // namespace meridian
