#include "meridian/federation/index.hpp"

#include <algorithm>

namespace meridian::federation {
namespace {

/// Reads an expression for the runs of characters that no alternative, repetition or class touches.
class literal_reader {
public:
    explicit literal_reader(std::string_view expression) : text_(expression) {}

    std::string longest() {
        // Flags such as (?i) change what the rest means.
        if (text_.find("(?") != std::string_view::npos)
            return {};
        for (; at_ < text_.size(); ++at_)
            if (!step(text_[at_]))
                return {};
        end_run();
        return std::move(longest_);
    }

private:
    /// False where nothing can be told: alternatives on the outermost level.
    bool step(char c) {
        if (c == '\\') {
            escape();
        } else if (c == '[') {
            end_run();
            skip_class();
        } else if (c == '(') {
            end_run();
            ++depth_;
        } else if (c == ')') {
            depth_ = depth_ > 0 ? depth_ - 1 : 0;
        } else if (depth_ > 0) {
            return true; // a group may be repeated none times, or have alternatives
        } else if (c == '|') {
            return false;
        } else if (c == '*' || c == '+' || c == '?' || c == '{') {
            if (!run_.empty())
                run_.pop_back(); // it is about the last character
            end_run();
            if (c == '{')
                at_ = std::min(text_.find('}', at_), text_.size());
        } else if (c == '.' || c == '^' || c == '$') {
            end_run();
        } else {
            run_ += c;
        }
        return true;
    }

    void escape() {
        const char next = ++at_ < text_.size() ? text_[at_] : 'a';
        const bool is_class = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                              (next >= '0' && next <= '9');
        if (is_class)
            end_run();
        else if (depth_ == 0)
            run_ += next;
    }

    void skip_class() {
        auto end = at_ + 1;
        if (end < text_.size() && text_[end] == '^')
            ++end;
        if (end < text_.size() && text_[end] == ']')
            ++end;
        while (end < text_.size() && text_[end] != ']')
            end = text_.substr(end).starts_with("[:") ? text_.find(":]", end) + 2 : end + 1;
        at_ = end;
    }

    void end_run() {
        if (run_.size() > longest_.size())
            longest_ = run_;
        run_.clear();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::string run_;
    std::string longest_;
};

} // namespace

std::string pattern_index::required_literal(std::string_view expression) {
    return literal_reader(expression).longest();
}

void pattern_index::add(const std::string& expression, std::uint32_t number) {
    auto literal = required_literal(expression);
    // Bytes of a character that a repetition follows would be cut apart.
    const bool is_ascii =
        std::ranges::all_of(expression, [](char c) { return static_cast<signed char>(c) >= 0; });
    if (literal.size() < shortest || !is_ascii) {
        others_.push_back(number);
        return;
    }
    auto& lengths = lengths_[literal.substr(0, shortest)];
    if (std::ranges::find(lengths, literal.size()) == lengths.end())
        lengths.push_back(literal.size());
    begins_.set(mark_of(literal));
    by_literal_[std::move(literal)].push_back(number);
}

/// Where in `begins_` the literals that begin like `text` are marked.
std::size_t pattern_index::mark_of(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
    };
    const auto letters = byte(0) | byte(1) << 8U | byte(2) << 16U;
    return (letters * 0x9e3779b1U) >> 16U;
}

/// Calls `take` with the numbers by each literal that occurs in `text`, until it gives false.
template <typename Take>
void pattern_index::visit(std::string_view text, const Take& take) const {
    if (by_literal_.empty())
        return;
    for (std::size_t at = 0; at + shortest <= text.size(); ++at) {
        if (!begins_[mark_of(text.substr(at, shortest))])
            continue;
        const auto begin = lengths_.find(text.substr(at, shortest));
        if (begin == lengths_.end())
            continue;
        for (const auto length : begin->second) {
            if (at + length > text.size())
                continue;
            const auto found = by_literal_.find(text.substr(at, length));
            if (found != by_literal_.end() && !take(found->second))
                return;
        }
    }
}

void pattern_index::candidates(std::string_view text, std::vector<std::uint32_t>& out) const {
    out.insert(out.end(), others_.begin(), others_.end());
    visit(text, [&](const std::vector<std::uint32_t>& numbers) {
        out.insert(out.end(), numbers.begin(), numbers.end());
        return true;
    });
}

bool pattern_index::has_candidates(std::string_view text) const {
    bool found = !others_.empty();
    if (!found)
        visit(text, [&](const auto&) {
            found = true;
            return false;
        });
    return found;
}

} // namespace meridian::federation
