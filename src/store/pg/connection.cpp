#include "store/pg/connection.hpp"

#include "meridian/base/await.hpp"
#include "meridian/base/log.hpp"
#include "store/pg/conninfo.hpp"
#include "store/pg/sqlstate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace meridian::store::pg {
namespace {

/// A step whose statement and parameters belong to somebody else.
struct borrowed_step {
    const statement& what;
    const parameters& with;
};

/// Hands an outcome to a completion handler, never from within the call that submitted the unit.
template <typename Handler>
class handler_waiter final : public waiter {
public:
    handler_waiter(Handler handler, const asio::any_io_executor& fallback)
        : handler_(std::move(handler)),
          executor_(asio::get_associated_executor(handler_, fallback)) {}

    void complete(outcome what) override {
        asio::post(executor_, [handler = std::move(handler_), what = std::move(what)]() mutable {
            std::move(handler)(std::move(what));
        });
    }

private:
    Handler handler_;
    asio::associated_executor_t<Handler, asio::any_io_executor> executor_;
};

/// Plans are made once a connection: our statements have one good plan each
/// (tests/store/plans_test), and left to itself the server plans those over unnest(…) anew each
/// time, since it takes arrays it does not know for ten rows (a temporal retrieve: 343 µs of CPU
/// against 76). A plan that is kept must not read a table from end to end because it was made while
/// that was empty: hence no sequential scans. Joins look each
/// entity up once, so that remembering (Memoize) costs a list a tenth and never pays.
std::string session_options(const connection_options& options) {
    return fmt::format("-c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off "
                       "-c enable_memoize=off -c random_page_cost=1.1 "
                       "-c search_path=public -c TimeZone=UTC -c client_min_messages=warning "
                       "-c statement_timeout={} -c idle_in_transaction_session_timeout={}",
                       options.statement_timeout.count(),
                       options.idle_in_transaction_timeout.count());
}

problem unavailable(std::string why) {
    return problem(problem_kind::unavailable, std::move(why));
}

/// libpq's messages end with a newline and may have several lines.
std::string message_of(const PGconn* from) {
    std::string text = PQerrorMessage(from);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    return text;
}

void ignore_notice(void*, const char*) {}

} // namespace

std::shared_ptr<connection> connection::open(asio::any_io_executor executor,
                                             connection_options options) {
    std::shared_ptr<connection> made(new connection(std::move(executor), std::move(options)));
    asio::co_spawn(made->executor_, live(made), asio::detached);
    return made;
}

connection::connection(asio::any_io_executor executor, connection_options options)
    : executor_(std::move(executor)), options_(std::move(options)),
      changed_(executor_, asio::steady_timer::time_point::max()) {}

connection::~connection() = default;

asio::awaitable<meridian::result<void>> connection::ready(std::chrono::milliseconds deadline) {
    const auto self = shared_from_this();
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (!ready_ && !closed_) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= until)
            co_return unavailable("the database cannot be reached: " + last_error_);
        auto change = changed_.async_wait(base::await);
        (void)co_await base::within(until - now, std::move(change));
    }
    if (closed_)
        co_return unavailable("the connection to the database is closed");
    co_return meridian::result<void>{};
}

asio::awaitable<meridian::result<pg::result>> connection::execute(const statement& what,
                                                                  const parameters& with) {
    const auto self = shared_from_this();
    const std::array<borrowed_step, 1> one{borrowed_step{what, with}};
    auto answer = submit_and_wait(one);
    outcome done = co_await std::move(answer);
    if (done.failed)
        co_return std::move(done.failed->what);
    co_return std::move(done.results.front());
}

asio::awaitable<outcome> connection::run(const unit& work) {
    const auto self = shared_from_this();
    auto answer = submit_and_wait(work.steps());
    co_return co_await std::move(answer);
}

template <typename Steps>
asio::awaitable<outcome> connection::submit_and_wait(const Steps& steps) {
    auto initiation = [this, &steps](auto&& handler) {
        using handler_type = std::decay_t<decltype(handler)>;
        std::unique_ptr<waiter> waiting = std::make_unique<handler_waiter<handler_type>>(
            std::forward<decltype(handler)>(handler), executor_);
        if (!submit(steps, waiting))
            waiting->complete(not_sent());
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(outcome)>(std::move(initiation),
                                                                              asio::use_awaitable);
}

outcome connection::not_sent() const {
    outcome nothing;
    const char* why = ready_ ? "too much waits for the database" : "the database cannot be reached";
    nothing.failed.emplace(unavailable(why), std::string(connection_failure), 0, fate::not_sent);
    return nothing;
}

template <typename Steps>
bool connection::submit(const Steps& steps, std::unique_ptr<waiter>& waiting) {
    if (!ready_ || pipeline_.size() >= options_.depth)
        return false;
    for (const auto& step : steps) {
        if (!send_prepare(step.what, step.with)) {
            lose(message_of(libpq_.get()));
            return false;
        }
    }
    pipeline_.expect(std::move(waiting), steps.size());
    bool sent = true;
    for (const auto& step : steps) {
        const parameters::pointers raw = step.with.for_libpq();
        sent = sent && PQsendQueryPrepared(libpq_.get(), step.what.name, raw.count, raw.values,
                                           raw.lengths, raw.formats, 1) == 1;
    }
    if (!sent || PQpipelineSync(libpq_.get()) != 1 || !flush())
        lose(message_of(libpq_.get()));
    return true;
}

// A Parse goes ahead of the unit that needs it, with a Sync of its own: a unit that fails must not
// take it along, since the name counts as prepared from here on.
bool connection::send_prepare(const statement& what, const parameters& with) {
    if (prepared_.contains(what.name))
        return true;
    const parameters::pointers raw = with.for_libpq();
    if (PQsendPrepare(libpq_.get(), what.name, what.text, raw.count, raw.types) != 1 ||
        PQpipelineSync(libpq_.get()) != 1)
        return false;
    prepared_.insert(what.name);
    pipeline_.expect_prepare(what.name);
    return true;
}

bool connection::flush() {
    const int left = PQflush(libpq_.get());
    if (left == 1)
        wait_writable();
    return left >= 0;
}

void connection::wait_writable() {
    if (waits_writable_)
        return;
    waits_writable_ = true;
    socket_->async_wait(asio::posix::stream_descriptor::wait_write,
                        [self = shared_from_this()](const boost::system::error_code& error) {
                            if (error) // the socket was closed: `lose` has reset the flag
                                return;
                            self->waits_writable_ = false;
                            // libpq reads while it cannot write: results may wait in its buffer.
                            if (!self->flush())
                                self->lose(message_of(self->libpq_.get()));
                            else
                                (void)self->drain();
                        });
}

bool connection::drain() {
    int ends = 0; // two ends in a row come from a broken connection only
    while (ready_ && !pipeline_.is_idle() && PQisBusy(libpq_.get()) == 0) {
        PGresult* next = PQgetResult(libpq_.get());
        ends = next == nullptr ? ends + 1 : 0;
        if (ends > 2)
            break;
        pipeline_.accept(next);
    }
    for (const std::string& name : pipeline_.take_refused())
        prepared_.erase(name);
    for (auto& [who, what] : pipeline_.take_completed())
        who->complete(std::move(what));
    if (ready_ && (ends > 2 || PQstatus(libpq_.get()) == CONNECTION_BAD))
        lose(message_of(libpq_.get()));
    return ready_;
}

void connection::lose(std::string_view why) noexcept {
    if (!ready_)
        return;
    ready_ = false;
    waits_writable_ = false;
    last_error_ = why;
    boost::system::error_code ignored;
    socket_->close(ignored);
    prepared_.clear();
    pipeline_.break_off(last_error_);
    (void)pipeline_.take_refused();
    for (auto& [who, what] : pipeline_.take_completed())
        who->complete(std::move(what));
}

void connection::close() noexcept {
    closed_ = true;
    lose("closed");
    changed_.cancel();
    if (socket_) {
        boost::system::error_code ignored;
        socket_->close(ignored);
    }
}

asio::awaitable<void> connection::live(std::shared_ptr<connection> self) {
    auto backoff = self->options_.first_backoff;
    while (!self->closed_) {
        auto attempt = self->establish();
        auto up = co_await base::within(self->options_.connect_timeout, std::move(attempt));
        if (self->closed_)
            break;
        if (up && *up) {
            backoff = self->options_.first_backoff;
            self->ready_ = true;
            self->changed_.cancel();
            self->warm_up();
            co_await self->read_until_lost();
            if (!self->options_.reconnects)
                self->closed_ = true;
            if (!self->closed_)
                spdlog::warn("lost the connection to the database: {}", self->last_error_);
            continue;
        }
        self->last_error_ = up ? up->error().detail() : "no answer in time";
        spdlog::debug("cannot connect to the database: {}", self->last_error_);
        // close() cancels `changed_` and so ends the pause.
        auto closing = self->changed_.async_wait(base::await);
        (void)co_await base::within(backoff, std::move(closing));
        backoff = std::min(backoff * 2, self->options_.longest_backoff);
    }
    self->socket_.reset();
    self->libpq_.reset();
}

asio::awaitable<meridian::result<void>> connection::establish() {
    MERIDIAN_CO_TRY(
        const auto keywords,
        expand_conninfo(options_.conninfo, session_options(options_), options_.application_name));
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : keywords) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    socket_.reset();
    libpq_.reset(PQconnectStartParams(names.data(), values.data(), 0));
    if (!libpq_ || PQstatus(libpq_.get()) == CONNECTION_BAD)
        co_return unavailable(libpq_ ? message_of(libpq_.get()) : "out of memory");
    PQsetNoticeProcessor(libpq_.get(), &ignore_notice, nullptr);
    MERIDIAN_CO_CHECK(co_await handshake());
    if (PQsetnonblocking(libpq_.get(), 1) != 0 || PQenterPipelineMode(libpq_.get()) != 1)
        co_return unavailable(message_of(libpq_.get()));
    co_return meridian::result<void>{};
}

asio::awaitable<meridian::result<void>> connection::handshake() {
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        // libpq may change its socket between two polls (several hosts, TLS refused).
        socket_ = std::make_unique<asio::posix::stream_descriptor>(executor_,
                                                                   ::dup(PQsocket(libpq_.get())));
        const auto direction = next == PGRES_POLLING_READING
                                   ? asio::posix::stream_descriptor::wait_read
                                   : asio::posix::stream_descriptor::wait_write;
        const auto [error] = co_await socket_->async_wait(direction, base::await);
        if (error)
            co_return unavailable(error.message());
        next = PQconnectPoll(libpq_.get());
        if (next == PGRES_POLLING_FAILED)
            co_return unavailable(message_of(libpq_.get()));
    }
    socket_ =
        std::make_unique<asio::posix::stream_descriptor>(executor_, ::dup(PQsocket(libpq_.get())));
    co_return meridian::result<void>{};
}

asio::awaitable<void> connection::read_until_lost() {
    while (ready_) {
        const auto [error] =
            co_await socket_->async_wait(asio::posix::stream_descriptor::wait_read, base::await);
        if (!ready_)
            break;
        if (error || PQconsumeInput(libpq_.get()) != 1)
            lose(error ? error.message() : message_of(libpq_.get()));
        else
            (void)drain();
    }
}

// PostGIS is a library that each backend loads at its first use; the outcome does not matter.
void connection::warm_up() {
    class nobody final : public waiter {
        void complete(outcome) override {}
    };
    if (!options_.warm_up)
        return;
    static constexpr statement load{
        "warm_up",
        "SELECT ST_Distance(ST_MakePoint(0, 0)::geography, ST_MakePoint(1, 1)::geography)"};
    const parameters none;
    const std::array<borrowed_step, 1> one{borrowed_step{load, none}};
    std::unique_ptr<waiter> waiting = std::make_unique<nobody>();
    (void)submit(one, waiting);
}

} // namespace meridian::store::pg
