#include "api/page_cursor.hpp"

#include "api/hash.hpp"
#include "meridian/query/print.hpp"

#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace meridian::api {
namespace {

constexpr std::size_t digits = 16;
constexpr char forward = 'n';
constexpr char backward = 'p';

void add_list(hash& to, const std::vector<std::string>& texts) {
    to.add(static_cast<std::int64_t>(texts.size()));
    for (const auto& text : texts)
        to.add(text);
}

template <typename Part>
std::string text_of(const std::optional<Part>& part) {
    return part ? query::to_text(*part) : std::string{};
}

std::string text_of(const std::optional<query::pattern>& pattern) {
    return pattern ? std::string{pattern->text()} : std::string{};
}

std::uint64_t checksum(const page_cursor& cursor, std::uint64_t query) {
    hash sum;
    sum.add(static_cast<std::int64_t>(query)).add(cursor.eid).add(cursor.backwards ? 1 : 0);
    return sum.value();
}

std::optional<std::uint64_t> read_hexadecimal(std::string_view text) {
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, 16);
    if (error != std::errc{} || rest != end)
        return std::nullopt;
    return number;
}

} // namespace

std::uint64_t query_digest(store::tenant_id tenant, const query::entity_selection& selection,
                           const jsonld::context& context) {
    hash all;
    all.add(std::int64_t{tenant}).add(context.key());
    all.add(static_cast<std::int64_t>(selection.any_of.size()));
    for (const auto& one : selection.any_of) {
        add_list(all, one.ids);
        all.add(query::to_text(one.types)).add(text_of(one.id_pattern));
    }
    add_list(all, selection.ids);
    add_list(all, selection.attributes);
    all.add(text_of(selection.types)).add(text_of(selection.id_pattern));
    all.add(text_of(selection.q)).add(text_of(selection.geo)).add(text_of(selection.scopes));
    return all.value();
}

std::string to_text(const page_cursor& cursor, std::uint64_t query) {
    // Numbers of Entities are nobody's business: they would tell how many other Tenants have.
    return fmt::format("{}{:016x}{:016x}", cursor.backwards ? backward : forward,
                       static_cast<std::uint64_t>(cursor.eid) ^ query, checksum(cursor, query));
}

result<page_cursor> parse_cursor(std::string_view text, std::uint64_t query) {
    const bool has_form =
        text.size() == 1 + 2 * digits && (text.front() == forward || text.front() == backward);
    const auto place = has_form ? read_hexadecimal(text.substr(1, digits)) : std::nullopt;
    const auto sum = has_form ? read_hexadecimal(text.substr(1 + digits)) : std::nullopt;
    if (!place || !sum)
        return problem{problem_kind::bad_request_data,
                       "cursor: not one that a Link of this broker holds"};
    page_cursor read;
    read.eid = static_cast<std::int64_t>(*place ^ query);
    read.backwards = text.front() == backward;
    if (*sum != checksum(read, query))
        return problem{problem_kind::bad_request_data,
                       "cursor: of another query, another @context or another Tenant (5.5.9.1)"};
    return read;
}

} // namespace meridian::api
