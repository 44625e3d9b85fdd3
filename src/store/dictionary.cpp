#include "meridian/store/dictionary.hpp"

#include "store/blocking/run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

namespace meridian::store {
namespace {

using rows_of_names = std::vector<std::pair<ngsild::name_id, std::string>>;

constexpr std::size_t first_slots = 1'024;

/// New names and their count for the tenant, in one statement; identity values are not burnt for
/// names that are there already. The count includes what is added now.
constexpr const char* insert_names = R"sql(
    WITH missing AS (
      SELECT DISTINCT n FROM unnest($2::text[]) n
      WHERE NOT EXISTS (SELECT 1 FROM iri WHERE iri.iri = n)
      ORDER BY n),
    added AS (
      INSERT INTO iri (iri) SELECT n FROM missing ORDER BY n
      ON CONFLICT (iri) DO NOTHING
      RETURNING id)
    UPDATE tenant SET new_names = new_names + (SELECT count(*) FROM added)::int
    WHERE id = $1 AND EXISTS (SELECT 1 FROM added)
    RETURNING new_names
)sql";

rows_of_names to_rows(const pqxx::result& from) {
    rows_of_names rows;
    for (const pqxx::row& row : from)
        rows.emplace_back(row[0].as<ngsild::name_id>(), row[1].as<std::string>());
    return rows;
}

result<rows_of_names> select_names(pqxx::connection& connection,
                                   const std::vector<std::string>& iris) {
    return to_rows(pqxx::nontransaction(connection)
                       .exec_params("SELECT id, iri FROM iri WHERE iri = ANY($1::text[])",
                                    blocking::to_array(iris)));
}

result<rows_of_names> add_names(pqxx::connection& connection, tenant_id tenant,
                                const std::vector<std::string>& iris, std::size_t limit) {
    pqxx::work transaction(connection);
    const pqxx::result counted =
        transaction.exec_params(insert_names, tenant, blocking::to_array(iris));
    // CHOICE: the standard has no error for this limit; TooComplexQuery is its 403.
    if (!counted.empty() && counted[0][0].as<std::size_t>() > limit)
        return problem(problem_kind::too_complex_query,
                       fmt::format("the tenant has used its {} new type, attribute and dataset "
                                   "names",
                                   limit));
    transaction.commit();
    return select_names(connection, iris);
}

} // namespace

dictionary::dictionary(blocking_pool& pool, const dictionary_limits& limits)
    : pool_(pool), limits_(limits), by_id_(chunks) {
    tables_.push_back(std::make_unique<table>(first_slots));
    current_.store(tables_.back().get());
}

dictionary::~dictionary() = default;

const dictionary::entry* dictionary::table::find(std::size_t hash,
                                                 std::string_view iri) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        const entry* here = slots_[at].load(std::memory_order_acquire);
        if (here == nullptr || (here->hash == hash && here->iri == iri))
            return here;
    }
}

void dictionary::table::insert(const entry* added) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = added->hash & mask;
    while (slots_[at].load(std::memory_order_relaxed) != nullptr)
        at = (at + 1) & mask;
    slots_[at].store(added, std::memory_order_release);
}

ngsild::name_id dictionary::find(std::string_view iri) const noexcept {
    const entry* found =
        current_.load(std::memory_order_acquire)->find(std::hash<std::string_view>{}(iri), iri);
    return found != nullptr ? found->id : 0;
}

std::string_view dictionary::iri(ngsild::name_id id) const noexcept {
    const auto number = static_cast<std::size_t>(id);
    if (id <= 0 || number / chunk_size >= chunks)
        return {};
    const chunk* const part = by_id_[number / chunk_size].load(std::memory_order_acquire);
    if (part == nullptr)
        return {};
    const entry* found = (*part)[number % chunk_size].load(std::memory_order_acquire);
    return found != nullptr ? std::string_view(found->iri) : std::string_view();
}

void dictionary::remember(ngsild::name_id id, std::string_view iri) {
    const auto number = static_cast<std::size_t>(id);
    if (id <= 0 || number / chunk_size >= chunks || !this->iri(id).empty())
        return;
    const entry& added =
        entries_.emplace_back(entry{std::hash<std::string_view>{}(iri), id, std::string(iri)});
    auto& part = by_id_[number / chunk_size];
    if (part.load(std::memory_order_relaxed) == nullptr) {
        owned_chunks_.push_back(std::make_unique<chunk>());
        part.store(owned_chunks_.back().get(), std::memory_order_release);
    }
    // By number first: who finds a name's number may ask for its name at once.
    (*part.load(std::memory_order_relaxed))[number % chunk_size].store(&added,
                                                                       std::memory_order_release);
    table* current = tables_.back().get();
    if (entries_.size() * 2 > current->slots_.size()) {
        auto larger = std::make_unique<table>(current->slots_.size() * 2);
        for (const entry& known : entries_)
            larger->insert(&known);
        tables_.push_back(std::move(larger));
        current_.store(tables_.back().get(), std::memory_order_release);
    } else {
        current->insert(&added);
    }
    size_.store(entries_.size(), std::memory_order_relaxed);
}

void dictionary::remember_all(const rows_of_names& rows) {
    const std::lock_guard lock(writing_);
    for (const auto& [id, iri] : rows)
        remember(id, iri);
}

std::vector<std::string> dictionary::unknown(std::vector<std::string> iris) const {
    std::erase_if(iris, [this](const std::string& iri) { return find(iri) != 0; });
    return iris;
}

result<void> dictionary::load() {
    auto work =
        [limit = limits_.loaded_at_start](pqxx::connection& connection) -> result<rows_of_names> {
        return to_rows(pqxx::nontransaction(connection)
                           .exec_params("SELECT id, iri FROM iri ORDER BY id LIMIT $1", limit));
    };
    MERIDIAN_TRY(const rows_of_names rows, blocking::run_and_wait(pool_, std::move(work)));
    remember_all(rows);
    return {};
}

asio::awaitable<result<void>> dictionary::resolve(tenant_id tenant, std::vector<std::string> iris) {
    std::vector<std::string> missing = unknown(std::move(iris));
    if (missing.empty())
        co_return result<void>{};
    for (const std::string& iri : missing) {
        if (iri.empty() || iri.size() > limits_.bytes_of_a_name)
            co_return problem(problem_kind::bad_request_data,
                              fmt::format("a name has 1 to {} bytes: '{}…'",
                                          limits_.bytes_of_a_name, iri.substr(0, 64)));
    }
    auto work = [tenant, missing = std::move(missing),
                 limit = limits_.new_names_of_a_tenant](pqxx::connection& connection) {
        return add_names(connection, tenant, missing, limit);
    };
    auto answer = blocking::run(pool_, std::move(work));
    MERIDIAN_CO_TRY(const rows_of_names rows, co_await std::move(answer));
    remember_all(rows);
    co_return result<void>{};
}

asio::awaitable<result<void>> dictionary::look_up(std::vector<std::string> iris) {
    std::vector<std::string> missing = unknown(std::move(iris));
    // Longer names cannot be there.
    std::erase_if(missing,
                  [this](const std::string& iri) { return iri.size() > limits_.bytes_of_a_name; });
    if (missing.empty())
        co_return result<void>{};
    auto work = [missing = std::move(missing)](pqxx::connection& connection) {
        return select_names(connection, missing);
    };
    auto answer = blocking::run(pool_, std::move(work));
    MERIDIAN_CO_TRY(const rows_of_names rows, co_await std::move(answer));
    remember_all(rows);
    co_return result<void>{};
}

asio::awaitable<result<void>> dictionary::look_up_ids(std::vector<ngsild::name_id> ids) {
    std::erase_if(ids, [this](ngsild::name_id id) { return id <= 0 || !iri(id).empty(); });
    if (ids.empty())
        co_return result<void>{};
    auto work = [ids = std::move(ids)](pqxx::connection& connection) -> result<rows_of_names> {
        return to_rows(pqxx::nontransaction(connection)
                           .exec_params("SELECT id, iri FROM iri WHERE id = ANY($1::int[])",
                                        blocking::to_array(ids)));
    };
    auto answer = blocking::run(pool_, std::move(work));
    MERIDIAN_CO_TRY(const rows_of_names rows, co_await std::move(answer));
    remember_all(rows);
    co_return result<void>{};
}

} // namespace meridian::store
