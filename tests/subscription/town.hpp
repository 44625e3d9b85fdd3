#pragma once

#include "meridian/ngsild/parse.hpp"
#include "meridian/subscription/service.hpp"
#include "net/support.hpp"
#include "subscription/notification.hpp"
#include "support/cluster.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace meridian::subscription::test {

using namespace std::chrono_literals;

inline json parsed(std::string_view text) {
    return parse_json(text).value();
}

/// A receiver of notifications: answers what `answer` says to the n-th of them.
class receiver {
public:
    using answering = std::function<std::string(int index)>;
    explicit receiver(answering answer = [](int) { return net::test::ok(""); })
        : answer_(std::move(answer)),
          peer_([this](net::test::tcp::socket& socket, int) { serve(socket); }) {}

    [[nodiscard]] std::string url() const { return peer_.url("/notify"); }
    /// The requests, once there are `count` of them or the time is up.
    std::vector<std::string> wait_for(std::size_t count, std::chrono::seconds limit = 10s) {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, limit, [&] { return requests_.size() >= count; });
        return requests_;
    }
    /// Of the n-th request.
    json body(std::size_t index) {
        const std::lock_guard lock(mutex_);
        return parsed(requests_.at(index).substr(requests_.at(index).find("\r\n\r\n") + 4));
    }

private:
    void serve(net::test::tcp::socket& socket) {
        std::string buffer;
        for (;;) {
            auto asked = net::test::take_request(socket, buffer);
            if (asked.empty())
                return;
            int index = 0;
            {
                const std::lock_guard lock(mutex_);
                index = static_cast<int>(requests_.size());
                requests_.push_back(std::move(asked));
            }
            arrived_.notify_all();
            net::test::say(socket, answer_(index));
        }
    }

    answering answer_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::string> requests_;
    net::test::scripted_peer peer_; ///< last: its threads use the others
};

/// A broker as far as Subscriptions go: one loop, one lane, the store and the service.
class town {
public:
    enum class delivers : bool { no, yes };

    explicit town(const std::string& conninfo, delivers begins = delivers::yes,
                  std::size_t waiting = 1'000)
        : pool(conninfo), guard(asio::make_work_guard(context)) {
        settings how;
        how.retry_interval = 50ms;
        how.retries = 3;
        how.timeout = 2s;
        how.waiting = waiting;
        how.poll_interval = 100ms;
        how.periodic_interval = 50ms;
        options.conninfo = conninfo;
        options.lanes = 1;
        options.application_name = make_urn("Broker");
        subscriptions = std::make_unique<service>(rows, dictionary, tenants, mqtt, how);
        reader = std::make_shared<store::reader>(context.get_executor(), options);
        entities = std::make_unique<store::entities>(reader, dictionary, watch, indexes);
        outbox = std::make_unique<store::outbox>(reader);
        client = net::http_client::create(context.get_executor(), {}).value();
        (void)dictionary.load();
        lanes = std::make_unique<store::write_lanes>(
            std::vector<asio::any_io_executor>{context.get_executor()}, options, dictionary, watch,
            indexes, subscriptions->hooks());
        thread = std::thread([this] { context.run(); });
        (void)run(lanes->ready(20s));
        (void)run(reader->ready(20s));
        tenant = run(tenants.find_or_create("town")).value();
        if (begins == delivers::yes) {
            auto loader = [](json local) -> asio::awaitable<result<jsonld::context_ptr>> {
                const auto made = jsonld::build_context(local, {});
                co_return made ? made->built : jsonld::core_context();
            };
            std::vector<loop> loops;
            loops.emplace_back(context.get_executor(), *client, *outbox, *entities, loader);
            subscriptions->start(std::move(loops));
        }
    }
    ~town() {
        run_nothing(subscriptions->drain(std::chrono::steady_clock::now() + 3s));
        run_nothing(lanes->drain());
        asio::post(context, [this] { reader->close(); });
        guard.reset();
        context.stop();
        thread.join();
    }

    template <typename T>
    T run(asio::awaitable<T> work) {
        return asio::co_spawn(context, std::move(work), asio::use_future).get();
    }
    void run_nothing(asio::awaitable<void> work) {
        asio::co_spawn(context, std::move(work), asio::use_future).get();
    }

    /// Gives the id.
    std::string subscribe(const std::string& url, std::string_view members) {
        json payload = parsed(R"({"type": "Subscription", "entities": [{"type": "Vehicle"}]})");
        payload["notification"] = {{"endpoint", {{"uri", url}}}};
        payload.merge_patch(parsed(members));
        auto made = run(subscriptions->create(tenant, payload, jsonld::core_context(), false));
        EXPECT_TRUE(made) << (made ? "" : made.error().detail());
        return made.value();
    }
    /// Creates the Vehicle, or replaces it.
    void put(const std::string& id, int speed) {
        const auto& context_of = *jsonld::core_context();
        const json payload = {
            {"id", id}, {"type", "Vehicle"}, {"speed", {{"type", "Property"}, {"value", speed}}}};
        const auto subject = ngsild::parse_entity(payload, context_of).value();
        ASSERT_TRUE(run(dictionary.resolve(tenant, ngsild::names_of(subject))));
        store::entity_change what(
            tenant, id,
            [subject](const ngsild::stored_entity* old,
                      const ngsild::change_scope& scope) -> result<ngsild::change> {
                if (old)
                    return ngsild::replace_entity(*old, subject, scope);
                return ngsild::create_entity(subject, scope);
            });
        const auto done = run(lanes->commit(std::move(what)));
        ASSERT_TRUE(done) << done.error().detail();
    }
    store::subscription_row row(const std::string& id) {
        return run(subscriptions->retrieve(tenant, id)).value();
    }

    store::blocking_pool pool;
    store::subscriptions rows{pool};
    store::tenants tenants{pool};
    store::dictionary dictionary{pool};
    net::mqtt_client mqtt{net::mqtt_settings{}};
    store::expiry_watch watch;
    store::attribute_indexes indexes;
    store::database_options options;
    store::tenant_id tenant = 0;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard;
    std::shared_ptr<store::reader> reader;
    std::unique_ptr<store::entities> entities;
    std::unique_ptr<store::outbox> outbox;
    std::unique_ptr<net::http_client> client;
    std::unique_ptr<service> subscriptions;
    std::unique_ptr<store::write_lanes> lanes;
    std::thread thread;
};

} // namespace meridian::subscription::test
