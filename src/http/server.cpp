#include "meridian/http/server.hpp"

#include "http/shard.hpp"
#include "meridian/base/await.hpp"

#include <boost/asio/post.hpp>

#include <cassert>
#include <utility>

namespace meridian::http {

using boost::system::error_code;

struct server::state {
    std::shared_ptr<shared> common;
    std::vector<std::shared_ptr<shard>> shards;
    std::uint16_t port = 0;
};

namespace {

result<asio::ssl::context> load_tls(const tls_settings& files) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1 | SSL_OP_IGNORE_UNEXPECTED_EOF);
    error_code error;
    context.use_certificate_chain_file(files.certificate_file, error);
    if (error)
        return problem(problem_kind::internal_error, "cannot use the certificate " +
                                                         files.certificate_file + ": " +
                                                         error.message());
    context.use_private_key_file(files.key_file, asio::ssl::context::pem, error);
    if (error)
        return problem(problem_kind::internal_error,
                       "cannot use the key " + files.key_file + ": " + error.message());
    return context;
}

} // namespace

server::server(std::unique_ptr<state> parts) : state_(std::move(parts)) {}

result<std::unique_ptr<server>> server::create(const std::vector<asio::io_context*>& contexts,
                                               settings options, handler answer) {
    std::vector<handler> answers(contexts.size(), answer);
    return create(contexts, std::move(options), std::move(answers));
}

result<std::unique_ptr<server>> server::create(const std::vector<asio::io_context*>& contexts,
                                               settings options, std::vector<handler> answers) {
    assert(!contexts.empty() && contexts.size() == answers.size());
    auto parts = std::make_unique<state>();
    parts->common = std::make_shared<shared>(std::move(options));
    auto& common = *parts->common;
    if (common.limits.tls) {
        MERIDIAN_TRY(auto tls, load_tls(*common.limits.tls));
        common.tls.emplace(std::move(tls));
    }
    parts->port = common.limits.port;
    for (std::size_t i = 0; i < contexts.size(); ++i) {
        auto each = std::make_shared<shard>(*contexts[i], parts->common, std::move(answers[i]));
        MERIDIAN_TRY(parts->port, each->listen(parts->port));
        parts->shards.push_back(std::move(each));
    }
    for (const auto& each : parts->shards)
        each->start();
    return std::unique_ptr<server>(new server(std::move(parts)));
}

server::~server() {
    for (const auto& each : state_->shards)
        asio::post(each->context(), [each] {
            each->drain();
            each->stop_listening();
            each->abort_all();
        });
}

std::uint16_t server::port() const noexcept {
    return state_->port;
}

std::size_t server::connections() const noexcept {
    return state_->common->connections.load(std::memory_order_relaxed);
}

asio::awaitable<bool> server::drain(std::chrono::milliseconds patience,
                                    std::chrono::milliseconds notice) {
    const auto began = clock::now();
    const auto deadline = began + patience;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (const auto& each : state_->shards)
        asio::post(each->context(), [each] { each->drain(); });
    // Connections that come now do not prolong this: a peer that keeps asking cannot stop the stop.
    do {
        timer.expires_after(std::chrono::milliseconds(10));
        (void)co_await timer.async_wait(base::await);
    } while (clock::now() < deadline &&
             (clock::now() < began + notice ||
              state_->common->early.load(std::memory_order_relaxed) != 0));
    for (const auto& each : state_->shards)
        asio::post(each->context(), [each] { each->stop_listening(); });
    const auto is_over = [this] {
        return state_->common->listening.load() == 0 && connections() == 0;
    };
    while (!is_over() && clock::now() < deadline) {
        timer.expires_after(std::chrono::milliseconds(1));
        (void)co_await timer.async_wait(base::await);
    }
    if (is_over())
        co_return true;
    for (const auto& each : state_->shards)
        asio::post(each->context(), [each] { each->abort_all(); });
    co_return false;
}

} // namespace meridian::http
