// Text of q → AST → text → AST, and → filters on search.kv: what is read is printed so that it is
// read again, and no text of a user's leaves its string in a jsonpath.

#include "fuzz.hpp"
#include "support/closed_path.hpp"

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
    fuzz::expect(test::is_closed(filter.certain) && test::is_closed(filter.possible),
                 "strings stay closed");
    return 0;
}
