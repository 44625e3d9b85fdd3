// timerel, timeAt, endTimeAt, timeproperty and lastN, a line each (empty: absent) → AST →
// parameters → AST.

#include "fuzz.hpp"

#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"

#include <optional>
#include <string>

using namespace meridian;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    const auto line = [&text]() -> std::optional<std::string> {
        const auto end = text.find('\n');
        const auto one = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        return one.empty() ? std::nullopt : std::optional<std::string>(one);
    };
    query::temporal_parameters given;
    given.timerel = line();
    given.time_at = line();
    given.end_time_at = line();
    given.timeproperty = line();
    given.last_n = line();
    const auto read = query::parse_temporal(given);
    if (!read)
        return 0;
    const auto again = query::parse_temporal(query::to_parameters(*read));
    fuzz::expect(again.has_value() && *again == *read, "parse(to_parameters(time)) == time");
    return 0;
}
