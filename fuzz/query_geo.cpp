// georel, geometry and coordinates, a line each → AST → parameters → AST; and every geometry that
// is taken can be related to and measured.

#include "fuzz.hpp"

#include "meridian/jsonld/context.hpp"
#include "meridian/query/evaluate.hpp"
#include "meridian/query/parse.hpp"
#include "meridian/query/print.hpp"

#include <string>

using namespace meridian;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& core = *jsonld::core_context();
    auto text = fuzz::text_of(data, size);
    const auto line = [&text] {
        const auto end = text.find('\n');
        const auto one = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        return std::string(one);
    };
    query::geo_parameters given;
    given.georel = line();
    given.geometry = line();
    given.coordinates = line();
    query::parse_scope scope{core};
    scope.limits.vertices = 200;
    const auto read = query::parse_geo(given, scope);
    if (!read)
        return 0;
    scope.names = query::name_form::canonical;
    const auto again = query::parse_geo(query::to_parameters(*read), scope);
    fuzz::expect(again.has_value() && *again == *read, "parse(to_parameters(geo)) == geo");
    (void)query::matches(*read, read->geometry);
    return 0;
}
