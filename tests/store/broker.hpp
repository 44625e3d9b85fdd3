#pragma once

#include "meridian/ngsild/change.hpp"
#include "meridian/store/discovery.hpp"
#include "meridian/store/entities.hpp"
#include "meridian/store/history.hpp"
#include "meridian/store/write_lanes.hpp"
#include "support/fake_names.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace meridian::test {

namespace asio = boost::asio;

inline const std::string vehicle = "https://example.org/Vehicle";
inline const std::string speed = "https://example.org/speed";
inline const std::string place = "https://example.org/location";

/// The names of these tests, numbered alike in every broker; not added to while lanes run.
inline support::fake_names& names() {
    static support::fake_names& all = *[] {
        static support::fake_names made;
        for (const std::string& iri : {vehicle, speed, place})
            made.add(iri);
        return &made;
    }();
    return all;
}

/// A tenant of its own a test.
inline store::tenant_id fresh_tenant() {
    static std::atomic<store::tenant_id> next{1'000};
    return ++next;
}

/// What a broker process has of the store: two loops, two lanes, reads on the first loop.
class broker {
public:
    explicit broker(const std::string& conninfo, store::lane_hooks hooks = {}) {
        store::database_options options;
        options.conninfo = conninfo;
        reader = std::make_shared<store::reader>(loops[0].get_executor(), options);
        lanes = std::make_unique<store::write_lanes>(
            std::vector<asio::any_io_executor>{loops[0].get_executor(), loops[1].get_executor()},
            options, names(), watch, indexes, std::move(hooks));
        entities = std::make_unique<store::entities>(reader, names(), watch, indexes);
        history = std::make_unique<store::history>(reader);
        for (auto& loop : loops)
            threads.emplace_back([&loop] { loop.run(); });
        (void)run(lanes->ready(std::chrono::seconds{20}));
        (void)run(reader->ready(std::chrono::seconds{20}));
    }
    ~broker() {
        run_nothing(lanes->drain());
        asio::post(loops[0], [this] { reader->close(); });
        for (auto& guard : guards)
            guard.reset();
        for (auto& thread : threads)
            thread.join();
    }

    /// Runs a coroutine on the first loop and waits for its answer.
    template <typename T>
    T run(asio::awaitable<T> work) {
        return asio::co_spawn(loops[0], std::move(work), asio::use_future).get();
    }
    void run_nothing(asio::awaitable<void> work) {
        asio::co_spawn(loops[0], std::move(work), asio::use_future).get();
    }
    template <typename T>
    std::future<T> start(asio::awaitable<T> work, std::size_t loop = 0) {
        return asio::co_spawn(loops[loop % 2], std::move(work), asio::use_future);
    }

    asio::io_context loops[2] = {asio::io_context{1}, asio::io_context{1}};
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards{
        asio::make_work_guard(loops[0]), asio::make_work_guard(loops[1])};
    store::expiry_watch watch;
    store::attribute_indexes indexes;
    std::shared_ptr<store::reader> reader;
    std::unique_ptr<store::write_lanes> lanes;
    std::unique_ptr<store::entities> entities;
    std::unique_ptr<store::history> history;
    std::vector<std::thread> threads;
};

/// A vehicle with one number.
inline ngsild::entity make_vehicle(std::string id, int value) {
    ngsild::entity made;
    made.id = std::move(id);
    made.types = {vehicle};
    ngsild::attribute_instance instance;
    instance.value = value;
    made.attributes.push_back({speed, {instance}});
    return made;
}

inline ngsild::attribute_instance make_place(json geometry) {
    ngsild::attribute_instance instance;
    instance.kind = ngsild::attribute_kind::geo_property;
    instance.value = std::move(geometry);
    return instance;
}

/// Creates, or is refused where the Entity exists.
inline store::entity_change create(store::tenant_id tenant, const ngsild::entity& subject) {
    const auto apply = [subject](const ngsild::stored_entity* old,
                                 const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (old != nullptr)
            return problem(problem_kind::already_exists, "it is there");
        return ngsild::create_entity(subject, scope);
    };
    return store::entity_change(tenant, subject.id, apply);
}

/// Replaces, or creates.
inline store::entity_change upsert(store::tenant_id tenant, const ngsild::entity& subject) {
    const auto apply = [subject](const ngsild::stored_entity* old,
                                 const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (old == nullptr)
            return ngsild::create_entity(subject, scope);
        return ngsild::replace_entity(*old, subject, scope);
    };
    return store::entity_change(tenant, subject.id, apply);
}

inline store::entity_change remove(store::tenant_id tenant, const std::string& id) {
    const auto apply = [](const ngsild::stored_entity* old,
                          const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (old == nullptr)
            return problem(problem_kind::resource_not_found, "no such Entity");
        return ngsild::delete_entity(*old, scope);
    };
    return store::entity_change(tenant, id, apply);
}

inline int speed_of(const ngsild::document_view& document) {
    const ngsild::entity subject = ngsild::decode(document, names());
    return subject.attributes.at(0).instances.at(0).value.get<int>();
}

/// Adds one to the number, or creates the vehicle with 1: what loses an update loses a count.
inline store::entity_change count_up(store::tenant_id tenant, const std::string& id) {
    const auto apply = [id](const ngsild::stored_entity* old,
                            const ngsild::change_scope& scope) -> result<ngsild::change> {
        if (old == nullptr)
            return ngsild::create_entity(make_vehicle(id, 1), scope);
        return ngsild::replace_entity(*old, make_vehicle(id, speed_of(old->document) + 1), scope);
    };
    return store::entity_change(tenant, id, apply);
}

} // namespace meridian::test
