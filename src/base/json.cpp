#include "meridian/base/json.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace meridian {
namespace {

/// What the library says of a syntax error, without its own prefix and without the text last read,
/// which need not be valid UTF-8.
std::string reason_of(std::string_view what) {
    if (const auto end = what.find("; last read"); end != std::string_view::npos)
        what = what.substr(0, end);
    if (const auto begin = what.find("syntax error"); begin != std::string_view::npos)
        what = what.substr(begin);
    else if (const auto bracket = what.find("] "); bracket != std::string_view::npos)
        what = what.substr(bracket + 2);
    return std::string(what);
}

void append_pointer_segment(std::string& out, std::string_view name) {
    out += '/';
    for (const char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
}

/// Receives the events of the library's own (iterative) parser and keeps the limits.
/// Elements wait in one stack until their container ends, which is then built in one step and at
/// its size: growing an ordered object member by member would copy its values each time, since a
/// pair with a constant key cannot move without throwing.
class tree_builder {
public:
    explicit tree_builder(const json_limits& limits) : limits_(limits) {}

    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value) { return add(value); }
    bool number_float(double value, const std::string&) { return add(value); }
    bool binary(json::binary_t&) { return refuse("binary data"); }

    bool string(std::string& value) {
        if (value.find('\0') != std::string::npos) {
            if (!in_object())
                add(nullptr);
            return refuse("a string holds U+0000");
        }
        return add(std::move(value));
    }

    bool start_object(std::size_t) { return open(true); }
    bool start_array(std::size_t) { return open(false); }

    bool key(std::string& name) {
        if (name.find('\0') != std::string::npos)
            return refuse_here("a member's name holds U+0000");
        if (waiting_.size() - open_.back().first_child >= limits_.members)
            return refuse_here("an object has more than " + std::to_string(limits_.members) +
                               " members");
        waiting_.emplace_back(std::move(name), nullptr);
        return true;
    }

    bool end_object() {
        const auto first = open_.back().first_child;
        if (const auto* twice = repeated_name(first)) {
            auto detail = "the member \"" + *twice + "\" is named twice in one object";
            return refuse_here(std::move(detail));
        }
        json built = json::object();
        auto& members = built.get_ref<json::object_t&>();
        members.reserve(waiting_.size() - first);
        for (auto i = first; i < waiting_.size(); ++i)
            members.emplace_back(std::move(waiting_[i].first), std::move(waiting_[i].second));
        close(std::move(built));
        return true;
    }

    bool end_array() {
        const auto first = open_.back().first_child;
        json built = json::array();
        auto& elements = built.get_ref<json::array_t&>();
        elements.reserve(waiting_.size() - first);
        for (auto i = first; i < waiting_.size(); ++i)
            elements.push_back(std::move(waiting_[i].second));
        close(std::move(built));
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const json::exception& error) {
        failure_.emplace(problem_kind::invalid_request, "not JSON at byte " +
                                                            std::to_string(position) + ": " +
                                                            reason_of(error.what()));
        return false;
    }

    [[nodiscard]] std::optional<problem>& failure() noexcept { return failure_; }
    [[nodiscard]] json take() { return std::move(waiting_.front().second); }

private:
    struct container {
        std::size_t first_child; ///< index into waiting_; the container's own slot is before it
        bool object;
    };

    bool in_object() const noexcept { return !open_.empty() && open_.back().object; }

    bool add(json&& value) {
        if (in_object())
            waiting_.back().second = std::move(value);
        else
            waiting_.emplace_back(std::string(), std::move(value));
        return true;
    }

    bool open(bool object) {
        if (open_.size() >= limits_.depth)
            return refuse("nested deeper than " + std::to_string(limits_.depth) + " levels");
        if (!in_object())
            waiting_.emplace_back();
        open_.push_back({waiting_.size(), object});
        return true;
    }

    void close(json&& built) {
        waiting_.resize(open_.back().first_child);
        open_.pop_back();
        waiting_.back().second = std::move(built);
    }

    /// A name that two members from `first` on share. The views live as long as no element moves.
    const std::string* repeated_name(std::size_t first) {
        const auto count = waiting_.size() - first;
        if (count <= 8) {
            for (auto i = first + 1; i < waiting_.size(); ++i)
                for (auto j = first; j < i; ++j)
                    if (waiting_[i].first == waiting_[j].first)
                        return &waiting_[i].first;
            return nullptr;
        }
        names_.clear();
        for (auto i = first; i < waiting_.size(); ++i)
            names_.push_back(&waiting_[i].first);
        const auto less = [](const auto* left, const auto* right) { return *left < *right; };
        const auto equal = [](const auto* left, const auto* right) { return *left == *right; };
        std::sort(names_.begin(), names_.end(), less);
        const auto found = std::adjacent_find(names_.begin(), names_.end(), equal);
        return found == names_.end() ? nullptr : *found;
    }

    /// The pointer of the `depth`-th open container; the root's is empty.
    std::string pointer(std::size_t depth) const {
        std::string out;
        for (std::size_t i = 1; i < depth; ++i)
            append_slot(out, open_[i - 1], open_[i].first_child - 1);
        return out;
    }

    void append_slot(std::string& out, const container& parent, std::size_t slot) const {
        append_pointer_segment(out, parent.object ? waiting_[slot].first
                                                  : std::to_string(slot - parent.first_child));
    }

    /// Refuses the value that was just added or is about to be, named by its slot.
    bool refuse(std::string detail) {
        auto where = pointer(open_.size());
        if (!open_.empty() && waiting_.size() > open_.back().first_child)
            append_slot(where, open_.back(), waiting_.size() - 1);
        return fail(std::move(detail), std::move(where));
    }

    /// Refuses the innermost open container.
    bool refuse_here(std::string detail) { return fail(std::move(detail), pointer(open_.size())); }

    bool fail(std::string detail, std::string where) {
        failure_.emplace(problem(problem_kind::invalid_request, std::move(detail)).at(where));
        return false;
    }

    json_limits limits_;
    std::vector<std::pair<std::string, json>> waiting_;
    std::vector<container> open_;
    std::vector<const std::string*> names_;
    std::optional<problem> failure_;
};

} // namespace

result<json> parse_json(std::string_view text, const json_limits& limits) {
    // The library takes a NUL byte for the end of the text and would ignore what follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return problem(problem_kind::invalid_request,
                       "not JSON at byte " + std::to_string(nul + 1) + ": a NUL byte");
    tree_builder builder(limits);
    if (!json::sax_parse(text.begin(), text.end(), &builder))
        return std::move(*builder.failure());
    return builder.take();
}

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_json_string(std::string& out, std::string_view text) {
    static constexpr char hexadecimal[] = "0123456789abcdef";
    static constexpr auto must_escape = [] {
        std::array<bool, 256> table{};
        for (std::size_t i = 0; i < 0x20; ++i)
            table[i] = true;
        table['"'] = true;
        table['\\'] = true;
        return table;
    }();
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    std::size_t run = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (!must_escape[c])
            continue;
        out.append(text, run, i - run);
        run = i + 1;
        out += '\\';
        switch (c) {
        case '"':
        case '\\':
            out += static_cast<char>(c);
            break;
        case '\b':
            out += 'b';
            break;
        case '\f':
            out += 'f';
            break;
        case '\n':
            out += 'n';
            break;
        case '\r':
            out += 'r';
            break;
        case '\t':
            out += 't';
            break;
        default:
            out += "u00";
            out += hexadecimal[c >> 4];
            out += hexadecimal[c & 0x0f];
        }
    }
    out.append(text, run, text.size() - run);
    out += '"';
}

} // namespace meridian
