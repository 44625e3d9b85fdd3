#include "federation/members.hpp"

#include "meridian/ngsild/parse.hpp"

#include <algorithm>

namespace meridian::federation {

result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                            const jsonld::context& context) {
    MERIDIAN_TRY(auto names, ngsild::read_one_or_more_texts(value, where));
    for (auto& name : names) {
        if (!ngsild::is_name(name))
            return bad_member(where, "has '" + name + "', which is no name (4.6.2)");
        name = context.expand(name);
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
    return names;
}

} // namespace meridian::federation
