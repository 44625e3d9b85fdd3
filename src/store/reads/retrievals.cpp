#include "store/reads/retrievals.hpp"

#include "store/pg/pool.hpp"
#include "store/reads/rows_of.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>

namespace meridian::store {

const pg::statement retrieve_entities{"retrieve_entities", R"sql(
SELECT eid, uri, version, created_at, modified_at, doc
FROM entity
WHERE tenant_id = $1 AND uri = ANY($2) AND doc IS NOT NULL)sql"};

namespace {

template <typename Handler>
class coroutine_customer final : public retrievals::customer {
public:
    coroutine_customer(Handler handler, const asio::any_io_executor& fallback)
        : handler_(std::move(handler)),
          executor_(asio::get_associated_executor(handler_, fallback)) {}

    void complete(retrievals::outcome what) override {
        asio::post(executor_, [handler = std::move(handler_), what = std::move(what)]() mutable {
            std::move(handler)(std::move(what));
        });
    }

private:
    Handler handler_;
    asio::associated_executor_t<Handler, asio::any_io_executor> executor_;
};

} // namespace

asio::awaitable<result<pg::result>> select_by_uri(reader& from, tenant_id tenant,
                                                  const std::vector<std::string_view>& uris) {
    pg::parameters with;
    with.int4(tenant).text_array(uris);
    auto waiting = from.pool().execute(retrieve_entities, with);
    co_return co_await std::move(waiting);
}

asio::awaitable<retrievals::outcome> retrievals::retrieve(tenant_id tenant, std::string uri) {
    const auto self = shared_from_this();
    auto initiation = [this, tenant, &uri](auto&& handler) {
        using handler_type = std::decay_t<decltype(handler)>;
        request made;
        made.uri = std::move(uri);
        made.who = std::make_unique<coroutine_customer<handler_type>>(
            std::forward<decltype(handler)>(handler), reader_->executor());
        add(tenant, std::move(made));
    };
    auto waiting = asio::async_initiate<const asio::use_awaitable_t<>, void(outcome)>(
        std::move(initiation), asio::use_awaitable);
    co_return co_await std::move(waiting);
}

void retrievals::add(tenant_id tenant, request what) {
    queue& of = queues_[tenant];
    of.waiting.push_back(std::move(what));
    if (of.travels)
        return;
    of.travels = true;
    asio::co_spawn(reader_->executor(), carry(shared_from_this(), tenant), asio::detached);
}

asio::awaitable<void> retrievals::carry(std::shared_ptr<retrievals> self, tenant_id tenant) {
    while (!self->queues_[tenant].waiting.empty()) {
        std::vector<request>& waiting = self->queues_[tenant].waiting;
        const auto count = static_cast<std::ptrdiff_t>(std::min(waiting.size(), most_together));
        std::vector<request> taken(std::make_move_iterator(waiting.begin()),
                                   std::make_move_iterator(waiting.begin() + count));
        waiting.erase(waiting.begin(), waiting.begin() + count);
        std::vector<std::string_view> uris;
        for (const request& one : taken)
            uris.push_back(one.uri);
        auto found = co_await select_by_uri(*self->reader_, tenant, uris);
        answer(taken, std::move(found));
    }
    self->queues_.erase(tenant);
}

void retrievals::answer(std::vector<request>& asked, result<pg::result> found) {
    if (!found) {
        for (request& one : asked)
            one.who->complete(found.error());
        return;
    }
    const auto rows = std::make_shared<const pg::result>(std::move(*found));
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t at = 0; at < rows->size(); ++at)
        places.emplace((*rows)[at].text(1), at);
    const auto now =
        std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    for (request& one : asked) {
        const auto place = places.find(one.uri);
        if (place == places.end()) {
            one.who->complete(std::optional<entity_row>{});
            continue;
        }
        auto row = read_entity(rows, place->second);
        if (!row)
            one.who->complete(row.error());
        else if (is_expired(*row, now))
            one.who->complete(std::optional<entity_row>{});
        else
            one.who->complete(std::optional<entity_row>{std::move(*row)});
    }
}

} // namespace meridian::store
