#include "meridian/query/pattern.hpp"

#include "query/characters.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

namespace meridian::query {
namespace {
constexpr std::size_t longest = 512;

/// IEEE 1003.2 leaves a repetition of a repetition (`a**`) undefined; RE2 would take it.
bool repeats_a_repetition(std::string_view text) noexcept {
    bool after_repetition = false;
    bool in_brackets = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool is_repetition = !in_brackets && (c == '*' || c == '+' || c == '?');
        if (is_repetition && after_repetition && c != '?') // `.*?` is what users write
            return true;
        after_repetition = is_repetition;
        if (c == '\\')
            ++i;
        else if (c == '[')
            in_brackets = true;
        else if (c == ']')
            in_brackets = false;
    }
    return false;
}
} // namespace

pattern::pattern(std::string text, std::shared_ptr<const re2::RE2> compiled)
    : text_(std::move(text)), compiled_(std::move(compiled)) {}

result<pattern> pattern::create(std::string_view text, std::string_view parameter) {
    if (text.size() > longest)
        return problem{problem_kind::bad_request_data,
                       fmt::format("{}: the pattern is longer than {} bytes", parameter, longest)};
    if (!is_plain_utf8(text))
        return problem{problem_kind::bad_request_data,
                       fmt::format("{}: the pattern is not UTF-8 or holds U+0000", parameter)};
    if (repeats_a_repetition(text))
        return problem{
            problem_kind::bad_request_data,
            fmt::format("{}: not a regular expression: a repetition is repeated", parameter)};
    re2::RE2::Options options;
    options.set_posix_syntax(true);
    options.set_one_line(true);
    // IEEE 1003.2 has bracket classes only, but users write \d and \b; they hurt nobody.
    options.set_perl_classes(true);
    options.set_word_boundary(true);
    options.set_longest_match(false);
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto compiled =
        std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok())
        return problem{
            problem_kind::bad_request_data,
            fmt::format("{}: not a regular expression: {}", parameter, compiled->error())};
    return pattern(std::string(text), std::move(compiled));
}

bool pattern::matches(std::string_view subject) const {
    return re2::RE2::PartialMatch(re2::StringPiece(subject.data(), subject.size()), *compiled_);
}

} // namespace meridian::query
