// Text of a type selection → AST → text → AST.

#include "fuzz.hpp"

#include "meridian/jsonld/context.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"

using namespace meridian;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& core = *jsonld::core_context();
    const auto read = query::parse_types(fuzz::text_of(data, size), {core});
    if (!read)
        return 0;
    const auto text = query::to_text(*read);
    query::parse_scope canonical{core, query::name_form::canonical};
    canonical.limits.bytes = text.size();
    const auto again = query::parse_types(text, canonical);
    fuzz::expect(again.has_value() && *again == *read, "parse(to_text(types)) == types");
    return 0;
}
