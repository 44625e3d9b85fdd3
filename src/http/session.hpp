#pragma once

#include "http/read_buffer.hpp"
#include "http/request_head.hpp"
#include "http/response_head.hpp"
#include "http/shard.hpp"

#include <memory>
#include <optional>
#include <string>

namespace meridian::http {

/// One connection: a loop of read, answer, write. Stream is a tcp_socket or a TLS stream on one.
/// Its memory (buffer, head, response head) is used again for each request.
template <typename Stream>
class session final : public connection {
public:
    session(std::shared_ptr<shard> home, Stream stream);
    ~session() override;

    asio::awaitable<void> run();
    void expire() override;
    void abort() override;

private:
    enum class arrival { complete, refused, gone };
    enum class step { complete, need_more, refused };

    step take_head();
    step check_head();
    step refuse(response answer);
    step refuse(problem_kind kind, std::string detail);
    asio::awaitable<arrival> read_request();
    asio::awaitable<bool> read_more(std::size_t at_least);
    asio::awaitable<bool> read_body();
    asio::awaitable<bool> say_continue();
    asio::awaitable<void> answer();
    asio::awaitable<bool> write();
    asio::awaitable<bool> write_pieces();
    asio::awaitable<bool> write_piece(std::string_view piece);
    void reset_on_close();
    asio::awaitable<bool> write_text(std::string_view text);
    asio::awaitable<void> close();
    void compose();
    void compress();
    [[nodiscard]] bool is_preflight() const noexcept;
    [[nodiscard]] std::size_t body_length() const noexcept;
    [[nodiscard]] const char* head_text() const noexcept {
        return buffer_.view().data() + scanner_.begin();
    }

    std::shared_ptr<shard> home_;
    Stream stream_;
    read_buffer buffer_;
    head_scanner scanner_;
    request_head head_;
    request request_;
    response response_;
    std::string out_;         ///< the response's head, or all of it where that is short
    std::string extra_lines_; ///< CORS and Vary lines of the response
    std::string compressed_;
    bool keep_alive_ = true;
    bool expired_ = false;
    bool broken_ = false;
};

} // namespace meridian::http
