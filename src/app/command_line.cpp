#include "app/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace meridian::app {
namespace {

using std::string_view;

constexpr command all_commands[] = {
    {"serve", "", 0, 0, true, "Serves the NGSI-LD API until it is told to stop."},
    {"migrate", "", 0, 0, true, "Brings the database's schema up to this version, and stops."},
    {"import", "FILE...", 1, 10'000, true,
     "Stores the Entities, or with --temporal the Temporal Evolutions, of NDJSON or JSON array "
     "files, the latter also of CSV, gzip or not; - is standard input."},
    {"export", "", 0, 0, true, "Writes the Entities as NDJSON, which import takes."},
    {"explain", "URL", 1, 1, true, "Shows how a request would be carried out: plan and SQL."},
    {"version", "", 0, 0, false, "Prints the version."},
    {"config-doc", "", 0, 0, false, "Prints all options as a Markdown page."},
};

problem wrong(std::string why) {
    return {problem_kind::invalid_request, std::move(why)};
}

problem unknown_command(string_view name) {
    std::vector<string_view> names;
    for (const command& known : all_commands)
        names.push_back(known.name);
    const auto meant = nearest_name(name, names);
    return wrong(fmt::format("unknown command {}{}; see meridian --help", name,
                             meant.empty() ? "" : fmt::format(", did you mean {}?", meant)));
}

result<void> check_operands(const command& of, const std::vector<std::string>& operands) {
    if (operands.size() > of.most_operands)
        return wrong(fmt::format("meridian {}: {} is one argument too many", of.name,
                                 operands[of.most_operands]));
    if (operands.size() < of.least_operands)
        return wrong(fmt::format("meridian {}: {} is missing", of.name, of.operands));
    return {};
}

} // namespace

std::span<const command> commands() noexcept {
    return all_commands;
}

std::string render_usage() {
    std::string out = "Meridian is an NGSI-LD context broker.\n\n"
                      "Usage: meridian COMMAND [OPTIONS] [OPERANDS]\n\nCommands:\n";
    for (const command& each : all_commands)
        fmt::format_to(std::back_inserter(out), "  {:<20}{}\n",
                       fmt::format("{} {}", each.name, each.operands), each.summary);
    out += "\nmeridian COMMAND --help shows the options of a command.\n";
    return out;
}

std::string render_usage(const command& of) {
    std::string out = fmt::format("Usage: meridian {}{}{}{}\n\n{}\n", of.name,
                                  of.takes_options ? " [OPTIONS]" : "",
                                  of.operands.empty() ? "" : " ", of.operands, of.summary);
    if (of.takes_options)
        out += "\n" + render_help(of.name);
    return out;
}

result<invocation> read_command_line(std::span<const std::string> texts,
                                     const environment& variables) {
    if (texts.empty())
        return wrong("a command is missing; see meridian --help");
    invocation asked;
    const string_view name = texts[0];
    if (name == "--help" || name == "-h" || name == "help") {
        asked.text = render_usage();
        return asked;
    }
    const auto* of =
        std::ranges::find(all_commands, name == "--version" ? "version" : name, &command::name);
    if (of == std::end(all_commands))
        return unknown_command(name);
    const auto rest = texts.subspan(1);
    // What stands behind `--` is an operand, whatever it looks like.
    const auto flags_end = std::ranges::find(rest, "--");
    if (std::find_if(rest.begin(), flags_end, [](const std::string& text) {
            return text == "--help" || text == "-h";
        }) != flags_end) {
        asked.text = render_usage(*of);
        return asked;
    }
    asked.name = of->name;
    MERIDIAN_TRY(auto split, split_arguments(rest));
    if (!of->takes_options && !split.flags.empty())
        return wrong(fmt::format("meridian {} takes no options", of->name));
    MERIDIAN_CHECK(check_operands(*of, split.operands));
    asked.operands = std::move(split.operands);
    if (of->takes_options) {
        MERIDIAN_TRY(asked.settings, load_config(split.flags, variables));
    }
    return asked;
}

} // namespace meridian::app
