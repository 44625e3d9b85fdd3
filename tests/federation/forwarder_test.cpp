#include "meridian/federation/forwarder.hpp"

#include "federation/support.hpp"
#include "support/receiver.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>

namespace meridian::federation::test {
namespace {

using meridian::test::received;
using meridian::test::receiver;
using meridian::test::reply;

/// Peers that answer a request only once as many are under way as there may be, or none of those
/// that are to come is missing.
class slow_peers {
public:
    slow_peers(std::size_t peers, std::size_t limit, std::size_t requests)
        : limit_(limit), left_(requests) {
        for (std::size_t at = 0; at < peers; ++at)
            peers_.emplace_back([this](const received&) { return answer(); });
    }
    [[nodiscard]] std::string url(std::size_t peer) const { return peers_[peer].url(""); }
    [[nodiscard]] std::size_t most() const { return most_; }

private:
    reply answer() {
        std::unique_lock lock(mutex_);
        ++under_way_;
        most_ = std::max(most_, under_way_);
        if (under_way_ >= std::min(limit_, left_))
            let_go_ = under_way_;
        changed_.notify_all();
        changed_.wait_for(lock, std::chrono::seconds(15), [this] { return let_go_ > 0; });
        --let_go_;
        --under_way_;
        --left_;
        return reply{200, "[]", "application/json"};
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t limit_;
    std::size_t left_;
    std::size_t under_way_ = 0;
    std::size_t let_go_ = 0;
    std::size_t most_ = 0;
    std::deque<receiver> peers_;
};

TEST(clause_4_3_6_forwarding, requests_of_one_operation_go_out_as_many_at_once_as_may) {
    constexpr std::size_t limit = 6;
    constexpr std::size_t count = 24;
    const slow_peers peers(4, limit, count);
    asio::io_context loop(1);
    const auto client = net::http_client::create(loop.get_executor(), net::client_settings{});
    ASSERT_TRUE(client);
    forwarder_settings settings;
    settings.timeout = std::chrono::seconds(30);
    settings.turns.at_once = limit;
    forwarder sender(**client, settings);
    std::vector<outgoing> requests(count);
    for (std::size_t at = 0; at < count; ++at) {
        auto payload = payload_with();
        payload["endpoint"] = peers.url(at % 4);
        requests[at].source = made(static_cast<std::int32_t>(at) + 1, payload);
        requests[at].method = "GET";
        requests[at].target = "/entities?type=Room";
    }
    std::vector<result<net::response>> answers;
    const trigger from;
    auto keep = [&](const std::exception_ptr&, std::vector<result<net::response>> got) {
        answers = std::move(got);
    };
    asio::co_spawn(loop, sender.send_all(std::move(requests), from), std::move(keep));
    loop.run();
    ASSERT_EQ(answers.size(), count);
    for (const auto& answer : answers)
        EXPECT_TRUE(answer && answer->status == 200);
    EXPECT_EQ(peers.most(), limit);
}

} // namespace
} // namespace meridian::federation::test
