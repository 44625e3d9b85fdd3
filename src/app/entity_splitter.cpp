#include "app/entity_splitter.hpp"

#include <algorithm>
#include <utility>

namespace meridian::app {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::uint64_t newlines(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

void entity_splitter::feed(std::string_view chunk, std::vector<entity_piece>& pieces) {
    std::size_t at = 0;
    while (at < chunk.size()) {
        switch (place_) {
        case place::mark:
            if (chunk[at] == byte_order_mark[marked_]) {
                ++at;
                if (++marked_ == byte_order_mark.size())
                    place_ = place::start;
            } else {
                leave_mark(pieces);
            }
            break;
        case place::line:
            at = feed_line(chunk, at, pieces);
            break;
        case place::array:
            at = feed_element(chunk, at, pieces);
            break;
        case place::behind_arrays:
            return;
        case place::start:
        case place::between_arrays:
            at = skip_blanks(chunk, at);
            if (at == chunk.size())
                break;
            if (chunk[at] == '[') {
                place_ = place::array;
                empty_ = true;
                ++at;
            } else if (place_ == place::start) {
                place_ = place::line;
            } else {
                begins_ = line_;
                fail(pieces, "behind the array only another array may follow");
                place_ = place::behind_arrays;
            }
            break;
        }
    }
}

/// What began like a byte order mark is none.
void entity_splitter::leave_mark(std::vector<entity_piece>& pieces) {
    place_ = place::start;
    feed(byte_order_mark.substr(0, marked_), pieces);
}

std::size_t entity_splitter::skip_blanks(std::string_view chunk, std::size_t at) {
    const auto end = std::min(chunk.find_first_not_of(blanks, at), chunk.size());
    line_ += newlines(chunk.substr(at, end - at));
    return end;
}

std::size_t entity_splitter::feed_line(std::string_view chunk, std::size_t at,
                                       std::vector<entity_piece>& pieces) {
    const auto newline = chunk.find('\n', at);
    const auto end = std::min(newline, chunk.size());
    keep(chunk.substr(at, end - at));
    if (newline == std::string_view::npos)
        return end;
    if (begins_ != 0)
        emit(pieces);
    ++line_;
    return end + 1;
}

/// An element ends at a comma or bracket of the array's own; whether it is JSON its parser finds
/// out, so that one that is none leaves its neighbours alone where that can be.
std::size_t entity_splitter::feed_element(std::string_view chunk, std::size_t at,
                                          std::vector<entity_piece>& pieces) {
    const auto from = at;
    for (; at < chunk.size(); ++at) {
        const char c = chunk[at];
        if (in_string_) {
            if (escaped_)
                escaped_ = false;
            else if (c == '\\')
                escaped_ = true;
            else if (c == '"')
                in_string_ = false;
        } else if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if (depth_ > 0) {
            depth_ -= c == '}' || c == ']' ? 1 : 0;
        } else if (c == ',' || c == ']') {
            break;
        }
    }
    const auto part = chunk.substr(from, at - from);
    keep(part);
    line_ += newlines(part);
    if (at == chunk.size())
        return at;
    const bool last = chunk[at] == ']';
    if (begins_ != 0 || !last || !empty_) {
        begins_ = begins_ == 0 ? line_ : begins_;
        emit(pieces);
    }
    empty_ = false;
    if (last)
        place_ = place::between_arrays;
    return at + 1;
}

/// Adds to the element at hand, without blanks before it.
void entity_splitter::keep(std::string_view part) {
    if (begins_ == 0) {
        const auto start = std::min(part.find_first_not_of(blanks), part.size());
        if (start == part.size())
            return;
        begins_ = line_ + newlines(part.substr(0, start));
        part.remove_prefix(start);
    }
    if (too_long_ || part.size() > longest_ - text_.size()) {
        too_long_ = true;
        text_.clear();
        text_.shrink_to_fit();
        return;
    }
    text_.append(part);
}

void entity_splitter::emit(std::vector<entity_piece>& pieces) {
    if (too_long_) {
        fail(pieces, "longer than " + std::to_string(longest_) + " bytes");
        return;
    }
    text_.resize(text_.find_last_not_of(blanks) + 1);
    pieces.push_back({begins_, std::exchange(text_, {}), {}});
    begins_ = 0;
}

void entity_splitter::fail(std::vector<entity_piece>& pieces, std::string_view fault) {
    pieces.push_back({begins_, {}, std::string{fault}});
    begins_ = 0;
    too_long_ = false;
    text_.clear();
}

void entity_splitter::finish(std::vector<entity_piece>& pieces) {
    if (place_ == place::mark)
        leave_mark(pieces);
    if (place_ == place::line && begins_ != 0)
        emit(pieces);
    if (place_ == place::array) {
        begins_ = begins_ == 0 ? line_ : begins_;
        fail(pieces, "the array does not end");
    }
    *this = entity_splitter(longest_);
}

} // namespace meridian::app
