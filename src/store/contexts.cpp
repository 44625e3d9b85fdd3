#include "meridian/store/contexts.hpp"

#include "store/blocking/columns.hpp"
#include "store/blocking/run.hpp"

#include <fmt/format.h>

namespace meridian::store {
namespace {

constexpr const char* name_of(context_kind kind) noexcept {
    switch (kind) {
    case context_kind::hosted:
        return "Hosted";
    case context_kind::implicitly_created:
        return "ImplicitlyCreated";
    default:
        return "Cached";
    }
}

context_kind to_kind(const std::string& name) noexcept {
    if (name == "Hosted")
        return context_kind::hosted;
    return name == "Cached" ? context_kind::cached : context_kind::implicitly_created;
}

std::string columns(const char* body) {
    using blocking::micros;
    return fmt::format("url, kind, {}, {}, {}, {}, etag, {}, uses", body, micros("created_at"),
                       micros("fetched_at"), micros("expires_at"), micros("last_used"));
}

stored_context to_context(const pqxx::row& row) {
    stored_context found;
    found.url = row[0].as<std::string>();
    found.kind = to_kind(row[1].as<std::string>());
    found.body = row[2].as<std::string>();
    found.created_at = blocking::to_timestamp(row[3]);
    found.fetched_at = blocking::to_timestamp(row[4]);
    found.expires_at = blocking::to_optional_timestamp(row[5]);
    found.etag = row[6].as<std::string>();
    found.last_used = blocking::to_optional_timestamp(row[7]);
    found.uses = row[8].as<std::int64_t>();
    return found;
}

} // namespace

asio::awaitable<result<std::optional<stored_context>>> contexts::find(std::string url) {
    auto work = [url = std::move(url)](
                    pqxx::connection& connection) -> result<std::optional<stored_context>> {
        const pqxx::result rows =
            pqxx::nontransaction(connection)
                .exec_params("SELECT " + columns("body") + " FROM context WHERE url = $1", url);
        if (rows.empty())
            return std::optional<stored_context>{};
        return std::optional(to_context(rows[0]));
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<void>> contexts::put(stored_context what) {
    auto work = [what = std::move(what)](pqxx::connection& connection) -> result<void> {
        const blocking::moment_parameter expires_at(what.expires_at);
        pqxx::work transaction(connection);
        transaction.exec_params(R"sql(
            INSERT INTO context (url, kind, body, expires_at, etag)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (url) DO UPDATE
            SET kind = excluded.kind, body = excluded.body, expires_at = excluded.expires_at,
                etag = excluded.etag, fetched_at = now()
            )sql",
                                what.url, name_of(what.kind), what.body, expires_at.get(),
                                what.etag);
        transaction.commit();
        return {};
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<std::vector<stored_context>>>
contexts::list(std::optional<context_kind> kind, bodies with) {
    auto work = [kind, with](pqxx::connection& connection) -> result<std::vector<stored_context>> {
        const pqxx::result rows =
            pqxx::nontransaction(connection)
                .exec_params("SELECT " + columns(with == bodies::yes ? "body" : "''") +
                                 " FROM context WHERE $1::text IS NULL OR kind = $1 ORDER BY id",
                             kind ? name_of(*kind) : nullptr);
        std::vector<stored_context> all;
        for (const pqxx::row& row : rows)
            all.push_back(to_context(row));
        return all;
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<bool>> contexts::remove(std::string url) {
    auto work = [url = std::move(url)](pqxx::connection& connection) -> result<bool> {
        pqxx::work transaction(connection);
        const auto removed =
            transaction.exec_params("DELETE FROM context WHERE url = $1", url).affected_rows();
        transaction.commit();
        return removed > 0;
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<void>> contexts::count_uses(std::string url, std::int64_t uses) {
    auto work = [url = std::move(url), uses](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        transaction.exec_params(
            "UPDATE context SET uses = uses + $2, last_used = now() WHERE url = $1", url, uses);
        transaction.commit();
        return {};
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

} // namespace meridian::store
