#include "subscription/members.hpp"

#include "meridian/query/parse.hpp"

namespace meridian::subscription {

result<std::vector<std::string>> read_names(const json& value, std::string_view where,
                                            const jsonld::context& context) {
    MERIDIAN_TRY(const auto texts, read_texts(value, where));
    std::vector<std::string> names;
    for (const auto& text : texts) {
        const query::parse_scope scope{context};
        MERIDIAN_TRY(auto parsed, query::parse_names(text, where, scope));
        if (parsed.size() != 1)
            return bad_member(where, "must hold one Attribute name an element");
        names.push_back(std::move(parsed.front()));
    }
    return names;
}

} // namespace meridian::subscription
