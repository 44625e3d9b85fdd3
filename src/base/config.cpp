#include "meridian/base/config.hpp"

#include "config_history_policies.hpp"
#include "config_options.hpp"
#include "meridian/base/text.hpp"
#include "toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>
#include <unistd.h>

namespace meridian {
namespace {

using std::string_view;

problem wrong(std::string why) {
    return {problem_kind::invalid_request, std::move(why)};
}

problem unknown(string_view source, string_view kind, string_view name, string_view meant) {
    auto why = fmt::format("{}: unknown {} {}", source, kind, name);
    if (!meant.empty())
        why += fmt::format("; did you mean {}?", meant);
    return wrong(std::move(why));
}

/// Levenshtein's distance.
std::size_t distance(string_view left, string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

result<void> set(string_view source, string_view spelt, const option& row, string_view text,
                 config& target) {
    if (auto complaint = assign(row, text, target))
        return wrong(fmt::format("{}: {} \"{}\" {}", source, spelt, text, *complaint));
    return {};
}

/// A TOML value as the text that a flag would have; nothing for tables, dates and mixed arrays.
std::optional<std::string> to_option_text(const toml::node& node) {
    if (const auto* text = node.as_string())
        return text->get();
    if (const auto* number = node.as_integer())
        return std::to_string(number->get());
    if (const auto* number = node.as_floating_point())
        return fmt::format("{}", number->get());
    if (const auto* truth = node.as_boolean())
        return truth->get() ? "true" : "false";
    const auto* list = node.as_array();
    if (list == nullptr || !list->is_homogeneous<std::string>())
        return list != nullptr && list->empty() ? std::optional<std::string>("") : std::nullopt;
    std::string joined;
    for (const toml::node& part : *list)
        joined += (joined.empty() ? "" : ",") + part.as_string()->get();
    return joined;
}

result<void> apply_file(const std::string& path, config& target) {
    const auto parsed = toml::parse_file(path);
    if (!parsed)
        return wrong(fmt::format("{}:{}: {}", path, parsed.error().source().begin.line,
                                 parsed.error().description()));
    for (const auto& [key, node] : parsed.table()) {
        if (key == history_policy_key) {
            MERIDIAN_TRY(target.history_policy_tables, read_history_policy_tables(node, path));
            continue;
        }
        const auto place = fmt::format("{}:{}", path, node.source().begin.line);
        const option* row = find_option(key.str());
        if (row == nullptr)
            return unknown(place, "option", key.str(), nearest_name(key.str(), option_names()));
        const auto text = to_option_text(node);
        if (!text)
            return wrong(fmt::format("{}: {} is not a {}", place, row->name, form_of(*row)));
        MERIDIAN_CHECK(set(place, row->name, *row, *text, target));
    }
    return {};
}

result<void> apply_environment(const environment& variables, config& target) {
    std::vector<std::string> known{"MERIDIAN_CONFIG"};
    for (const option_section& section : option_sections())
        for (const option& row : section.options)
            known.push_back(variable_name(row.name));
    const std::vector<string_view> names(known.begin(), known.end());
    for (const auto& [name, text] : variables) {
        const auto found = std::find(known.begin(), known.end(), name);
        if (found == known.end())
            return unknown("environment", "variable", name, nearest_name(name, names));
        if (found == known.begin())
            continue;
        const auto* row =
            find_option(option_names()[static_cast<std::size_t>(found - known.begin())]);
        MERIDIAN_CHECK(set("environment", name, *row, text, target));
    }
    return {};
}

/// The file to read: named by flag or environment, else one of the usual places; empty for none.
std::string configuration_file(std::span<const flag> flags, const environment& variables) {
    for (const flag& given : flags)
        if (given.name == "config")
            return given.value;
    if (const auto named = variables.find("MERIDIAN_CONFIG"); named != variables.end())
        return named->second;
    for (const char* usual : {"meridian.toml", "/etc/meridian/meridian.toml"}) {
        std::error_code ignored;
        if (std::filesystem::exists(usual, ignored))
            return usual;
    }
    return {};
}

result<config> checked(config settings) {
    if (settings.tls_cert.empty() != settings.tls_key.empty())
        return wrong("tls-cert and tls-key are only of use together");
    if (settings.drain_notice > settings.drain_timeout)
        return wrong("drain-notice must not be longer than drain-timeout");
    if (!settings.db.empty() && !settings.db.starts_with("postgresql://") &&
        !settings.db.starts_with("postgres://"))
        return wrong("db must be a URL that begins with postgresql://");
    if (settings.default_page > settings.max_page)
        return wrong("default-page must not exceed max-page");
    if (settings.temporal_range_unit != "DateTime" && settings.temporal_range_unit != "date-time")
        return wrong("temporal-range-unit must be DateTime or date-time");
    if (!settings.audit_subject_header.empty() && !is_token(settings.audit_subject_header))
        return wrong("audit-subject-header must be the name of a header");
    return settings;
}

} // namespace

string_view nearest_name(string_view text, std::span<const string_view> candidates) {
    string_view nearest;
    // A third of the letters may be wrong; beyond that a suggestion would rather mislead.
    std::size_t least = std::min(std::max<std::size_t>(2, text.size() / 3) + 1, text.size());
    for (const string_view candidate : candidates)
        if (const auto steps = distance(text, candidate); steps < least) {
            least = steps;
            nearest = candidate;
        }
    return nearest;
}

result<arguments> split_arguments(std::span<const std::string> texts) {
    arguments split;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const string_view text = texts[i];
        if (text == "--") {
            split.operands.insert(split.operands.end(), texts.begin() + static_cast<long>(i) + 1,
                                  texts.end());
            break;
        }
        if (!text.starts_with('-') || text == "-") {
            split.operands.emplace_back(text);
            continue;
        }
        const auto equals = std::min(text.find('='), text.size());
        const string_view spelt = text.substr(0, equals);
        const string_view name = spelt.substr(std::min<std::size_t>(2, spelt.size()));
        const option* row = spelt.starts_with("--") ? find_option(name) : nullptr;
        if (row == nullptr && spelt != "--config") {
            const auto nearest = nearest_name(name, option_names());
            return unknown("command line", "option", spelt,
                           nearest.empty() ? std::string() : fmt::format("--{}", nearest));
        }
        if (equals < text.size())
            split.flags.push_back({std::string(name), std::string(text.substr(equals + 1))});
        else if (row != nullptr && std::holds_alternative<bool config::*>(row->member))
            split.flags.push_back({std::string(name), "true"});
        else if (i + 1 < texts.size())
            split.flags.push_back({std::string(name), texts[++i]});
        else
            return wrong(fmt::format("command line: {} needs a value", spelt));
    }
    return split;
}

environment process_environment() {
    environment variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const string_view text = *entry;
        const auto equals = text.find('=');
        if (text.starts_with("MERIDIAN_") && equals != string_view::npos)
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

result<config> load_config(std::span<const flag> flags, const environment& variables) {
    config settings;
    if (const auto path = configuration_file(flags, variables); !path.empty())
        MERIDIAN_CHECK(apply_file(path, settings));
    MERIDIAN_CHECK(apply_environment(variables, settings));
    for (const flag& given : flags) {
        if (given.name == "config")
            continue;
        const option* row = find_option(given.name);
        if (row == nullptr)
            return unknown("command line", "option", given.name,
                           nearest_name(given.name, option_names()));
        MERIDIAN_CHECK(set("command line", "--" + given.name, *row, given.value, settings));
    }
    return checked(std::move(settings));
}

} // namespace meridian
