#include "meridian/federation/words.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace meridian::federation {
namespace {

json split(std::string_view list) {
    auto parts = json::array();
    for (std::size_t begin = 0; begin <= list.size();) {
        const auto end = std::min(list.find(',', begin), list.size());
        parts.push_back(std::string(list.substr(begin, end - begin)));
        begin = end + 1;
    }
    return parts;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

json to_query(query_parameters& parameters) {
    json selector = json::object();
    json geo = json::object();
    json ids;
    json made{{"type", "Query"}};
    query_parameters left;
    for (auto& [name, value] : parameters) {
        if (name == "id")
            ids = split(value);
        else if (is_one_of(name, {"type", "idPattern"}))
            selector[name] = std::move(value);
        else if (is_one_of(name, {"georel", "geometry", "geoproperty"}))
            geo[name] = std::move(value);
        else if (name == "coordinates")
            geo[name] = parse_json(value).value_or(json(value));
        else if (is_one_of(name, {"attrs", "datasetId"}))
            made[name] = split(value);
        else if (is_one_of(name, {"q", "scopeQ"}))
            made[name] = std::move(value);
        else
            left.emplace_back(std::move(name), std::move(value));
    }
    parameters = std::move(left);
    if (ids.is_array())
        for (auto& id : ids) { // 5.2.33: an id a selector
            selector["id"] = std::move(id);
            made["entities"].push_back(selector);
        }
    else if (!selector.empty())
        made["entities"].push_back(std::move(selector));
    if (!geo.empty())
        made["geoQ"] = std::move(geo);
    return made;
}

} // namespace meridian::federation
