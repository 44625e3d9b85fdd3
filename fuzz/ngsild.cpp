// JSON payload → Entity → document → Entity: what parses is stored and read back as it was, and
// what is shown of it is read as the same again; damaged documents are refused or read within
// their bounds.

#include "fuzz.hpp"
#include "learned_names.hpp"
#include "shown_again.hpp"

#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"

using namespace meridian;

namespace {

void read_bytes(std::string_view bytes, const ngsild::names& dictionary) {
    if (const auto view = ngsild::document_view::open(bytes)) {
        const auto again = ngsild::encode(ngsild::decode(*view, dictionary), dictionary);
        fuzz::expect(ngsild::document_view::open(again).has_value(), "encode(decode(x)) opens");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::learned_names dictionary;
    const auto text = fuzz::text_of(data, size);
    read_bytes(text, dictionary);
    auto payload = parse_json(text);
    if (!payload)
        return 0;
    const auto made = ngsild::parse_entity(*payload, *jsonld::core_context());
    if (!made)
        return 0;
    const auto bytes = ngsild::encode(*made, dictionary);
    const auto view = ngsild::document_view::open(bytes);
    fuzz::expect(view.has_value(), "an encoded document opens");
    auto again = ngsild::decode(*view, dictionary);
    again.id = made->id;
    fuzz::expect(again == *made, "decode(encode(x)) == x");
    fuzz::expect_shown_again(*made, *view, dictionary);
    return 0;
}
