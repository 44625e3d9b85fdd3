#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace meridian::test {

/// A fresh self-signed certificate for localhost and its key, made by openssl, in a folder that is
/// removed at the end.
class certificate {
public:
    certificate() {
        std::string pattern = (std::filesystem::temp_directory_path() / "meridian-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("cannot make a temporary folder");
        path_ = pattern;
        const auto command =
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
            "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
            key() + " -out " + file() + " 2>/dev/null";
        if (std::system(command.c_str()) != 0)
            throw std::runtime_error("openssl req failed");
    }
    certificate(const certificate&) = delete;
    certificate& operator=(const certificate&) = delete;
    ~certificate() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string key() const { return path_ + "/key.pem"; }
    [[nodiscard]] std::string file() const { return path_ + "/cert.pem"; }

private:
    std::string path_;
};

} // namespace meridian::test
