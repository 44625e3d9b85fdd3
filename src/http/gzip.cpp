#include "http/gzip.hpp"

#include "meridian/base/text.hpp"

#include "meridian/http/request.hpp"

#include <zlib.h>

#include <limits>

namespace meridian::http {
namespace {

/// `q=0`, `q=0.0`, `q=0.000`
bool is_zero_weight(std::string_view parameter) noexcept {
    if (parameter.size() < 3 || !same_name(parameter.substr(0, 2), "q="))
        return false;
    return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

} // namespace

bool accepts_gzip(std::string_view header) noexcept {
    bool any = false;
    while (!header.empty()) {
        const auto comma = header.find(',');
        const auto item = header.substr(0, comma);
        header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
        const auto semicolon = item.find(';');
        const auto coding = trimmed(item.substr(0, semicolon));
        const bool refused = semicolon != std::string_view::npos &&
                             is_zero_weight(trimmed(item.substr(semicolon + 1)));
        if (same_name(coding, "gzip") || same_name(coding, "x-gzip"))
            return !refused;
        if (coding == "*")
            any = !refused;
    }
    return any;
}

struct gzip_writer::stream {
    z_stream state{};
    bool ready = false;
    ~stream() {
        if (ready)
            deflateEnd(&state);
    }
};

gzip_writer::gzip_writer(int level) : level_(level) {}
gzip_writer::~gzip_writer() = default;

bool gzip_writer::compress(std::string_view text, std::string& out) {
    constexpr int gzip_window = 15 + 16; // 16: a gzip header instead of zlib's
    constexpr int memory_level = 8;
    if (text.size() > std::numeric_limits<uInt>::max() / 2)
        return false;
    if (!stream_) {
        stream_ = std::make_unique<stream>();
        stream_->ready = deflateInit2(&stream_->state, level_, Z_DEFLATED, gzip_window,
                                      memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
    }
    auto& state = stream_->state;
    if (!stream_->ready || deflateReset(&state) != Z_OK)
        return false;
    out.resize(text.size()); // what does not fit in there is not worth sending
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    state.avail_in = static_cast<uInt>(text.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    if (deflate(&state, Z_FINISH) != Z_STREAM_END)
        return false;
    out.resize(state.total_out);
    return true;
}

} // namespace meridian::http
