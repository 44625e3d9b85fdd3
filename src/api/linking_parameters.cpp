#include "api/linking_parameters.hpp"

#include "meridian/base/uri.hpp"

#include <algorithm>
#include <utility>

namespace meridian::api {
namespace {

/// CHOICE: a request may go that far; each level is a statement.
constexpr std::uint64_t most_levels = 20;

problem refused(std::string detail) {
    return problem{problem_kind::bad_request_data, std::move(detail)};
}

result<ngsild::join_form> form_of(std::string_view join) {
    if (join == "flat")
        return ngsild::join_form::flat;
    if (join == "inline")
        return ngsild::join_form::nested;
    if (join == "@none")
        return ngsild::join_form::none;
    return refused("join must be flat, inline or @none, not '" + std::string(join) + "'");
}

result<std::uint32_t> levels_from(std::optional<std::uint64_t> level) {
    const auto levels = level.value_or(1);
    if (levels == 0)
        return refused("joinLevel must be a positive integer");
    if (levels > most_levels)
        return refused("joinLevel is above " + std::to_string(most_levels));
    return static_cast<std::uint32_t>(levels);
}

result<void> check_uris(const std::vector<std::string>& ids) {
    for (const auto& id : ids)
        if (!is_uri(id))
            return refused("containedBy has an id that is no URI: '" + id + "'");
    return {};
}

std::size_t depth_of(const query::q_expression& q) {
    std::size_t deepest = q.term.target.links.size();
    for (const auto& operand : q.operands)
        deepest = std::max(deepest, depth_of(operand));
    return deepest;
}

} // namespace

result<ngsild::linking> read_linking(const call& request) {
    const auto& parameters = request.parameters;
    ngsild::linking how_far;
    if (const auto* join = parameters.find("join")) {
        MERIDIAN_TRY(how_far.form, form_of(*join));
    }
    MERIDIAN_TRY(const auto level, parameters.number("joinLevel"));
    MERIDIAN_TRY(how_far.levels, levels_from(level));
    MERIDIAN_TRY(how_far.contained_by, parameters.list("containedBy"));
    MERIDIAN_CHECK(check_uris(how_far.contained_by));
    return how_far;
}

result<std::optional<ngsild::linking>> read_linking(const json& query) {
    const auto join = query.find("join");
    const auto level = query.find("joinLevel");
    const auto contained_by = query.find("containedBy");
    if (join == query.end() && level == query.end() && contained_by == query.end())
        return std::optional<ngsild::linking>{};
    ngsild::linking how_far;
    if (join != query.end()) {
        if (!join->is_string())
            return refused("join must be flat, inline or @none").at("/join");
        MERIDIAN_TRY(how_far.form, form_of(join->get_ref<const std::string&>()));
    }
    if (level != query.end()) {
        if (!level->is_number_unsigned())
            return refused("joinLevel must be a positive integer").at("/joinLevel");
        MERIDIAN_TRY(how_far.levels, levels_from(level->get<std::uint64_t>()));
    }
    if (contained_by != query.end()) {
        const auto is_text = [](const json& one) { return one.is_string(); };
        if (!contained_by->is_array() || contained_by->empty() ||
            !std::all_of(contained_by->begin(), contained_by->end(), is_text))
            return refused("containedBy must be an array of URIs that is not empty")
                .at("/containedBy");
        how_far.contained_by = contained_by->get<std::vector<std::string>>();
        MERIDIAN_CHECK(check_uris(how_far.contained_by));
    }
    return std::optional(std::move(how_far));
}

std::uint32_t levels_of(const ngsild::linking& how_far) noexcept {
    return how_far.form == ngsild::join_form::none ? 0 : how_far.levels;
}

result<void> check_depth(const std::optional<query::q_expression>& q,
                         const ngsild::linking& how_far) {
    const auto depth = q ? depth_of(*q) : 0;
    if (depth == 0 || depth <= levels_of(how_far))
        return {};
    if (how_far.form == ngsild::join_form::none)
        return refused("too deep a query: q looks into linked Entities, but Linked Entity "
                       "retrieval is not requested (join)");
    return refused("too deep a query: q looks " + std::to_string(depth) +
                   " levels into linked Entities, joinLevel is " + std::to_string(how_far.levels));
}

} // namespace meridian::api
