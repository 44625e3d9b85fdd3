#include "meridian/store/receipts.hpp"

#include "store/blocking/run.hpp"

#include <openssl/evp.h>

#include <array>
#include <fmt/format.h>

namespace meridian::store {
namespace {

/// SHA-256 as bytea's hex text.
std::string digest_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
    std::string out = "\\x";
    for (unsigned int at = 0; at < size; ++at)
        fmt::format_to(std::back_inserter(out), "{:02x}", bytes[at]);
    return out;
}

/// $1 scope, $2 key, $3 payload; $4 lifetime and $5 patience in seconds. One row for the owner.
constexpr const char* begin_receipt = R"sql(
    INSERT INTO receipt AS r (scope, key, payload) VALUES ($1, $2, $3::bytea)
    ON CONFLICT (scope, key) DO UPDATE
    SET payload = excluded.payload, started_at = now(), answer = NULL
    WHERE r.started_at < now() - make_interval(secs => $4)
       OR (r.answer IS NULL AND r.payload = excluded.payload
           AND r.started_at < now() - make_interval(secs => $5))
    RETURNING id
    )sql";

constexpr const char* find_receipt = R"sql(
    SELECT id, payload = $3::bytea, answer FROM receipt WHERE scope = $1 AND key = $2
    )sql";

std::int64_t seconds_of(std::chrono::seconds time) {
    return time.count();
}

} // namespace

asio::awaitable<result<receipts::receipt>> receipts::begin(std::string scope, std::string key,
                                                           std::string_view payload) {
    auto work = [scope = std::move(scope), key = std::move(key),
                 payload = digest_of(payload)](pqxx::connection& connection) -> result<receipt> {
        pqxx::work transaction(connection);
        const pqxx::result begun = transaction.exec_params(
            begin_receipt, scope, key, payload, seconds_of(lifetime), seconds_of(patience));
        if (!begun.empty()) {
            transaction.commit();
            return receipt(state::begun, begun[0][0].as<std::int64_t>(), "");
        }
        const pqxx::result found = transaction.exec_params(find_receipt, scope, key, payload);
        if (found.empty()) // given up between the two statements
            return receipt(state::in_progress, 0, "");
        const auto id = found[0][0].as<std::int64_t>();
        if (!found[0][1].as<bool>())
            return receipt(state::other, id, "");
        if (found[0][2].is_null())
            return receipt(state::in_progress, id, "");
        return receipt(state::answered, id, found[0][2].as<std::string>());
    };
    auto answer = blocking::run(pool_, std::move(work));
    co_return co_await std::move(answer);
}

asio::awaitable<result<void>> receipts::finish(std::int64_t id, std::string answer) {
    auto work = [id, answer = std::move(answer)](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        transaction.exec_params("UPDATE receipt SET answer = $2 WHERE id = $1 AND answer IS NULL",
                                id, answer);
        transaction.commit();
        return {};
    };
    auto done = blocking::run(pool_, std::move(work));
    co_return co_await std::move(done);
}

asio::awaitable<result<void>> receipts::give_up(std::int64_t id) {
    auto work = [id](pqxx::connection& connection) -> result<void> {
        pqxx::work transaction(connection);
        transaction.exec_params("DELETE FROM receipt WHERE id = $1 AND answer IS NULL", id);
        transaction.commit();
        return {};
    };
    auto done = blocking::run(pool_, std::move(work));
    co_return co_await std::move(done);
}

asio::awaitable<result<std::int64_t>> receipts::sweep() {
    auto work = [](pqxx::connection& connection) -> result<std::int64_t> {
        pqxx::work transaction(connection);
        const auto gone = transaction
                              .exec_params("DELETE FROM receipt WHERE started_at < now() - "
                                           "make_interval(secs => $1)",
                                           seconds_of(lifetime))
                              .affected_rows();
        transaction.commit();
        return static_cast<std::int64_t>(gone);
    };
    auto done = blocking::run(pool_, std::move(work));
    co_return co_await std::move(done);
}

} // namespace meridian::store
