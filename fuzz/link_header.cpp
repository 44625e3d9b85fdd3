// Link header → URL: what is found can be rendered and is found again.

#include "fuzz.hpp"

#include "meridian/jsonld/link_header.hpp"

using namespace meridian;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto link = jsonld::parse_context_link(fuzz::text_of(data, size));
    if (!link || !*link)
        return 0;
    auto again = jsonld::parse_context_link(jsonld::render_context_link(**link));
    fuzz::expect(again.has_value() && *again == *link, "parse(render(url)) == url");
    return 0;
}
