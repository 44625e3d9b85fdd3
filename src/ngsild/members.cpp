#include "meridian/ngsild/members.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/ngsild/entity.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace meridian::ngsild {
namespace {

constexpr std::string_view core_namespace = "https://uri.etsi.org/ngsi-ld/";

/// `notification.endpoint` as a JSON pointer; empty for what is no member.
std::string pointer_to(std::string_view where) {
    if (where.find(' ') != std::string_view::npos)
        return {};
    std::string pointer = "/";
    for (const char c : where)
        if (c != ']')
            pointer += c == '.' || c == '[' ? '/' : c;
    return pointer;
}

} // namespace

problem bad_member(std::string_view where, std::string_view what) {
    return problem{problem_kind::bad_request_data, fmt::format("{} {}", where, what)}.at(
        pointer_to(where));
}

bool removes_member(const json& value) {
    return value.is_null() || value == ngsild_null;
}

result<void> check_data_type(const json& payload, payload_kind kind, std::string_view name) {
    auto type = payload.find("type");
    if (type == payload.end())
        type = payload.find("@type");
    if (type == payload.end()) {
        if (kind == payload_kind::whole)
            return bad_member("type", "is missing");
        return {};
    }
    if (*type != name && *type != std::string(core_namespace).append(name))
        return bad_member("type", fmt::format("must be \"{}\"", name));
    return {};
}

result<std::optional<std::string>> read_id(const json& payload) {
    for (const auto* member : {"id", "@id"}) {
        const auto sent = payload.find(member);
        if (sent == payload.end())
            continue;
        if (!sent->is_string() || !is_uri(sent->get_ref<const std::string&>()))
            return bad_member(member, "must be a valid URI");
        return std::optional<std::string>(sent->get<std::string>());
    }
    return std::optional<std::string>{};
}

result<std::string> read_text(const json& value, std::string_view where) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
        return bad_member(where, "must be a text that is not empty");
    return value.get<std::string>();
}

result<bool> read_flag(const json& value, std::string_view where) {
    if (!value.is_boolean())
        return bad_member(where, "must be true or false");
    return value.get<bool>();
}

result<double> read_positive(const json& value, std::string_view where) {
    const bool is_good = value.is_number() && value.get<double>() > 0 && value.get<double>() <= 1e9;
    if (!is_good)
        return bad_member(where, "must be a number above 0 and at most 1000000000");
    return value.get<double>();
}

result<std::vector<std::string>> read_texts(const json& value, std::string_view where) {
    if (!value.is_array() || value.empty())
        return bad_member(where, "must be an array that is not empty");
    std::vector<std::string> texts;
    for (const auto& one : value) {
        MERIDIAN_TRY(auto text, read_text(one, where));
        texts.push_back(std::move(text));
    }
    return texts;
}

result<std::vector<std::string>> read_one_or_more_texts(const json& value, std::string_view where) {
    if (!value.is_string())
        return read_texts(value, where);
    MERIDIAN_TRY(auto text, read_text(value, where));
    return std::vector{std::move(text)};
}

result<timestamp> read_date_time(const json& value, std::string_view where) {
    MERIDIAN_TRY(const auto text, read_text(value, where));
    const auto moment = parse_date_time(text);
    if (!moment)
        return bad_member(where, "must be a DateTime (4.6.3)");
    return *moment;
}

result<timestamp> read_expiry(const json& value, timestamp now) {
    MERIDIAN_TRY(const auto moment, read_date_time(value, "expiresAt"));
    if (moment <= now)
        return bad_member("expiresAt", "lies in the past (4.22)");
    return moment;
}

result<std::vector<std::string>> read_datasets(const json& value) {
    MERIDIAN_TRY(auto ids, read_one_or_more_texts(value, "datasetId"));
    for (const auto& one : ids)
        if (one != "@none" && !is_uri(one))
            return bad_member("datasetId", "must hold valid URIs or \"@none\"");
    return ids;
}

} // namespace meridian::ngsild
