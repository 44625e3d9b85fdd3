#pragma once

#include "meridian/base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace meridian::app {

/// A file, or standard input as "-", read from its beginning to its end; what gzip has compressed
/// comes out as it was, which its first bytes tell. Blocking.
class input_file {
public:
    /// Fails with bad_request_data where it cannot be opened.
    [[nodiscard]] static result<input_file> open(const std::string& name);

    /// The number of bytes put into `buffer`, 0 at the end. Fails with bad_request_data: it cannot
    /// be read, or is damaged gzip.
    [[nodiscard]] result<std::size_t> read(std::span<char> buffer);

private:
    struct closer {
        void operator()(void* file) const noexcept;
    };
    input_file(std::string name, void* file) : name_(std::move(name)), file_(file) {}
    std::string name_;
    std::unique_ptr<void, closer> file_; ///< zlib's gzFile
};

} // namespace meridian::app
