#pragma once

#include <string>
#include <string_view>
#include <zlib.h>

namespace meridian::test {

/// What was packed with gzip, up to 1 MB; a text that says so where it was not.
inline std::string gunzip(std::string_view packed) {
    z_stream state{};
    constexpr int gzip_window = 15 + 16;
    if (inflateInit2(&state, gzip_window) != Z_OK)
        return "zlib does not start";
    std::string out(1'000'000, '\0');
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    state.avail_in = static_cast<uInt>(packed.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    const bool ended = inflate(&state, Z_FINISH) == Z_STREAM_END;
    out.resize(state.total_out);
    inflateEnd(&state);
    return ended ? out : "not gzip";
}

} // namespace meridian::test
