#include "api/preference.hpp"

#include "meridian/ngsild/conformance.hpp"

#include <algorithm>
#include <utility>

namespace meridian::api {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\"");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\"") - begin + 1);
}

/// The version in a Prefer header: `ngsi-ld=1.5`, perhaps among others (RFC 7240).
std::optional<ngsild::specification_version> preferred_version(std::string_view header) {
    while (!header.empty()) {
        const auto one = header.substr(0, header.find(','));
        header.remove_prefix(std::min(one.size() + 1, header.size()));
        const auto equals = one.find('=');
        if (equals != std::string_view::npos && trimmed(one.substr(0, equals)) == "ngsi-ld")
            return ngsild::parse_version(trimmed(one.substr(equals + 1)));
    }
    return std::nullopt;
}

using amend_function = bool (*)(json&, ngsild::specification_version);

result<http::response> amended(const call& request, http::response answer, amend_function amend) {
    const auto asked = preferred_version(request.request.header("Prefer"));
    if (!asked || answer.status == 304)
        return answer;
    const auto version = std::min(*asked, ngsild::newest_version);
    answer.add("Preference-Applied", "ngsi-ld=" + ngsild::to_text(version));
    if (version == ngsild::newest_version)
        return answer;
    json_limits limits;
    limits.depth = 2 * request.with.options.max_json_depth + 16;
    limits.members = 1'000'000;
    MERIDIAN_TRY(auto body, parse_json(answer.body, limits));
    bool changed = false;
    if (body.is_array()) {
        for (auto& entity : body)
            changed |= amend(entity, version);
    } else {
        changed = amend(body, version);
    }
    if (changed) {
        if (answer.status == 200)
            answer.status = 203;
        answer.body = to_text(body);
    }
    return answer;
}

} // namespace

result<http::response> as_preferred(const call& request, media_type type, http::response answer) {
    const bool is_geo_json = type == media_type::geo_json;
    return amended(request, std::move(answer),
                   is_geo_json ? ngsild::amend_feature : ngsild::amend_entity);
}

result<http::response> as_preferred_evolution(const call& request, http::response answer) {
    return amended(request, std::move(answer), ngsild::amend_temporal_entity);
}

} // namespace meridian::api
