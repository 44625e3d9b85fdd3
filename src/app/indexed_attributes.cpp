#include "app/indexed_attributes.hpp"

#include "meridian/jsonld/context.hpp"

#include <fmt/format.h>

namespace meridian::app {
namespace {

/// Where the type ends; npos: nowhere.
std::size_t separator(const std::string& text) {
    for (const char* absolute : {"/http://", "/https://", "/urn:"})
        if (const auto found = text.rfind(absolute); found != std::string::npos && found > 0)
            return found;
    return text.rfind('/');
}

} // namespace

std::optional<store::wanted_index> read_attribute_of_type(const std::string& text) {
    const auto& core = *jsonld::core_context();
    const auto slash = separator(text);
    if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
        return std::nullopt;
    return store::wanted_index{core.expand(text.substr(0, slash)),
                               core.expand(text.substr(slash + 1))};
}

result<std::vector<store::wanted_index>>
read_indexed_attributes(const std::vector<std::string>& texts) {
    std::vector<store::wanted_index> all;
    for (const std::string& text : texts) {
        auto one = read_attribute_of_type(text);
        if (!one)
            return problem(problem_kind::invalid_request,
                           fmt::format("indexed-attributes: '{}' is not Type/attribute", text));
        all.push_back(std::move(*one));
    }
    return all;
}

} // namespace meridian::app
