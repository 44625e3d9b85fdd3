#include "app/input_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <zlib.h>

namespace meridian::app {
namespace {

constexpr unsigned buffer_bytes = 128 << 10;

problem failed(const std::string& name, const std::string& why) {
    return {problem_kind::bad_request_data, name + ": " + why};
}

gzFile as_gzip(void* file) {
    return static_cast<gzFile>(file);
}

} // namespace

void input_file::closer::operator()(void* file) const noexcept {
    gzclose_r(as_gzip(file));
}

result<input_file> input_file::open(const std::string& name) {
    const int file = name == "-" ? dup(STDIN_FILENO) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return failed(name, std::strerror(errno));
    gzFile opened = gzdopen(file, "rb");
    if (opened == nullptr) {
        ::close(file);
        return failed(name, "no memory");
    }
    gzbuffer(opened, buffer_bytes);
    return input_file(name == "-" ? "standard input" : name, opened);
}

result<std::size_t> input_file::read(std::span<char> buffer) {
    const int count =
        gzread(as_gzip(file_.get()), buffer.data(), static_cast<unsigned>(buffer.size()));
    int status = Z_OK;
    const char* why = gzerror(as_gzip(file_.get()), &status);
    // A compressed file that is cut off gives its last bytes before it tells so.
    if (count < 0 || (count == 0 && status != Z_OK && status != Z_STREAM_END)) {
        const std::string_view text = why; // zlib puts its own name of the file before it
        return failed(name_, status == Z_ERRNO ? std::strerror(errno)
                                               : std::string(text.substr(text.rfind(": ") + 2)));
    }
    return static_cast<std::size_t>(count);
}

} // namespace meridian::app
