// Text of a scope query → AST → text → AST.

#include "fuzz.hpp"

#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"

using namespace meridian;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = query::parse_scopes(fuzz::text_of(data, size));
    if (!read)
        return 0;
    const auto text = query::to_text(*read);
    query::parse_limits limits;
    limits.bytes = text.size();
    const auto again = query::parse_scopes(text, limits);
    fuzz::expect(again.has_value() && *again == *read, "parse(to_text(scopes)) == scopes");
    return 0;
}
