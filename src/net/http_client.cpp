#include "meridian/net/http_client.hpp"

#include "meridian/base/await.hpp"
#include "meridian/net/circuit_breaker.hpp"
#include "net/http_wire.hpp"
#include "net/transport.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/error.hpp>

#include <list>
#include <map>
#include <memory>

namespace meridian::net {

using base::await;
using boost::system::error_code;

namespace {

constexpr unsigned most_redirects = 5;

/// A call without a place, until it is woken or its time is up.
struct waiter {
    waiter(const asio::any_io_executor& executor, clock::time_point deadline)
        : timer(executor, deadline) {}
    asio::steady_timer timer;
    bool woken = false; ///< and no longer in the peer's list
};

/// All that is known of one scheme, host and port.
struct peer {
    explicit peer(const client_settings& settings)
        : breaker(settings.breaker_failures, settings.breaker_pause) {}

    circuit_breaker breaker;
    std::vector<std::unique_ptr<transport>> idle; ///< the one used last is at the end
    std::list<waiter*> waiting;                   ///< calls for which there was no connection
    std::size_t active = 0;

    [[nodiscard]] bool is_forgettable() const noexcept {
        return idle.empty() && waiting.empty() && active == 0 && breaker.closed();
    }
};

/// Holds one of a peer's places and hands it to the next that waits.
class place {
public:
    explicit place(peer& of) noexcept : peer_(of) { ++peer_.active; }
    ~place() {
        --peer_.active;
        if (peer_.waiting.empty())
            return;
        auto* next = peer_.waiting.front();
        peer_.waiting.pop_front();
        next->woken = true;
        next->timer.cancel();
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

private:
    peer& peer_;
};

problem failure(const url& target, const error_code& error) {
    const auto where = target.authority() + ": ";
    if (error == beast::error::timeout)
        return problem(problem_kind::gateway_timeout, where + "no answer in time");
    if (error == beast::http::error::body_limit)
        return problem(problem_kind::bad_gateway, where + "the answer is too large");
    return problem(problem_kind::bad_gateway, where + error.message());
}

} // namespace

class http_client::implementation {
public:
    implementation(asio::any_io_executor executor, client_settings settings)
        : executor_(std::move(executor)), settings_(std::move(settings)) {}

    result<void> load_trust();
    asio::awaitable<result<response>> send(request& call);

private:
    asio::awaitable<result<response>> send_once(const url& target, const request& call,
                                                clock::time_point deadline);
    asio::awaitable<result<void>> await_turn(peer& to, clock::time_point deadline);
    asio::awaitable<result<response>> send_on_turn(peer& to, const url& target, const request& call,
                                                   const std::string& head,
                                                   clock::time_point deadline);
    std::unique_ptr<transport> take_idle(peer& from);
    void tidy(clock::time_point now);

    asio::any_io_executor executor_;
    client_settings settings_;
    asio::ssl::context trust_{asio::ssl::context::tls_client};
    std::map<std::string, std::shared_ptr<peer>> peers_;
    clock::time_point tidied_{};
};

result<void> http_client::implementation::load_trust() {
    trust_.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                       SSL_OP_IGNORE_UNEXPECTED_EOF);
    error_code error;
    if (settings_.ca_file.empty())
        trust_.set_default_verify_paths(error);
    else
        trust_.load_verify_file(settings_.ca_file, error);
    if (error && !settings_.ca_file.empty())
        return problem(problem_kind::internal_error,
                       "cannot read the CA file " + settings_.ca_file + ": " + error.message());
    trust_.set_verify_mode(settings_.verify_tls ? asio::ssl::verify_peer : asio::ssl::verify_none,
                           error);
    return {};
}

asio::awaitable<result<response>> http_client::implementation::send(request& call) {
    const auto limit = call.timeout.count() > 0 ? call.timeout : settings_.total_timeout;
    const auto deadline = clock::now() + limit;
    MERIDIAN_CO_TRY(auto target, parse_url(call.url));
    const auto follow = std::min(call.redirects, most_redirects);
    for (unsigned hops = 0;; ++hops) {
        MERIDIAN_CO_TRY(auto answer, co_await send_once(target, call, deadline));
        const auto location = std::string(answer.header("Location"));
        if (follow == 0 || !is_redirect(answer.status) || location.empty()) {
            answer.url = (target.tls ? "https://" : "http://") + target.authority() + target.target;
            co_return std::move(answer);
        }
        if (hops == follow)
            co_return problem(problem_kind::bad_gateway, target.authority() + ": more than " +
                                                             std::to_string(follow) + " redirects");
        auto next = resolve(target, location);
        if (!next)
            co_return problem(problem_kind::bad_gateway,
                              target.authority() + ": redirect: " + next.error().detail());
        redirect(call, answer.status, target, *next);
        target = std::move(*next);
    }
}

asio::awaitable<result<response>>
http_client::implementation::send_once(const url& target, const request& call,
                                       clock::time_point deadline) {
    MERIDIAN_CO_TRY(auto head, render_head(call, target));
    tidy(clock::now());
    auto& slot = peers_[(target.tls ? "s:" : "p:") + target.authority()];
    if (!slot)
        slot = std::make_shared<peer>(settings_);
    const auto kept = slot; // forgotten by others only where nobody holds it
    auto& to = *kept;
    if (!to.breaker.admit(clock::now()))
        co_return problem(problem_kind::unavailable,
                          target.authority() + ": not called, it failed several times in a row");
    if (auto turn = co_await await_turn(to, deadline); !turn) {
        to.breaker.abandoned();
        co_return std::move(turn).error();
    }
    const place held(to);
    auto answer = co_await send_on_turn(to, target, call, head, deadline);
    if (answer)
        to.breaker.succeeded();
    else
        to.breaker.failed(clock::now());
    co_return answer;
}

/// Waits until the peer has a free place. The order is that of the calls; one that finds its place
/// taken by a call that had not to wait goes to the front again.
asio::awaitable<result<void>> http_client::implementation::await_turn(peer& to,
                                                                      clock::time_point deadline) {
    if (to.active < settings_.connections_per_host)
        co_return result<void>();
    if (to.waiting.size() >= settings_.waiting_per_host)
        co_return problem(problem_kind::too_many_requests, "too many calls wait for one host");
    waiter self(executor_, deadline);
    auto position = to.waiting.end();
    do {
        self.woken = false;
        const auto here = to.waiting.insert(position, &self);
        (void)co_await self.timer.async_wait(await);
        if (!self.woken) {
            to.waiting.erase(here);
            co_return problem(problem_kind::gateway_timeout, "no connection became free in time");
        }
        position = to.waiting.begin();
    } while (to.active >= settings_.connections_per_host);
    co_return result<void>();
}

asio::awaitable<result<response>>
http_client::implementation::send_on_turn(peer& to, const url& target, const request& call,
                                          const std::string& head, clock::time_point deadline) {
    const auto most = call.response_bytes != 0 ? call.response_bytes : settings_.response_bytes;
    bool retried = false;
    for (;;) {
        auto connection = retried ? nullptr : take_idle(to);
        if (!connection) {
            const auto until = std::min(deadline, clock::now() + settings_.connect_timeout);
            auto* trust = target.tls ? &trust_ : nullptr;
            MERIDIAN_CO_TRY(connection,
                            co_await open_transport(target, settings_.egress, trust, until));
        }
        auto outcome = co_await exchange(*connection, head, call, most, deadline);
        if (!outcome.error) {
            if (outcome.keep_alive) {
                connection->used_before = true;
                connection->idle_since = clock::now();
                to.idle.push_back(std::move(connection));
            }
            co_return std::move(outcome.answer);
        }
        // A kept connection that died before it said anything proves nothing about the peer.
        const bool stale =
            connection->used_before && !outcome.answered && outcome.error != beast::error::timeout;
        if (!stale || retried || !is_repeatable(call))
            co_return failure(target, outcome.error);
        retried = true;
    }
}

std::unique_ptr<transport> http_client::implementation::take_idle(peer& from) {
    const auto oldest = clock::now() - settings_.keep_idle;
    while (!from.idle.empty()) {
        auto last = std::move(from.idle.back());
        from.idle.pop_back();
        if (last->idle_since >= oldest && last->is_quiet())
            return last;
    }
    return nullptr;
}

/// Once a second: closes what was idle too long and forgets peers about which nothing is known.
void http_client::implementation::tidy(clock::time_point now) {
    if (now - tidied_ < std::chrono::seconds(1))
        return;
    tidied_ = now;
    const auto oldest = now - settings_.keep_idle;
    for (auto& [name, each] : peers_)
        std::erase_if(each->idle, [&](const auto& kept) { return kept->idle_since < oldest; });
    std::erase_if(peers_, [](const auto& entry) {
        return entry.second.use_count() == 1 && entry.second->is_forgettable();
    });
}

http_client::http_client(std::unique_ptr<implementation> parts) : parts_(std::move(parts)) {}
http_client::~http_client() = default;

result<std::unique_ptr<http_client>> http_client::create(asio::any_io_executor executor,
                                                         client_settings settings) {
    auto parts = std::make_unique<implementation>(std::move(executor), std::move(settings));
    MERIDIAN_CHECK(parts->load_trust());
    return std::unique_ptr<http_client>(new http_client(std::move(parts)));
}

asio::awaitable<result<response>> http_client::send(request call) {
    auto answer = co_await parts_->send(call);
    co_return answer;
}

} // namespace meridian::net
