// Bytes of a connection → the end of the head → what stands in it: in whatever pieces the bytes
// arrive, and nothing that is read lies outside of them or holds what could end a line.

#include "http/request_head.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <string>

using namespace meridian;
using state = http::head_scanner::state;

namespace {

http::settings limits() {
    http::settings made;
    made.header_bytes = 512;
    made.url_bytes = 128;
    return made;
}

struct scanned {
    state outcome = state::incomplete;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// `step` more bytes at each look, until it is decided.
scanned scan(std::string_view bytes, std::size_t step) {
    const auto within = limits();
    http::head_scanner scanner;
    scanned made;
    for (std::size_t size = std::min(step, bytes.size());;
         size = std::min(size + step, bytes.size())) {
        made.outcome = scanner.scan(bytes.substr(0, size), within);
        if (made.outcome != state::incomplete || size == bytes.size())
            break;
    }
    made.begin = scanner.begin();
    made.end = scanner.end();
    return made;
}

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void check_request(std::string_view head) {
    http::request_head read;
    if (http::parse_head(head, limits().url_bytes, read) != http::head_fault::none)
        return;
    http::request made;
    http::materialise(read, head.data(), {}, made);
    const auto is_inside = [&](std::string_view part) {
        return part.empty() || (part.data() >= head.data() &&
                                part.data() + part.size() <= head.data() + head.size());
    };
    fuzz::expect(made.path.starts_with('/') || made.path == "*", "a path begins with a slash");
    for (const auto part :
         {made.method_text, made.path, made.query, read.origin.of(head.data()),
          read.accept_encoding.of(head.data()), read.preflight_method.of(head.data()),
          read.preflight_headers.of(head.data())})
        fuzz::expect(is_inside(part) && is_one_line(part), "a part is within its line");
    for (const auto& [name, value] : made.headers) {
        fuzz::expect(!name.empty() && is_inside(name) && is_inside(value), "a header is inside");
        fuzz::expect(is_one_line(name) && is_one_line(value), "a header is one line");
    }
    const auto lengths = std::ranges::count_if(
        made.headers, [](const auto& one) { return http::same_name(one.name, "Content-Length"); });
    fuzz::expect(read.content_length.has_value() == (lengths > 0), "a length that was sent");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string kept(fuzz::text_of(data, size)); // of its own, so that a read beyond is seen
    const std::string_view bytes = kept;
    const auto whole = scan(bytes, bytes.size() + 1);
    for (const std::size_t step : {1U, 7U}) {
        const auto pieces = scan(bytes, step);
        // Which limit is met first may depend on the pieces; a head that is there is found.
        if (whole.outcome == state::complete || pieces.outcome == state::complete)
            fuzz::expect(pieces.outcome == whole.outcome && pieces.begin == whole.begin &&
                             pieces.end == whole.end,
                         "pieces do not matter");
    }
    if (whole.outcome == state::complete) {
        const std::string head(bytes.substr(whole.begin, whole.end - whole.begin));
        check_request(head);
    }
    return 0;
}
