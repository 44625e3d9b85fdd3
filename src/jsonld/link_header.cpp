#include "meridian/jsonld/link_header.hpp"

#include "meridian/base/problem.hpp"

#include <algorithm>

namespace meridian::jsonld {
namespace {

// RFC 8288, 3:
//   Link       = #link-value
//   link-value = "<" URI-Reference ">" *( OWS ";" OWS [ link-param ] )
//   link-param = token BWS [ "=" BWS ( token / quoted-string ) ]

struct link_value {
    std::string target;
    std::optional<std::string> relations; ///< of the first `rel`; later ones are ignored (3.3)
};

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return to_lower(a) == to_lower(b); });
}

class link_parser {
public:
    explicit link_parser(std::string_view text) : rest_(text) {}

    /// The next link; nothing at the end of the header.
    result<std::optional<link_value>> next() {
        // Empty elements of a list are allowed (RFC 9110, 5.6.1).
        while (skip_blanks(), take(',')) {
        }
        if (rest_.empty())
            return std::optional<link_value>();
        if (!take('<'))
            return malformed("a link starts with '<'");
        auto end = rest_.find('>');
        if (end == std::string_view::npos)
            return malformed("'>' is missing");
        link_value link{trimmed(rest_.substr(0, end)), std::nullopt};
        rest_.remove_prefix(end + 1);
        while (skip_blanks(), take(';'))
            MERIDIAN_CHECK(parse_parameter(link));
        if (!rest_.empty() && rest_.front() != ',')
            return malformed("';' or ',' is missing");
        return std::optional<link_value>(std::move(link));
    }

private:
    static problem malformed(std::string_view why) {
        return problem(problem_kind::bad_request_data, "Link header: " + std::string(why));
    }

    static std::string trimmed(std::string_view text) {
        while (!text.empty() && is_blank(text.front()))
            text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back()))
            text.remove_suffix(1);
        return std::string(text);
    }

    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front()))
            rest_.remove_prefix(1);
    }

    bool take(char c) {
        if (rest_.empty() || rest_.front() != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view take_token() {
        auto length = std::min(rest_.find_first_of(" \t;,=\"<>"), rest_.size());
        auto token = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return token;
    }

    result<std::string> take_quoted() {
        std::string text;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"')
                return text;
            if (c == '\\' && !rest_.empty()) {
                c = rest_.front();
                rest_.remove_prefix(1);
            }
            text += c;
        }
        return malformed("a quoted text does not end");
    }

    result<void> parse_parameter(link_value& link) {
        skip_blanks();
        auto name = take_token();
        skip_blanks();
        std::string value;
        if (take('=')) {
            skip_blanks();
            if (take('"')) {
                MERIDIAN_TRY(value, take_quoted());
            } else {
                value = std::string(take_token());
            }
        }
        if (equal_ignoring_case(name, "rel") && !link.relations)
            link.relations = std::move(value);
        return {};
    }

    std::string_view rest_;
};

/// Relation types are separated by blanks and compared without regard to case (RFC 8288, 2.1).
bool has_context_relation(std::string_view relations) {
    while (!relations.empty()) {
        auto length = std::min(relations.find_first_of(" \t"), relations.size());
        if (equal_ignoring_case(relations.substr(0, length), context_relation))
            return true;
        relations.remove_prefix(std::min(length + 1, relations.size()));
    }
    return false;
}

} // namespace

result<std::optional<std::string>> parse_context_link(std::string_view header_value) {
    link_parser parser(header_value);
    std::optional<std::string> found;
    while (true) {
        MERIDIAN_TRY(auto link, parser.next());
        if (!link)
            return found;
        if (!link->relations || !has_context_relation(*link->relations))
            continue;
        if (found)
            return problem(problem_kind::bad_request_data,
                           "Link header: more than one link to a JSON-LD @context");
        if (link->target.empty())
            return problem(problem_kind::bad_request_data,
                           "Link header: the link to the JSON-LD @context is empty");
        found = std::move(link->target);
    }
}

std::string render_context_link(std::string_view url) {
    std::string header;
    header.reserve(url.size() + 100);
    header.append("<").append(url).append(">; rel=\"").append(context_relation);
    header.append("\"; type=\"application/ld+json\"");
    return header;
}

} // namespace meridian::jsonld
