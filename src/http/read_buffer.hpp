#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace meridian::http {

/// A connection's bytes that were read and not used yet, in one piece. Views into it hold until
/// the next `prepare` or `consume`.
class read_buffer {
public:
    [[nodiscard]] std::string_view view() const noexcept {
        return {bytes_.get() + begin_, end_ - begin_};
    }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    /// Room for at least `count` more bytes behind what is there.
    char* prepare(std::size_t count) {
        if (capacity_ - end_ < count) {
            if (capacity_ - size() >= count)
                std::memmove(bytes_.get(), bytes_.get() + begin_, size());
            else
                grow(size() + count);
            end_ = size();
            begin_ = 0;
        }
        return bytes_.get() + end_;
    }
    /// How much `prepare` has made room for.
    [[nodiscard]] std::size_t room() const noexcept { return capacity_ - end_; }
    void commit(std::size_t count) noexcept { end_ += count; }
    void consume(std::size_t count) noexcept {
        begin_ += count;
        if (begin_ != end_)
            return;
        begin_ = end_ = 0;
        if (capacity_ > kept) { // a large body came: do not keep its memory while idle
            bytes_.reset();
            capacity_ = 0;
        }
    }

private:
    static constexpr std::size_t first = 4'096;
    static constexpr std::size_t kept = 65'536;

    void grow(std::size_t needed) {
        const auto capacity = needed < first ? first : needed;
        auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
        if (size() != 0)
            std::memcpy(bytes.get(), bytes_.get() + begin_, size());
        bytes_ = std::move(bytes);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace meridian::http
