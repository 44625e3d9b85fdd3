// Text of q → AST → text → AST, and → filters on search.kv: what is read is printed so that it is
// read again, and no text of a user's leaves its string in a jsonpath.

#include "fuzz.hpp"

#include "meridian/jsonld/context.hpp"
#include "meridian/query/jsonpath.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"

#include <string>

using namespace meridian;

namespace {

/// Knows every name.
class all_names final : public ngsild::names {
public:
    [[nodiscard]] ngsild::name_id find(std::string_view) const noexcept override { return 11; }
    [[nodiscard]] std::string_view iri(ngsild::name_id) const noexcept override { return {}; }
};

/// Outside of its strings a filter holds our fixed words, digits and signs alone.
bool is_closed(const std::string& path) {
    std::string outside;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '"') {
            outside += path[i];
            continue;
        }
        for (++i; i < path.size() && path[i] != '"'; ++i)
            i += path[i] == '\\' ? 1 : 0;
        if (i >= path.size())
            return false;
    }
    return outside.find_first_not_of("()!&|=<>.?@$*[] 0123456789-+existypruefal") ==
           std::string::npos;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& core = *jsonld::core_context();
    const auto read = query::parse_q(fuzz::text_of(data, size), {core});
    if (!read)
        return 0;
    const auto text = query::to_text(*read);
    query::parse_scope canonical{core, query::name_form::canonical};
    canonical.limits.bytes = text.size(); // IRIs are longer than the names that stood for them
    const auto again = query::parse_q(text, canonical);
    fuzz::expect(again.has_value() && *again == *read, "parse(to_text(q)) == q");
    const auto filter = query::render_jsonpath(*read, all_names());
    fuzz::expect(is_closed(filter.certain) && is_closed(filter.possible), "strings stay closed");
    return 0;
}
