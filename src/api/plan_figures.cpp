#include "api/plan_figures.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace meridian::api {
namespace {

using std::string_view;

/// What stands behind `words`, up to a blank; empty where they do not occur.
string_view word_after(string_view line, string_view words) {
    const auto at = line.find(words);
    if (at == string_view::npos)
        return {};
    line.remove_prefix(at + words.size());
    return line.substr(0, line.find_first_of(" )"));
}

template <typename Number>
void read_number(string_view text, Number& into) {
    std::from_chars(text.data(), text.data() + text.size(), into);
}

void add_once(std::vector<std::string>& to, string_view name) {
    if (!name.empty() && std::ranges::find(to, name) == to.end())
        to.emplace_back(name);
}

/// The name of the index of an (only) index scan, or of a bitmap index scan.
string_view index_of(string_view line) {
    if (line.find("Bitmap Index Scan on ") != string_view::npos)
        return word_after(line, "Bitmap Index Scan on ");
    for (const string_view scan : {"Index Scan ", "Index Only Scan "})
        if (line.find(scan) != string_view::npos)
            return word_after(line, " using ");
    return {};
}

} // namespace

// Only lines of nodes are looked at: conditions hold what users sent.
plan_figures read_plan_figures(const std::vector<std::string>& lines) {
    plan_figures read;
    if (!lines.empty()) { // actual time=0.1..0.2 rows=20 loops=1
        const string_view first = lines.front();
        if (const auto actual = first.find("(actual "); actual != string_view::npos)
            read_number(word_after(first.substr(actual), "rows="), read.rows);
    }
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const string_view line = lines[at];
        const bool is_node =
            at == 0 ||
            line.substr(std::min(line.find_first_not_of(' '), line.size())).starts_with("->");
        if (is_node) {
            add_once(read.indexes, index_of(line));
            add_once(read.tables_read_whole, word_after(line, "Seq Scan on "));
        } else if (line.starts_with("Planning Time: ")) {
            read_number(word_after(line, "Time: "), read.planning_milliseconds);
        } else if (line.starts_with("Execution Time: ")) {
            read_number(word_after(line, "Time: "), read.execution_milliseconds);
        }
    }
    return read;
}

} // namespace meridian::api
