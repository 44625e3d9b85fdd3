#include "http/session.hpp"

#include "meridian/base/await.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <exception>
#include <iterator>
#include <type_traits>

namespace meridian::http {

using base::await;
using boost::system::error_code;

namespace {

constexpr std::size_t read_at_least = 2'048;
constexpr std::size_t joined_up_to = 16'384; ///< a TLS record; below it head and body are one
constexpr std::chrono::seconds close_patience{2};
constexpr std::size_t discard_at_most = 16'000'000;

using tls_stream = asio::ssl::stream<tcp_socket>;
template <typename Stream>
constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

tcp_socket& plain_socket(tcp_socket& stream) noexcept {
    return stream;
}
tcp_socket& plain_socket(tls_stream& stream) noexcept {
    return stream.next_layer();
}

} // namespace

template <typename Stream>
session<Stream>::session(std::shared_ptr<shard> home, Stream stream)
    : home_(std::move(home)), stream_(std::move(stream)) {
    error_code ignored;
    request_.remote = stream_.lowest_layer().remote_endpoint(ignored);
    request_.tls = is_tls<Stream>;
    home_->enter(*this);
}

template <typename Stream>
session<Stream>::~session() {
    home_->leave(*this);
}

template <typename Stream>
void session<Stream>::expire() {
    expired_ = true;
    error_code ignored;
    stream_.lowest_layer().cancel(ignored);
}

template <typename Stream>
void session<Stream>::abort() {
    expired_ = true;
    error_code ignored;
    stream_.lowest_layer().close(ignored);
}

template <typename Stream>
asio::awaitable<void> session<Stream>::run() {
    if constexpr (is_tls<Stream>) {
        enter(phase::reading, clock::now() + home_->common().limits.request_read);
        auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, await);
        if (error)
            co_return;
    }
    while (keep_alive_) {
        const auto arrived = co_await read_request();
        if (arrived == arrival::gone)
            break;
        if (arrived == arrival::complete)
            co_await answer();
        compose();
        if (!co_await write()) {
            broken_ = true;
            break;
        }
        if (arrived == arrival::complete)
            buffer_.consume(scanner_.end() + body_length());
        scanner_.reset();
    }
    co_await close();
}

template <typename Stream>
std::size_t session<Stream>::body_length() const noexcept {
    return static_cast<std::size_t>(head_.content_length.value_or(0));
}

template <typename Stream>
typename session<Stream>::step session<Stream>::refuse(response answer) {
    response_ = std::move(answer);
    return step::refused;
}

template <typename Stream>
typename session<Stream>::step session<Stream>::refuse(problem_kind kind, std::string detail) {
    return refuse(refusal(problem(kind, std::move(detail))));
}

/// Looks for a whole head in the bytes at hand.
template <typename Stream>
typename session<Stream>::step session<Stream>::take_head() {
    const auto& limits = home_->common().limits;
    using found = head_scanner::state;
    switch (scanner_.scan(buffer_.view(), limits)) {
    case found::incomplete:
        return step::need_more;
    case found::malformed:
        return refuse(problem_kind::invalid_request, "the request is not HTTP/1.1");
    case found::too_large:
        return refuse(problem_kind::header_too_large, "the header block is larger than " +
                                                          std::to_string(limits.header_bytes) +
                                                          " bytes");
    case found::url_too_long:
        break;
    case found::complete:
        const std::string_view text(head_text(), scanner_.end() - scanner_.begin());
        const auto fault = parse_head(text, limits.url_bytes, head_);
        if (fault == head_fault::none)
            return check_head();
        if (fault == head_fault::malformed)
            return refuse(problem_kind::invalid_request,
                          "the request line or a header is malformed");
    }
    return refuse(problem_kind::uri_too_long,
                  "the URL is longer than " + std::to_string(limits.url_bytes) + " bytes");
}

/// What the headers alone decide about the body.
template <typename Stream>
typename session<Stream>::step session<Stream>::check_head() {
    const auto& limits = home_->common().limits;
    const bool sends = head_.method == method::post || head_.method == method::put ||
                       head_.method == method::patch;
    // 6.3.4: without Content-Length just 411. A chunked body also leaves unknown bytes behind.
    if (head_.transfer_encoding || (sends && !head_.content_length)) {
        response refused(411);
        refused.close = head_.transfer_encoding;
        if (refused.close)
            return refuse(std::move(refused));
        response_ = std::move(refused);
        return step::complete;
    }
    if (head_.content_length && *head_.content_length > limits.body_bytes)
        return refuse(problem_kind::payload_too_large,
                      "the body is larger than " + std::to_string(limits.body_bytes) + " bytes");
    response_ = response();
    response_.status = 0; // to be answered by the handler
    return step::complete;
}

template <typename Stream>
asio::awaitable<typename session<Stream>::arrival> session<Stream>::read_request() {
    const auto& limits = home_->common().limits;
    head_.head_only = false;
    head_.http_1_0 = false;
    head_.origin = {};
    head_.accept_encoding = {};
    if (buffer_.size() == 0) {
        if (!home_->awaits_request_of(*this))
            co_return arrival::gone;
        enter(phase::idle, clock::now() + limits.idle);
    } else {
        enter(phase::reading, clock::now() + limits.request_read);
    }
    step found = step::need_more;
    while ((found = take_head()) == step::need_more) {
        const bool idle = buffer_.size() == 0;
        const bool more = co_await read_more(read_at_least);
        if (!more && (idle || !expired_))
            co_return arrival::gone;
        if (!more) {
            refuse(problem_kind::request_timeout, "the request did not arrive in time");
            co_return arrival::refused;
        }
        if (idle)
            enter(phase::reading, clock::now() + limits.request_read);
    }
    request_.arrived = clock::now();
    if (found == step::refused)
        co_return arrival::refused;
    if (response_.status == 0 && body_length() != 0) {
        if (!co_await read_body()) {
            if (!expired_)
                co_return arrival::gone;
            refuse(problem_kind::request_timeout, "the body did not arrive in time");
            co_return arrival::refused;
        }
    }
    co_return arrival::complete;
}

template <typename Stream>
asio::awaitable<bool> session<Stream>::read_more(std::size_t at_least) {
    auto* room = buffer_.prepare(at_least);
    auto [error, count] =
        co_await stream_.async_read_some(asio::buffer(room, buffer_.room()), await);
    if (error || expired_)
        co_return false;
    buffer_.commit(count);
    co_return true;
}

template <typename Stream>
asio::awaitable<bool> session<Stream>::read_body() {
    const auto whole = scanner_.end() + body_length();
    if (buffer_.size() >= whole)
        co_return true;
    if (head_.expects_continue && !head_.http_1_0 && !co_await say_continue())
        co_return false;
    while (buffer_.size() < whole) {
        const bool more = co_await read_more(whole - buffer_.size());
        if (!more)
            co_return false;
    }
    co_return true;
}

template <typename Stream>
asio::awaitable<bool> session<Stream>::say_continue() {
    const bool written = co_await write_text("HTTP/1.1 100 Continue\r\n\r\n");
    co_return written;
}

template <typename Stream>
bool session<Stream>::is_preflight() const noexcept {
    return head_.method == method::options && head_.origin.length != 0 &&
           head_.preflight_method.length != 0 && home_->common().cors.enabled();
}

/// Has the request answered. This is the session's one catch: what arrives here is a bug.
template <typename Stream>
asio::awaitable<void> session<Stream>::answer() {
    if (response_.status != 0) // refused by its head alone
        co_return;
    auto& common = home_->common();
    if (is_preflight()) {
        response_ = common.cors.preflight(head_.origin.of(head_text()),
                                          head_.preflight_headers.of(head_text()));
        co_return;
    }
    materialise(head_, head_text(), buffer_.view().substr(scanner_.end(), body_length()), request_);
    request_.id = common.next_request.fetch_add(1, std::memory_order_relaxed);
    enter(phase::handling, clock::time_point::max());
    try {
        response_ = co_await home_->answer()(request_);
        co_return;
    } catch (const std::exception& error) {
        spdlog::error("http: request {} {} {}: {}", request_.id, request_.method_text,
                      request_.path, error.what());
    } catch (...) {
        spdlog::error("http: request {} {} {}: an unknown exception", request_.id,
                      request_.method_text, request_.path);
    }
    response_ = refusal(problem(problem_kind::internal_error, "an internal error occurred"));
    response_.close = false;
}

/// Compresses the body where that is allowed and pays.
/// CHOICE: the ETag stays that of the uncompressed representation, so that it still matches in a
/// later If-Match, which compares strongly (RFC 9110 8.8.3.2 would have it differ).
template <typename Stream>
void session<Stream>::compress() {
    const auto& limits = home_->common().limits;
    const bool pays = response_.source || response_.body.size() > limits.gzip_from_bytes;
    if (!limits.gzip || !pays)
        return;
    for (const auto& line : response_.headers)
        if (same_name(line.name.text(), "Content-Encoding"))
            return;
    extra_lines_ += "Vary: Accept-Encoding\r\n";
    if (head_.accept_encoding.length == 0 || !accepts_gzip(head_.accept_encoding.of(head_text())))
        return;
    if (response_.source) {
        response_.source =
            std::make_unique<gzipped_source>(std::move(response_.source), limits.gzip_level);
    } else {
        if (!home_->gzip().compress(response_.body, compressed_))
            return;
        response_.body.swap(compressed_);
    }
    extra_lines_ += "Content-Encoding: gzip\r\n";
}

/// Renders the response's head into the connection's buffer.
template <typename Stream>
void session<Stream>::compose() {
    extra_lines_.clear();
    const auto& cors = home_->common().cors;
    if (cors.enabled())
        cors.append_lines(extra_lines_, head_.origin.of(head_text()));
    compress();
    const bool until_close = response_.source && head_.http_1_0;
    keep_alive_ =
        head_.keep_alive && !response_.close && !home_->draining() && !expired_ && !until_close;
    response_frame frame;
    frame.date = home_->date();
    frame.extra_lines = extra_lines_;
    frame.keep_alive = keep_alive_;
    frame.say_keep_alive = head_.http_1_0;
    frame.chunked = !head_.http_1_0;
    out_.clear();
    append_head(out_, response_, frame);
    if (head_.head_only || !may_have_body(response_.status)) {
        response_.body.clear();
        response_.source.reset();
    }
}

/// Sends head and body. A plain socket takes nearly every response at once, without suspending.
template <typename Stream>
asio::awaitable<bool> session<Stream>::write() {
    expired_ = false; // a late request still gets its 408
    if (response_.source)
        co_return co_await write_pieces();
    enter(phase::writing, clock::now() + home_->common().limits.response_write);
    if constexpr (is_tls<Stream>) {
        if (response_.body.size() <= joined_up_to) {
            out_ += response_.body;
            response_.body.clear();
        }
    }
    std::array<asio::const_buffer, 2> parts{asio::buffer(out_), asio::buffer(response_.body)};
    if constexpr (!is_tls<Stream>) {
        error_code error;
        auto sent = stream_.write_some(parts, error);
        if (error && error != asio::error::would_block)
            co_return false;
        if (sent == out_.size() + response_.body.size())
            co_return true;
        for (auto& part : parts) {
            const auto here = std::min(sent, part.size());
            part += here;
            sent -= here;
        }
    }
    auto [error, count] = co_await asio::async_write(stream_, parts, await);
    co_return !error;
}

/// Sends the head and what the source makes; no more than one piece is in memory. Each has its own
/// time to be taken. False: the body is not whole, and the peer will see that.
template <typename Stream>
asio::awaitable<bool> session<Stream>::write_pieces() {
    const auto source = std::move(response_.source); // what it holds ends with this function
    std::string piece;
    do {
        piece.clear();
        enter(phase::handling, clock::time_point::max());
        auto making = source->next(piece);
        const auto made = co_await std::move(making);
        if (!made)
            spdlog::error("http: the answer to request {} is cut off: {}", request_.id,
                          made.error().detail());
        const bool sent = made && !expired_ && co_await write_piece(piece);
        if (!sent) {
            reset_on_close();
            co_return false;
        }
    } while (!piece.empty());
    co_return true;
}

/// Sends what is in `out_` and the piece, as a chunk (RFC 9112 7.1) unless the peer speaks
/// HTTP/1.0; an empty piece is the last chunk.
template <typename Stream>
asio::awaitable<bool> session<Stream>::write_piece(std::string_view piece) {
    enter(phase::writing, clock::now() + home_->common().limits.response_write);
    std::string_view end;
    if (!head_.http_1_0) {
        fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece.size());
        end = "\r\n";
    }
    const std::array<asio::const_buffer, 3> parts{asio::buffer(out_), asio::buffer(piece),
                                                  asio::buffer(end)};
    auto [error, count] = co_await asio::async_write(stream_, parts, await);
    out_.clear();
    co_return !error && !expired_;
}

/// The connection ends with a reset, not with the end that a whole body of unknown length has.
template <typename Stream>
void session<Stream>::reset_on_close() {
    error_code ignored;
    plain_socket(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
}

template <typename Stream>
asio::awaitable<bool> session<Stream>::write_text(std::string_view text) {
    auto [error, count] = co_await asio::async_write(stream_, asio::buffer(text), await);
    co_return !error;
}

/// Lets the peer read our last bytes: closing with unread input would reset the connection.
template <typename Stream>
asio::awaitable<void> session<Stream>::close() {
    if (broken_ || expired_)
        co_return;
    enter(phase::closing, clock::now() + close_patience);
    error_code ignored;
    if constexpr (is_tls<Stream>)
        (void)co_await stream_.async_shutdown(await);
    auto& socket = plain_socket(stream_);
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
    std::array<char, 4'096> waste{};
    for (std::size_t seen = 0; seen < discard_at_most && !expired_;) {
        auto [error, count] = co_await socket.async_read_some(asio::buffer(waste), await);
        if (error)
            break;
        seen += count;
    }
}

template class session<tcp_socket>;
template class session<tls_stream>;

namespace {

template <typename Stream>
asio::awaitable<void> serve(std::unique_ptr<session<Stream>> owned) {
    co_await owned->run();
}

template <typename Stream>
void start(std::shared_ptr<shard> home, Stream stream) {
    auto& context = home->context();
    auto owned = std::make_unique<session<Stream>>(std::move(home), std::move(stream));
    asio::co_spawn(context, serve(std::move(owned)), [](const std::exception_ptr& thrown) {
        if (!thrown)
            return;
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            spdlog::error("http: a session ended: {}", error.what());
        }
    });
}

} // namespace

void start_session(std::shared_ptr<shard> home, tcp_socket socket) {
    auto& tls = home->common().tls;
    if (tls)
        start(std::move(home), tls_stream(std::move(socket), *tls));
    else
        start(std::move(home), std::move(socket));
}

} // namespace meridian::http
