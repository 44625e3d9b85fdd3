#include "meridian/store/exports.hpp"

#include "meridian/store/dictionary.hpp"
#include "store/pg/pool.hpp"
#include "store/reads/aggregate_statements.hpp"
#include "store/reads/evolution_names.hpp"
#include "store/reads/history_export.hpp"
#include "store/reads/history_statements.hpp"
#include "store/reads/learn.hpp"
#include "store/reads/rolled.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <utility>

namespace meridian::store {

using clock_type = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds connect_patience{5};
constexpr std::int64_t heads_at_once = 100;
constexpr std::int64_t heads_in_order = 100'000; ///< all that store::history puts in order
constexpr std::size_t bytes_at_once = 500'000;   ///< of rows, as far as the last ones tell

problem unavailable(std::string why) {
    return problem(problem_kind::unavailable, std::move(why));
}

/// One of the exports that may be under way, and its connection. Made and destroyed on its loop.
class place {
public:
    explicit place(std::shared_ptr<reader> on, std::atomic<std::size_t>& counter,
                   std::shared_ptr<void> keeps)
        : on_(std::move(on)), counter_(counter), keeps_(std::move(keeps)) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        on_->close();
        counter_.fetch_sub(1);
    }
    [[nodiscard]] reader& on() noexcept { return *on_; }
    [[nodiscard]] const std::shared_ptr<reader>& shared_reader() const noexcept { return on_; }

private:
    std::shared_ptr<reader> on_;
    std::atomic<std::size_t>& counter_;
    std::shared_ptr<void> keeps_; ///< the counter
};

} // namespace

struct exports::shared : std::enable_shared_from_this<shared> {
    shared(database_options with, dictionary& known, std::shared_ptr<history_edges> where,
           export_limits most)
        : database(std::move(with)), names(known), edges(std::move(where)), limits(most) {
        database.read_connections = 1;
        database.idle_in_transaction_timeout = limits.pause;
    }

    /// A connection begins to open. Fails with unavailable where none is to be had.
    result<std::unique_ptr<place>> take(const asio::any_io_executor& executor) {
        const std::lock_guard locked(guard);
        if (closed)
            return unavailable("the broker stops");
        if (under_way.load() >= limits.at_once)
            return unavailable("as many exports as may be (max-exports) are under way");
        under_way.fetch_add(1);
        auto on = std::make_shared<reader>(executor, database, &names, when_lost::give_up);
        std::erase_if(readers, [](const auto& one) { return one.expired(); });
        readers.emplace_back(on);
        return std::make_unique<place>(std::move(on), under_way, shared_from_this());
    }

    database_options database;
    dictionary& names;
    std::shared_ptr<history_edges> edges;
    export_limits limits;
    std::atomic<std::size_t> under_way{0};
    std::mutex guard; ///< of what follows
    std::vector<std::weak_ptr<reader>> readers;
    bool closed = false;
};

namespace {

asio::awaitable<result<pg::result>> execute(reader& on, const pg::statement& what,
                                            const pg::parameters& with) {
    return on.pool().execute(what, with);
}

/// Reads heads by stretches, and the instances of each stretch through a cursor.
class cursor_export final : public evolution_export {
public:
    cursor_export(std::unique_ptr<place> at, std::shared_ptr<history_edges> edges, tenant_id tenant,
                  export_request wanted, clock_type::time_point until)
        : place_(std::move(at)), history_(place_->shared_reader(), std::move(edges)),
          tenant_(tenant), wanted_(std::move(wanted)), until_(until) {}

    /// Waits for the connection, and begins the snapshot.
    asio::awaitable<result<void>> begin() {
        auto connecting = place_->on().ready(connect_patience);
        MERIDIAN_CO_CHECK(co_await std::move(connecting));
        const pg::parameters none;
        MERIDIAN_CO_CHECK(co_await execute(place_->on(), begin_snapshot, none));
        co_return result<void>{};
    }

    /// Of this Entity alone. Gives whether there is anything of it.
    asio::awaitable<result<bool>> begin_with(std::string uri) {
        MERIDIAN_CO_CHECK(co_await begin());
        auto looking = history_.head(tenant_, std::move(uri));
        MERIDIAN_CO_TRY(auto found, co_await std::move(looking));
        ended_ = true; // no further Entity is looked for
        if (!found || !has_what_is_asked_for(*found))
            co_return false;
        MERIDIAN_CO_TRY(const bool recorded, co_await history_.has_instances(found->eid));
        heads_.push_back(std::move(*found));
        if (recorded)
            MERIDIAN_CO_CHECK(co_await open_cursor());
        co_return recorded;
    }

    asio::awaitable<result<std::vector<evolution>>> next() override {
        std::vector<evolution> part;
        while (part.empty()) {
            if (clock_type::now() > until_)
                co_return unavailable("the export takes longer than an export may");
            if (!is_open_ && ended_)
                break;
            if (!is_open_) {
                MERIDIAN_CO_CHECK(co_await read_heads());
                continue;
            }
            MERIDIAN_CO_TRY(part, co_await fetch_rows());
        }
        MERIDIAN_CO_CHECK(co_await learn_names(place_->on(), part, append_unknown));
        co_return part;
    }

    [[nodiscard]] bool more() const noexcept override { return more_; }
    [[nodiscard]] std::optional<std::int64_t> count() const noexcept override { return count_; }

private:
    [[nodiscard]] bool has_what_is_asked_for(const evolution& of) const {
        const auto& asked = wanted_.instances.attributes;
        return asked.empty() || std::ranges::any_of(of.attributes, [&](ngsild::name_id had) {
                   return std::ranges::find(asked, had) != asked.end();
               });
    }

    /// The next Entities; `ended_` where those are the last.
    asio::awaitable<result<void>> read_heads() {
        if (!wanted_.is_page) // stretches follow one another by eid alone
            wanted_.which.limit =
                wanted_.which.order.terms.empty() ? heads_at_once : heads_in_order;
        auto selecting = history_.select(tenant_, wanted_.which, wanted_.instances);
        MERIDIAN_CO_TRY(auto page, co_await std::move(selecting));
        if (wanted_.which.count)
            count_ = page.count;
        ended_ = wanted_.is_page || !page.more;
        more_ = wanted_.is_page && page.more;
        heads_ = std::move(page.evolutions);
        if (!heads_.empty())
            wanted_.which.after = heads_.back().eid;
        wanted_.which.count = false;
        wanted_.which.offset = 0;
        co_return co_await open_cursor();
    }

    [[nodiscard]] bool is_read(ngsild::name_id attribute) const {
        const auto& asked = wanted_.instances.attributes;
        if (!asked.empty() && std::ranges::find(asked, attribute) == asked.end())
            return false;
        if (wanted_.instances.aggregated && attribute == ngsild::scope_attribute)
            return false; // 4.5.19: Properties and Relationships are aggregated
        return std::ranges::find(wanted_.hidden, attribute) == wanted_.hidden.end();
    }

    asio::awaitable<result<void>> open_cursor() {
        instance_pairs read;
        for (const evolution& one : heads_)
            for (const ngsild::name_id attribute : one.attributes)
                if (is_read(attribute))
                    read.add(one, attribute);
        if (read.empty())
            co_return result<void>{};
        MERIDIAN_CO_CHECK(co_await refuse_gone(place_->on(), read, wanted_.instances));
        const composed_statement declaring = render_cursor(read, wanted_.instances);
        MERIDIAN_CO_CHECK(co_await execute(place_->on(), declaring.statement(), declaring.with()));
        is_open_ = true;
        at_ = 0;
        co_return result<void>{};
    }

    asio::awaitable<result<std::vector<evolution>>> fetch_rows() {
        const pg::parameters none;
        const fetch& step = fetches[step_];
        MERIDIAN_CO_TRY(pg::result found, co_await execute(place_->on(), step.what, none));
        if (found.size() < step.rows) {
            is_open_ = false;
            MERIDIAN_CO_CHECK(co_await execute(place_->on(), close_cursor, none));
        } else {
            choose_step(found.bytes() / step.rows);
        }
        co_return wanted_.instances.aggregated ? periods_of(found) : rows_of(std::move(found));
    }

    /// So many rows that they should not be too large; no sudden jump to more.
    void choose_step(std::size_t bytes_a_row) noexcept {
        std::size_t most = 0;
        while (most + 1 < fetches.size() && fetches[most + 1].rows * bytes_a_row <= bytes_at_once)
            ++most;
        step_ = std::min(most, step_ + 1);
    }

    /// Instances, which come in the order of the Entities.
    std::vector<evolution> rows_of(pg::result&& found) {
        const auto kept = std::make_shared<const pg::result>(std::move(found));
        std::vector<evolution> part;
        for (const pg::row row : *kept) {
            const std::int64_t eid = row.int8(instance_columns::eid);
            if (part.empty() || part.back().eid != eid) {
                while (heads_[at_].eid != eid)
                    ++at_;
                part.push_back(heads_[at_]);
                part.back().keeps.push_back(kept);
            }
            part.back().rows.push_back(read_answer(row));
        }
        return part;
    }

    std::vector<evolution> periods_of(const pg::result& found) {
        std::vector<evolution> part = heads_;
        distribute_aggregates(found, part, wanted_.instances,
                              std::numeric_limits<std::int64_t>::max());
        std::erase_if(part, [](const evolution& one) { return one.aggregated.empty(); });
        return part;
    }

    std::unique_ptr<place> place_;
    history history_; ///< of the same connection, and so of the same snapshot
    tenant_id tenant_;
    export_request wanted_;
    clock_type::time_point until_;
    std::optional<std::int64_t> count_;
    bool more_ = false;
    std::vector<evolution> heads_; ///< without rows: those that the cursor gives the instances of
    std::size_t at_ = 0;           ///< the one of them that is being read
    std::size_t step_ = 1;         ///< of `fetches`
    bool is_open_ = false;         ///< the cursor
    bool ended_ = false;           ///< there are no more heads
};

/// One that has a place, and has not begun.
template <typename Shared>
result<std::unique_ptr<cursor_export>> make_export(Shared& all, const asio::any_io_executor& on,
                                                   tenant_id tenant, export_request wanted) {
    MERIDIAN_CHECK(check_horizon(wanted.instances.interval, all.edges->horizon()));
    MERIDIAN_TRY(auto at, all.take(on));
    return std::make_unique<cursor_export>(std::move(at), all.edges, tenant, std::move(wanted),
                                           clock_type::now() + all.limits.longest);
}

} // namespace

exports::exports(database_options database, dictionary& names, std::shared_ptr<history_edges> edges,
                 export_limits limits)
    : shared_(std::make_shared<shared>(std::move(database), names, std::move(edges), limits)) {}

exports::~exports() = default;

asio::awaitable<result<std::unique_ptr<evolution_export>>> exports::open(tenant_id tenant,
                                                                         export_request wanted) {
    const auto executor = co_await asio::this_coro::executor;
    MERIDIAN_CO_TRY(auto made, make_export(*shared_, executor, tenant, std::move(wanted)));
    MERIDIAN_CO_CHECK(co_await made->begin());
    co_return std::unique_ptr<evolution_export>(std::move(made));
}

asio::awaitable<result<std::unique_ptr<evolution_export>>>
exports::open(tenant_id tenant, std::string uri, export_request wanted) {
    const auto executor = co_await asio::this_coro::executor;
    MERIDIAN_CO_TRY(auto made, make_export(*shared_, executor, tenant, std::move(wanted)));
    auto beginning = made->begin_with(std::move(uri));
    MERIDIAN_CO_TRY(const bool is_there, co_await std::move(beginning));
    if (!is_there)
        made.reset();
    co_return std::unique_ptr<evolution_export>(std::move(made));
}

void exports::close() {
    const std::lock_guard locked(shared_->guard);
    shared_->closed = true;
    for (const auto& each : shared_->readers)
        if (const auto open = each.lock())
            asio::post(open->executor(), [open] { open->close(); });
}

std::size_t exports::under_way() const noexcept {
    return shared_->under_way.load();
}

} // namespace meridian::store
