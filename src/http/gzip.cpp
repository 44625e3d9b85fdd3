#include "http/gzip.hpp"

#include "meridian/base/text.hpp"

#include "meridian/http/request.hpp"

#include <zlib.h>

#include <limits>
#include <utility>

namespace meridian::http {
namespace {

constexpr std::size_t output_step = 16'384;

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

/// zlib's state, some 260 kB.
struct deflate_stream {
    explicit deflate_stream(int level) {
        constexpr int gzip_window = 15 + 16; // 16: a gzip header instead of zlib's
        constexpr int memory_level = 8;
        ready = deflateInit2(&state, level, Z_DEFLATED, gzip_window, memory_level,
                             Z_DEFAULT_STRATEGY) == Z_OK;
    }
    ~deflate_stream() {
        if (ready)
            deflateEnd(&state);
    }
    deflate_stream(const deflate_stream&) = delete;
    deflate_stream& operator=(const deflate_stream&) = delete;

    /// What is to be read next; false where zlib cannot take so much.
    bool read_from(std::string_view text) noexcept {
        if (!ready || text.size() > std::numeric_limits<uInt>::max() / 2)
            return false;
        state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        state.avail_in = static_cast<uInt>(text.size());
        return true;
    }
    /// Writes behind the first `from` bytes of `out`; what deflate says.
    int write_to(std::string& out, std::size_t from, int flush) noexcept {
        state.next_out = reinterpret_cast<Bytef*>(out.data() + from);
        state.avail_out = static_cast<uInt>(out.size() - from);
        return deflate(&state, flush);
    }

    z_stream state{};
    bool ready = false;
};

gzip_writer::gzip_writer(int level) : level_(level) {}
gzip_writer::~gzip_writer() = default;

bool gzip_writer::compress(std::string_view text, std::string& out) {
    if (!stream_)
        stream_ = std::make_unique<deflate_stream>(level_);
    if (!stream_->read_from(text) || deflateReset(&stream_->state) != Z_OK)
        return false;
    out.resize(text.size()); // what does not fit in there is not worth sending
    if (stream_->write_to(out, 0, Z_FINISH) != Z_STREAM_END)
        return false;
    out.resize(stream_->state.total_out);
    return true;
}

gzipped_source::gzipped_source(std::unique_ptr<body_source> from, int level)
    : from_(std::move(from)), stream_(std::make_unique<deflate_stream>(level)) {}
gzipped_source::~gzipped_source() = default;

boost::asio::awaitable<result<void>> gzipped_source::next(std::string& into) {
    if (ended_)
        co_return result<void>{};
    piece_.clear();
    auto making = from_->next(piece_);
    MERIDIAN_CO_CHECK(co_await std::move(making));
    ended_ = piece_.empty();
    if (!append_piece(into))
        co_return problem(problem_kind::internal_error, "zlib fails");
    co_return result<void>{};
}

bool gzipped_source::append_piece(std::string& into) {
    if (!stream_->read_from(piece_))
        return false;
    // Each piece is flushed: the peer can read all of it before the next one is made.
    const int flush = ended_ ? Z_FINISH : Z_SYNC_FLUSH;
    room_.resize(output_step);
    bool is_full = true;
    while (is_full) { // deflate may hold more
        const int said = stream_->write_to(room_, 0, flush);
        const std::size_t left = stream_->state.avail_out;
        into.append(room_, 0, output_step - left);
        is_full = left == 0;
        if (said != Z_OK && said != Z_STREAM_END && said != Z_BUF_ERROR)
            return false;
    }
    return true;
}

} // namespace meridian::http
