#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace meridian::http {

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
    struct stream;
    int level_;
    std::unique_ptr<stream> stream_; ///< made for the first body
};

} // namespace meridian::http
