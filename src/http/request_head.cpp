#include "http/request_head.hpp"

#include "meridian/base/text.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstring>

namespace meridian::http {
namespace {

namespace beast = boost::beast;

/// Beast's parser for the syntax; what it reports is kept as slices instead of allocated fields.
class field_collector final : public beast::http::basic_parser<true> {
public:
    field_collector(std::string_view text, request_head& out) : text_(text), out_(out) {
        header_limit(static_cast<std::uint32_t>(text.size() + 1));
        body_limit(boost::none);
        eager(false);
    }

    [[nodiscard]] slice target() const noexcept { return target_; }
    [[nodiscard]] int hosts() const noexcept { return hosts_; }

private:
    using view = beast::string_view;
    using code = beast::error_code;
    using field = beast::http::field;
    using verb = beast::http::verb;

    void on_request_impl(verb name_known, view name, view target, int version,
                         code& error) override {
        out_.head_only = name_known == verb::head;
        switch (name_known) {
        case verb::get:
        case verb::head:
            out_.method = method::get;
            break;
        case verb::post:
            out_.method = method::post;
            break;
        case verb::put:
            out_.method = method::put;
            break;
        case verb::patch:
            out_.method = method::patch;
            break;
        case verb::delete_:
            out_.method = method::delete_;
            break;
        case verb::options:
            out_.method = method::options;
            break;
        default:
            out_.method = method::other;
        }
        out_.http_1_0 = version < 11;
        out_.method_text = slice_of(name, error);
        target_ = slice_of(target, error);
    }

    void on_field_impl(field known, view name, view value, code& error) override {
        const auto name_slice = slice_of(name, error);
        const auto value_slice = slice_of(value, error);
        out_.lines.emplace_back(name_slice, value_slice);
        switch (known) {
        case field::host:
            ++hosts_;
            break;
        case field::transfer_encoding:
            out_.transfer_encoding = true;
            break;
        case field::expect:
            out_.expects_continue =
                same_name(std::string_view(value.data(), value.size()), "100-continue");
            break;
        case field::origin:
            out_.origin = value_slice;
            break;
        case field::accept_encoding:
            out_.accept_encoding = value_slice;
            break;
        case field::access_control_request_method:
            out_.preflight_method = value_slice;
            break;
        case field::access_control_request_headers:
            out_.preflight_headers = value_slice;
            break;
        default:
            break;
        }
    }

    /// A folded line is handed over in a buffer of the parser's; it is refused.
    slice slice_of(view part, code& error) const {
        if (part.empty())
            return {};
        if (part.data() < text_.data() || part.data() >= text_.data() + text_.size()) {
            error = beast::http::error::bad_value;
            return {};
        }
        return {static_cast<std::uint32_t>(part.data() - text_.data()),
                static_cast<std::uint32_t>(part.size())};
    }

    void on_response_impl(int, view, int, code&) override {}
    void on_header_impl(code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, code&) override {}
    std::size_t on_body_impl(view part, code&) override { return part.size(); }
    void on_chunk_header_impl(std::uint64_t, view, code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, view part, code&) override { return part.size(); }
    void on_finish_impl(code&) override {}

    std::string_view text_;
    request_head& out_;
    slice target_;
    int hosts_ = 0;
};

/// RFC 9112 3.2: origin-form, absolute-form (a proxy's), and `*` for OPTIONS.
bool split_target(std::string_view text, slice target, request_head& out) {
    auto view = target.of(text.data());
    if (view == "*" && out.method == method::options) {
        out.path = target;
        return true;
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (view.size() < scheme.size() || !same_name(view.substr(0, scheme.size()), scheme))
            continue;
        const auto path = view.find_first_of("/?", scheme.size());
        view = path == std::string_view::npos ? std::string_view() : view.substr(path);
        if (view.empty() || view.front() == '?')
            return false;
        break;
    }
    if (view.empty() || view.front() != '/')
        return false;
    const auto offset = static_cast<std::uint32_t>(view.data() - text.data());
    const auto question = view.find('?');
    const auto path_length = question == std::string_view::npos ? view.size() : question;
    out.path = {offset, static_cast<std::uint32_t>(path_length)};
    if (question != std::string_view::npos)
        out.query = {static_cast<std::uint32_t>(offset + question + 1),
                     static_cast<std::uint32_t>(view.size() - question - 1)};
    return true;
}

void clear(request_head& out) {
    auto lines = std::move(out.lines);
    lines.clear();
    out = request_head();
    out.lines = std::move(lines);
}

} // namespace

head_fault parse_head(std::string_view text, std::size_t url_bytes, request_head& out) {
    clear(out);
    field_collector parser(text, out);
    beast::error_code error;
    (void)parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
    if (error || !parser.is_header_done())
        return head_fault::malformed;
    if (parser.target().length > url_bytes)
        return head_fault::url_too_long;
    if (!split_target(text, parser.target(), out))
        return head_fault::malformed;
    if (parser.hosts() > 1 || (parser.hosts() == 0 && !out.http_1_0))
        return head_fault::malformed;
    if (const auto length = parser.content_length())
        out.content_length = *length;
    out.keep_alive = parser.keep_alive();
    return head_fault::none;
}

/// Of a request line as far as it is there: whether one can become of it, so that nothing else, for
/// example a TLS greeting, is waited for. The answer is the same in whatever pieces it arrives.
head_scanner::state head_scanner::check_first_line(std::string_view bytes,
                                                   const settings& limits) const noexcept {
    const auto line = bytes.substr(begin_);
    if (!line.empty() && line != "\r" && !is_token_byte(line.front()))
        return state::malformed;
    // 24 bytes are more than a method that we know, two blanks and the version around a URL.
    return line.size() > limits.url_bytes + 24 ? state::url_too_long : state::incomplete;
}

head_scanner::state head_scanner::scan(std::string_view bytes, const settings& limits) noexcept {
    while (seen_ < bytes.size()) {
        const auto* start = bytes.data() + seen_;
        const auto* found =
            static_cast<const char*>(std::memchr(start, '\n', bytes.size() - seen_));
        if (found == nullptr) {
            seen_ = bytes.size();
            break;
        }
        const auto at = static_cast<std::size_t>(found - bytes.data());
        if (at == line_ || bytes[at - 1] != '\r')
            return state::malformed;
        seen_ = at + 1;
        const bool empty = at - 1 == line_;
        if (empty && !first_line_ended_) {
            begin_ = line_ = seen_;
            if (begin_ > 8)
                return state::malformed;
            continue;
        }
        if (!first_line_ended_) {
            if (const auto fault = check_first_line(bytes.substr(0, at), limits);
                fault != state::incomplete)
                return fault;
            first_line_ended_ = true;
        }
        line_ = seen_;
        if (empty)
            return seen_ - begin_ > limits.header_bytes ? state::too_large : state::complete;
    }
    if (!first_line_ended_)
        if (const auto fault = check_first_line(bytes, limits); fault != state::incomplete)
            return fault;
    if (bytes.size() - begin_ > limits.header_bytes)
        return state::too_large;
    return state::incomplete;
}

void materialise(const request_head& head, const char* text, std::string_view body, request& out) {
    out.method = head.method;
    out.head_only = head.head_only;
    out.method_text = head.method_text.of(text);
    out.path = head.path.of(text);
    out.query = head.query.of(text);
    out.body = body;
    out.headers.clear();
    for (const auto& [name, value] : head.lines)
        out.headers.push_back({name.of(text), value.of(text)});
}

} // namespace meridian::http
