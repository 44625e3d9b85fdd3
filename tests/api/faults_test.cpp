/// What happens when the database or the broker itself stops in the middle of work.
#include "api/support.hpp"

#include "support/receiver.hpp"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace meridian::api::test {
namespace {

using meridian::test::meridian_process;
using meridian::test::raw_connection;
using meridian::test::receiver;
using meridian::test::wait_for;
using std::chrono::seconds;

std::string creation_of(const std::string& id) {
    const json entity{{"id", id}, {"type", "Thing"}, {"n", 1}};
    const auto body = to_text(entity);
    return "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Creates Entities on several connections until told to stop or the broker is gone; remembers
/// which creations were answered with 201.
class writers {
public:
    writers(std::uint16_t port, int count, int most) : most_(most) {
        for (int i = 0; i < count; ++i)
            threads_.emplace_back([this, port] { write(port); });
    }
    ~writers() { stop(); }
    void stop() {
        stopped_ = true;
        join();
    }
    /// Waits until they are done.
    void join() {
        for (auto& each : threads_)
            if (each.joinable())
                each.join();
    }
    [[nodiscard]] std::set<std::string> acknowledged() const {
        const std::lock_guard lock(mutex_);
        return acknowledged_;
    }
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return acknowledged_.size();
    }
    /// Answers other than 201, by their status.
    [[nodiscard]] std::map<unsigned, int> refusals() const {
        const std::lock_guard lock(mutex_);
        return refusals_;
    }

private:
    void write(std::uint16_t port) {
        raw_connection connection(port);
        while (!stopped_) {
            const int number = ++next_;
            if (number > most_)
                return;
            const auto id = "urn:x:" + std::to_string(number);
            if (!connection.send(creation_of(id)))
                return;
            const auto answer = connection.read();
            if (answer.status == 0)
                return;
            const std::lock_guard lock(mutex_);
            if (answer.status == 201)
                acknowledged_.insert(id);
            else
                ++refusals_[answer.status];
        }
    }

    int most_;
    std::atomic<int> next_ = 0;
    std::atomic<bool> stopped_ = false;
    mutable std::mutex mutex_;
    std::set<std::string> acknowledged_;
    std::map<unsigned, int> refusals_;
    std::vector<std::thread> threads_;
};

/// The ids of all Things that are stored.
std::set<std::string> stored_things(const http_client& client) {
    std::set<std::string> ids;
    for (std::size_t offset = 0;; offset += 1'000) {
        const auto answer = client.get(
            entities + "?type=Thing&pick=id&limit=1000&offset=" + std::to_string(offset));
        EXPECT_EQ(answer.status, 200U) << answer;
        const auto page = ids_in(answer);
        if (!page.is_array() || page.empty())
            return ids;
        for (const auto& id : page)
            ids.insert(id.get<std::string>());
    }
}

std::set<std::string> missing_in(const std::set<std::string>& all,
                                 const std::set<std::string>& of) {
    std::set<std::string> out;
    std::set_difference(of.begin(), of.end(), all.begin(), all.end(),
                        std::inserter(out, out.end()));
    return out;
}

TEST(database_stops, answers_are_503_meanwhile_and_service_returns_by_itself) {
    meridian_process broker;
    const http_client client(broker.port());
    ASSERT_EQ(client.post(entities, room()).status, 201U);
    writers writing(broker.port(), 4, 1'000'000);
    ASSERT_TRUE(wait_for([&] { return writing.count() > 100; }));
    const int postmaster = broker.postmaster();
    ASSERT_GT(postmaster, 0);
    ::kill(postmaster, SIGINT);
    http_answer unavailable;
    EXPECT_TRUE(wait_for([&] {
        unavailable = client.get(entities + "/urn:ngsi-ld:Room:1");
        return unavailable.status == 503;
    }));
    EXPECT_EQ(unavailable.header("Retry-After"), "1") << unavailable;
    EXPECT_EQ(unavailable.content()["type"], "about:blank") << unavailable;
    EXPECT_TRUE(wait_for([&] { return client.get("/q/ready").status == 200; }, seconds(30)));
    EXPECT_EQ(show(client.get(entities + "/urn:ngsi-ld:Room:1")), ok(room()));
    const auto before = writing.count();
    EXPECT_TRUE(wait_for([&] { return writing.count() > before + 100; }, seconds(30)));
    writing.stop();
    for (const auto& [status, count] : writing.refusals())
        EXPECT_EQ(status, 503U) << count;
    EXPECT_EQ(missing_in(stored_things(client), writing.acknowledged()), std::set<std::string>{});
    EXPECT_EQ(broker.stop(), 0);
}

TEST(broker_is_killed, every_acknowledged_write_is_there_and_every_change_is_notified) {
    std::mutex mutex;
    std::set<std::string> notified;
    receiver endpoint([&](const meridian::test::received& got) {
        const auto body = got.content();
        const std::lock_guard lock(mutex);
        for (const auto& entity : body["data"])
            notified.insert(entity["id"].get<std::string>());
        return meridian::test::reply{};
    });
    meridian_process broker;
    const json wanted{{"id", "urn:s:1"},
                      {"type", "Subscription"},
                      {"entities", list(json{{"type", "Thing"}})},
                      {"notification", {{"endpoint", {{"uri", endpoint.url()}}}}}};
    ASSERT_EQ(http_client(broker.port()).post(subscriptions, wanted).status, 201U);
    std::set<std::string> acknowledged;
    {
        writers writing(broker.port(), 32, 10'000);
        ASSERT_TRUE(wait_for([&] { return writing.count() > 5'000; }, seconds(60)));
        broker.kill();
        writing.join();
        acknowledged = writing.acknowledged();
    }
    EXPECT_LT(acknowledged.size(), 10'000U);
    broker.start();
    const auto stored_now = stored_things(http_client(broker.port()));
    EXPECT_EQ(missing_in(stored_now, acknowledged), std::set<std::string>{});
    EXPECT_TRUE(wait_for(
        [&] {
            const std::lock_guard lock(mutex);
            return missing_in(notified, stored_now).empty();
        },
        seconds(40)));
    const std::lock_guard lock(mutex);
    EXPECT_EQ(missing_in(notified, stored_now), std::set<std::string>{});
}

const auto stopping = shown(503, {{"status", "DOWN"}, {"reason", "the broker is stopping"}},
                            {{"Content-Type", "application/json"}});

TEST(broker_is_told_to_stop, what_is_in_flight_is_finished_and_new_connections_hear_that_it_stops) {
    meridian_process broker;
    const http_client anew(broker.port());
    raw_connection creating(broker.port());
    const auto creation = creation_of("urn:x:late");
    ASSERT_TRUE(creating.send(creation.substr(0, creation.size() / 2)));
    // It is being read when an answer on another connection has come.
    ASSERT_EQ(anew.get("/q/ready").status, 200U);
    broker.process().signal(SIGTERM);
    ASSERT_TRUE(wait_for([&] { return anew.get("/q/ready").status != 200; }));
    const auto heard = anew.get("/q/ready");
    EXPECT_EQ(show(heard), stopping);
    EXPECT_EQ(heard.header("Connection"), "close");
    EXPECT_EQ(anew.get("/q/health").status, 200U);
    EXPECT_EQ(show(anew.post(entities, room())), created(entities + "/urn:ngsi-ld:Room:1"));
    EXPECT_TRUE(broker.process().runs());
    creating.send(creation.substr(creation.size() / 2));
    EXPECT_EQ(show(creating.read()), created("/ngsi-ld/v1/entities/urn:x:late"));
    EXPECT_EQ(broker.process().wait(), 0);
    EXPECT_EQ(broker.postmaster(), 0);
    broker.start();
    EXPECT_EQ(http_client(broker.port()).get(entities + "/urn:x:late").status, 200U);
    EXPECT_EQ(http_client(broker.port()).get(entities + "/urn:ngsi-ld:Room:1").status, 200U);
}

TEST(broker_is_told_to_stop,
     a_balancer_hears_it_for_the_time_of_notice_though_nothing_is_in_flight) {
    meridian_process broker({"--drain-notice=1500ms"});
    const http_client balancer(broker.port());
    ASSERT_EQ(balancer.get("/q/ready").status, 200U);
    const auto told = std::chrono::steady_clock::now();
    broker.process().signal(SIGTERM);
    ASSERT_TRUE(wait_for([&] { return balancer.get("/q/ready").status != 200; }));
    int heard = 0;
    while (show(balancer.get("/q/ready")) == stopping)
        ++heard;
    EXPECT_GT(heard, 3);
    EXPECT_GE(std::chrono::steady_clock::now() - told, std::chrono::milliseconds{1'500});
    EXPECT_EQ(balancer.get("/q/ready").status, 0U);
    EXPECT_EQ(broker.process().wait(), 0);
}

} // namespace
} // namespace meridian::api::test
