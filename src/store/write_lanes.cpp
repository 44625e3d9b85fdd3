#include "meridian/store/write_lanes.hpp"

#include "store/lanes/lane.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <unordered_map>

namespace meridian::store {
namespace {

constexpr std::size_t batch_chunk = 500;

/// Resumes the coroutine that waits, on its own executor.
template <typename Handler>
class coroutine_customer final : public customer {
public:
    coroutine_customer(Handler handler, const asio::any_io_executor& fallback)
        : handler_(std::move(handler)),
          guard_(asio::make_work_guard(asio::get_associated_executor(handler_, fallback))) {}

    void complete(answers given) override {
        asio::post(guard_.get_executor(),
                   [handler = std::move(handler_), given = std::move(given)]() mutable {
                       std::move(handler)(std::move(given));
                   });
        guard_.reset();
    }

private:
    Handler handler_;
    asio::executor_work_guard<asio::associated_executor_t<Handler, asio::any_io_executor>> guard_;
};

asio::awaitable<answers> submit(std::shared_ptr<lane> to, order what) {
    auto initiation = [&to, &what](auto&& handler) {
        using handler_type = std::decay_t<decltype(handler)>;
        what.who = std::make_unique<coroutine_customer<handler_type>>(
            std::forward<decltype(handler)>(handler), to->executor());
        to->submit(std::move(what));
    };
    auto waiting = asio::async_initiate<const asio::use_awaitable_t<>, void(answers)>(
        std::move(initiation), asio::use_awaitable);
    co_return co_await std::move(waiting);
}

/// A part of a batch request on its way: which lane, and where its answers belong.
struct chunk {
    std::shared_ptr<lane> to;
    std::vector<std::size_t> places;
    order what;
};

/// The answers of all parts of a batch request, which come from several lanes' threads.
struct gathering {
    explicit gathering(std::size_t changes, std::size_t chunks)
        : collected(changes), left(chunks) {}
    std::vector<std::optional<result<committed>>> collected; ///< each place has one writer
    std::atomic<std::size_t> left;
    std::unique_ptr<customer> who;

    void finish_one() {
        if (left.fetch_sub(1) != 1)
            return;
        answers given;
        for (auto& one : collected)
            given.push_back(std::move(*one));
        who->complete(std::move(given));
    }
};

class chunk_customer final : public customer {
public:
    chunk_customer(std::shared_ptr<gathering> to, std::vector<std::size_t> places)
        : to_(std::move(to)), places_(std::move(places)) {}
    void complete(answers given) override {
        for (std::size_t at = 0; at < places_.size(); ++at)
            to_->collected[places_[at]].emplace(std::move(given[at]));
        to_->finish_one();
    }

private:
    std::shared_ptr<gathering> to_;
    std::vector<std::size_t> places_;
};

asio::awaitable<answers> gather(std::vector<chunk> chunks, std::size_t changes,
                                asio::any_io_executor fallback) {
    auto initiation = [&chunks, changes, &fallback](auto&& handler) {
        using handler_type = std::decay_t<decltype(handler)>;
        auto all = std::make_shared<gathering>(changes, chunks.size());
        all->who = std::make_unique<coroutine_customer<handler_type>>(
            std::forward<decltype(handler)>(handler), fallback);
        for (chunk& one : chunks) {
            one.what.who = std::make_unique<chunk_customer>(all, std::move(one.places));
            one.to->submit(std::move(one.what));
        }
    };
    auto waiting = asio::async_initiate<const asio::use_awaitable_t<>, void(answers)>(
        std::move(initiation), asio::use_awaitable);
    co_return co_await std::move(waiting);
}

std::size_t hash_of(tenant_id tenant, std::string_view uri) noexcept {
    return std::hash<std::string_view>()(uri) ^ (static_cast<std::size_t>(tenant) * 0x9E3779B9U);
}

} // namespace

struct write_lanes::shared {
    std::vector<std::shared_ptr<lane>> lanes;
    std::chrono::milliseconds patience;

    [[nodiscard]] std::size_t lane_of(const entity_change& change) const noexcept {
        return hash_of(change.tenant, change.entity_id) % lanes.size();
    }
    [[nodiscard]] order make_order() const {
        order made;
        made.deadline = std::chrono::steady_clock::now() + patience;
        return made;
    }
};

write_lanes::write_lanes(std::vector<asio::any_io_executor> loops, const database_options& options,
                         const ngsild::names& dictionary, expiry_watch& watch,
                         attribute_indexes& indexes, lane_hooks hooks)
    : shared_(std::make_shared<shared>()) {
    const auto around = std::make_shared<const lane_surroundings>(
        lane_surroundings{dictionary, watch, indexes, std::move(hooks), options});
    shared_->patience = options.write_patience;
    for (std::size_t number = 0; number < std::max<std::size_t>(options.lanes, 1); ++number)
        shared_->lanes.push_back(lane::create(loops[number % loops.size()], around));
}

write_lanes::~write_lanes() {
    for (const auto& one : shared_->lanes)
        asio::post(one->executor(), [one] { one->close(); });
}

asio::awaitable<result<void>> write_lanes::ready(std::chrono::milliseconds deadline) {
    for (const auto& one : shared_->lanes) {
        auto waiting = asio::co_spawn(one->executor(), one->ready(deadline), asio::use_awaitable);
        MERIDIAN_CO_CHECK(co_await std::move(waiting));
    }
    co_return result<void>{};
}

asio::awaitable<result<committed>> write_lanes::commit(entity_change what) {
    std::shared_ptr<lane> to = shared_->lanes[shared_->lane_of(what)];
    order one = shared_->make_order();
    one.changes.push_back(std::move(what));
    answers given = co_await submit(std::move(to), std::move(one));
    co_return std::move(given.front());
}

asio::awaitable<std::vector<result<committed>>>
write_lanes::commit_batch(std::vector<entity_change> what) {
    const std::shared_ptr<shared> all = shared_;
    std::vector<chunk> chunks;
    std::unordered_map<lane*, std::size_t> filling; // a lane's last chunk
    for (std::size_t place = 0; place < what.size(); ++place) {
        const std::shared_ptr<lane>& to = all->lanes[all->lane_of(what[place])];
        const auto [current, is_first] = filling.try_emplace(to.get(), chunks.size());
        if (is_first || chunks[current->second].places.size() == batch_chunk) {
            current->second = chunks.size();
            chunk& added = chunks.emplace_back();
            added.to = to;
            added.what = all->make_order();
            added.what.is_batch = true;
        }
        chunk& into = chunks[current->second];
        into.places.push_back(place);
        into.what.changes.push_back(std::move(what[place]));
    }
    if (chunks.empty())
        co_return answers{};
    auto waiting = gather(std::move(chunks), what.size(), co_await asio::this_coro::executor);
    co_return co_await std::move(waiting);
}

asio::awaitable<void> write_lanes::drain() {
    const std::shared_ptr<shared> all = shared_;
    for (const auto& one : all->lanes) {
        auto waiting = asio::co_spawn(one->executor(), one->drain(), asio::use_awaitable);
        co_await std::move(waiting);
    }
}

} // namespace meridian::store
