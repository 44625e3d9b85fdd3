#include "config_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace meridian {
namespace {

using std::string_view;

constexpr string_view introduction = R"md(# Configuration

Every option can be given on the command line, in the environment or in a file. What is given nearer
to the command wins: flags, then environment, then file, then default. An unknown name or a value
out of its range stops the program with status 2 and one line that says where it stands, in each of
the three; so a misspelt option is never silently without effect.

| source | spelling | example |
|---|---|---|
| flag | `--name value` or `--name=value`; a yes/no option may stand alone | `--port 1026` |
| environment | `MERIDIAN_` and the name in capitals, `_` for `-` | `MERIDIAN_PORT=1026` |
| file (TOML) | the name as a key at the top level | `port = 1026` |

The file is the one that `--config FILE` or `MERIDIAN_CONFIG` names, else `meridian.toml` in the
working directory, else `/etc/meridian/meridian.toml`.

- A **duration** is a whole number with `ms`, `s`, `min`, `h` or `d`: `20 s`, `500ms`.
- A **size** is a whole number with `B`, `kB`, `MB`, `GB` (thousands) or `KiB`, `MiB`, `GiB`
  (1,024s): `10 MB`.
- A **list** is separated by commas, in the file also an array of strings; an empty one clears it.

A history policy (docs/history-policies.md) may also be a table of the file, behind the options. What
is not named here is refused; the tables come to those of `history-policies`, one an Attribute of a type.

```toml
[[history-policy]]
tenant = "town"           # without it: the default Tenant
type = "Station"          # a name of the core @context, or an IRI
attribute = "temperature"
raw-days = 90             # without it: for ever, as without days below
roll-ups = [{period = "PT1H", days = 1830}, {period = "P1D"}]
```

Kubernetes sets variables such as `MERIDIAN_PORT=tcp://…` in every pod beside a Service that is
called `meridian`: give the Service another name, or set `enableServiceLinks: false`.

This page is written by `meridian config-doc` from the table that the program itself reads
(`src/base/config_options.cpp`); a test compares them.
)md";

std::string default_text(const option& row) {
    static const config defaults;
    const auto value = render_value(row, defaults);
    if (row.meaning_of_default.empty())
        return value;
    return value.empty() ? std::string(row.meaning_of_default)
                         : fmt::format("{} ({})", value, row.meaning_of_default);
}

/// The form's name, without the examples in brackets.
string_view short_form(const option& row) {
    const string_view form = form_of(row);
    return form.substr(0, std::min(form.find(" ("), form.find(',')));
}

void append_wrapped(std::string& out, string_view text, std::size_t indent, std::size_t width) {
    std::size_t column = indent;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (column + 1 + end > width) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += text.substr(0, end);
        column += end;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out += '\n';
}

void append_help(std::string& out, const option& row) {
    constexpr std::size_t indent = 38;
    constexpr std::size_t width = 100;
    auto head = fmt::format("  --{} <{}>", row.name, short_form(row));
    if (head.size() + 1 > indent) {
        head += '\n';
        head.append(indent, ' ');
    } else {
        head.append(indent - head.size(), ' ');
    }
    out += head;
    append_wrapped(out, fmt::format("{} [{}]", row.description, default_text(row)), indent, width);
}

void append_table(std::string& out, const option_section& section) {
    auto to = std::back_inserter(out);
    fmt::format_to(to, "\n## {}\n\n| option | value | default | meaning |\n|---|---|---|---|\n",
                   section.title);
    for (const option& row : section.options) {
        static const config defaults;
        const auto value = render_value(row, defaults);
        std::string shown = value.empty() ? "" : fmt::format("`{}`", value);
        if (!row.meaning_of_default.empty())
            shown += fmt::format("{}{}", shown.empty() ? "" : ": ", row.meaning_of_default);
        fmt::format_to(to, "| `{}` | {} | {} | {} |\n", row.name, short_form(row), shown,
                       row.description);
    }
}

bool heeds(string_view command, const option_section& section) {
    if (section.commands == heeded_by::tools)
        return command == "import" || command == "export" || command == "explain";
    return section.commands == heeded_by::every_command || command == "serve";
}

} // namespace

std::string render_help(string_view command) {
    std::string out =
        "Options, each also as MERIDIAN_NAME in the environment or name = value in a "
        "TOML file\n(flags win over environment, environment over file); [default]:\n";
    out += "\n  --config <file>                     Configuration file [./meridian.toml, else\n"
           "                                      /etc/meridian/meridian.toml]\n";
    for (const option_section& section : option_sections()) {
        if (!heeds(command, section))
            continue;
        fmt::format_to(std::back_inserter(out), "\n{}\n", section.title);
        for (const option& row : section.options)
            append_help(out, row);
    }
    return out;
}

std::string render_markdown() {
    std::string out(introduction);
    for (const option_section& section : option_sections())
        append_table(out, section);
    return out;
}

} // namespace meridian
