#include "meridian/ngsild/history.hpp"
#include "ngsild/temporal/rest.hpp"

#include <fmt/format.h>

#include <charconv>

namespace meridian::ngsild {

namespace {

constexpr std::string_view prefix = "urn:ngsi-ld:instance:";

std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) noexcept {
    std::uint64_t out = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out, 16);
    if (text.empty() || error != std::errc{} || stop != end)
        return std::nullopt;
    return out;
}

} // namespace

std::string to_instance_id(const instance_key& key) {
    return fmt::format("{}{:x}-{:x}", prefix,
                       static_cast<std::uint64_t>(key.first_ts.time_since_epoch().count()),
                       static_cast<std::uint64_t>(key.iid));
}

std::optional<instance_key> parse_instance_id(std::string_view text) noexcept {
    if (!text.starts_with(prefix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto ts = parse_hexadecimal(text.substr(0, dash));
    const auto iid = parse_hexadecimal(text.substr(dash + 1));
    if (!ts || !iid)
        return std::nullopt;
    return instance_key{timestamp{std::chrono::microseconds{static_cast<std::int64_t>(*ts)}},
                        static_cast<std::int64_t>(*iid)};
}

instance_key key_of(const history_row& row) {
    const auto first = row.rest.empty() ? std::nullopt : decode_rest(row.rest).first_ts;
    return {first.value_or(row.ts), row.iid};
}

} // namespace meridian::ngsild
