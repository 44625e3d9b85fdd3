#pragma once

#include "meridian/http/body_source.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace meridian::http {

struct deflate_stream;

/// Whether an Accept-Encoding header lets the answer be gzip (RFC 9110 12.5.3).
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// Compresses one body after the other; keeps zlib's memory. One a thread.
class gzip_writer {
public:
    explicit gzip_writer(int level);
    ~gzip_writer();
    gzip_writer(const gzip_writer&) = delete;
    gzip_writer& operator=(const gzip_writer&) = delete;

    /// Puts the compressed text into `out`; false where zlib fails or the outcome is not smaller.
    bool compress(std::string_view text, std::string& out);

private:
    int level_;
    std::unique_ptr<deflate_stream> stream_; ///< made for the first body
};

/// What another source makes, as one gzip. A piece becomes a piece, so no more than that and zlib's
/// memory is held, and what has been made is not kept back for what follows.
class gzipped_source final : public body_source {
public:
    gzipped_source(std::unique_ptr<body_source> from, int level);
    ~gzipped_source() override;

    /// Fails as the other source does, and with internal_error where zlib does.
    boost::asio::awaitable<result<void>> next(std::string& into) override;

private:
    bool append_piece(std::string& into);

    std::unique_ptr<body_source> from_;
    std::unique_ptr<deflate_stream> stream_;
    std::string piece_; ///< of the other source
    std::string room_;  ///< what deflate writes into
    bool ended_ = false;
};

} // namespace meridian::http
