#include "api/conditions.hpp"

#include "api/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace meridian::api {
namespace {

/// All that an answer's form depends on.
void add_representation(hash& to, const call& request, media_type type,
                        const jsonld::context& context) {
    to.add(request.request.query).add(name_of(type)).add(context.key());
    to.add(context.link_url()).add(request.request.header("Prefer"));
}

std::int64_t number_of(timestamp moment) {
    return moment.time_since_epoch().count();
}

std::string state_text(timestamp modified_at) {
    return fmt::format("{:x}", number_of(modified_at));
}

/// Linked Entities are loaded in any order.
void add_linked(hash& to, std::span<const store::entity_row> linked) {
    std::vector<std::pair<std::int64_t, std::int64_t>> states;
    for (const auto& row : linked)
        states.emplace_back(row.eid, number_of(row.modified_at));
    std::ranges::sort(states);
    for (const auto& [eid, modified_at] : states)
        to.add(eid).add(modified_at);
}

/// The entity tags of a header (RFC 9110 8.8.3): opaque texts without their quotes; weak ones are
/// marked. Nothing where the header is malformed.
struct listed_tag {
    std::string_view opaque;
    bool is_weak;
};
std::optional<std::vector<listed_tag>> parse_tags(std::string_view text) {
    std::vector<listed_tag> tags;
    const auto skip = [&text](std::string_view characters) {
        text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
    };
    for (skip(" \t,"); !text.empty(); skip(" \t,")) {
        const bool is_weak = text.starts_with("W/");
        if (is_weak)
            text.remove_prefix(2);
        const auto end = text.size() < 2 ? std::string_view::npos : text.find('"', 1);
        if (text.front() != '"' || end == std::string_view::npos)
            return std::nullopt;
        tags.push_back({text.substr(1, end - 1), is_weak});
        text.remove_prefix(end + 1);
        skip(" \t");
        if (!text.empty() && text.front() != ',')
            return std::nullopt;
    }
    return tags;
}

/// All header lines of one name as one value (RFC 9110 5.3).
std::string joined_header(const http::request& request, std::string_view name) {
    std::string joined;
    for (const auto& header : request.headers)
        if (http::same_name(header.name, name))
            joined.append(joined.empty() ? "" : ", ").append(header.value);
    return joined;
}

/// The state that a tag of ours begins with.
std::optional<timestamp> state_of(std::string_view opaque) {
    const auto text = opaque.substr(0, opaque.find('-'));
    std::int64_t micros = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros, 16);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return timestamp{std::chrono::microseconds{micros}};
}

} // namespace

std::string entity_tag(const call& request, const store::entity_row& row, media_type type,
                       const jsonld::context& context, std::span<const store::entity_row> linked) {
    if (request.with.services.entities.something_is_due())
        return {};
    hash form;
    add_representation(form, request, type, context);
    add_linked(form, linked);
    return fmt::format("\"{}-{:016x}\"", state_text(row.modified_at), form.value());
}

std::string page_tag(const call& request, const store::entity_page& page, media_type type,
                     const jsonld::context& context, std::span<const store::entity_row> linked) {
    if (request.with.services.entities.something_is_due())
        return {};
    hash form;
    add_representation(form, request, type, context);
    // Links to other pages hold the authority of none, but the ids where this one ends.
    hash states;
    states.add(page.more ? 1 : 0).add(page.count.value_or(-1));
    for (const auto& row : page.rows)
        states.add(row.eid).add(number_of(row.modified_at));
    add_linked(states, linked);
    return fmt::format("\"page-{:016x}-{:016x}\"", states.value(), form.value());
}

bool is_known_to_client(const call& request, std::string_view tag) {
    if (tag.empty() || !request.request.has_header("If-None-Match"))
        return false;
    const auto header = joined_header(request.request, "If-None-Match");
    if (header == "*")
        return true;
    // What is malformed names nothing: the whole answer is never wrong. Compared weakly (13.1.2).
    for (const auto& one : parse_tags(header).value_or(std::vector<listed_tag>{}))
        if (one.opaque == tag.substr(1, tag.size() - 2))
            return true;
    return false;
}

http::response not_modified(std::string tag) {
    http::response answer(304);
    add_tag(answer, std::move(tag));
    return answer;
}

void add_tag(http::response& answer, std::string tag) {
    if (!tag.empty())
        answer.add("ETag", std::move(tag));
}

result<std::optional<operations::expected_state>> read_expected_state(const call& request) {
    if (!request.request.has_header("If-Match"))
        return std::optional<operations::expected_state>{};
    operations::expected_state expected;
    const auto header = joined_header(request.request, "If-Match");
    expected.any = header == "*";
    if (expected.any)
        return std::optional{std::move(expected)};
    const auto tags = parse_tags(header);
    if (!tags || tags->empty())
        return problem{problem_kind::invalid_request,
                       "If-Match must be * or a list of entity tags (RFC 9110 13.1.1)"};
    for (const auto& one : *tags) // compared strongly: weak ones match nothing
        if (const auto state = state_of(one.opaque); state && !one.is_weak)
            expected.modified_at.push_back(*state);
    return std::optional{std::move(expected)};
}

std::string state_tag(timestamp modified_at) {
    return '"' + state_text(modified_at) + '"';
}

http::response written(const operations::request_scope& scope, http::response answer) {
    if (scope.written)
        answer.add("ETag", state_tag(*scope.written));
    return answer;
}

} // namespace meridian::api
