// A stream in any chunks → the same pieces, none longer than allowed.

#include "app/entity_splitter.hpp"
#include "fuzz.hpp"

using namespace meridian;

namespace {

std::vector<app::entity_piece> split(std::string_view text, std::size_t size) {
    app::entity_splitter splitter(64);
    std::vector<app::entity_piece> pieces;
    for (std::size_t at = 0; at < text.size(); at += size)
        splitter.feed(text.substr(at, size), pieces);
    splitter.finish(pieces);
    return pieces;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto pieces = split(text, size + 1);
    for (const auto& piece : pieces)
        fuzz::expect(piece.text.size() <= 64 && piece.line > 0,
                     "a piece is bounded and has a line");
    fuzz::expect(split(text, 1) == pieces && split(text, 5) == pieces, "chunks do not matter");
    return 0;
}
