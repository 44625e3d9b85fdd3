#include "meridian/store/subjects.hpp"

#include "store/blocking/run.hpp"

#include <mutex>

namespace meridian::store {
namespace {

std::optional<subject_id> select_subject(pqxx::transaction_base& transaction,
                                         const std::string& name) {
    const pqxx::result rows =
        transaction.exec_params("SELECT id FROM subject WHERE name = $1", name);
    return rows.empty() ? std::nullopt : std::optional(rows[0][0].as<subject_id>());
}

result<subject_id> select_or_insert(pqxx::connection& connection, const std::string& name) {
    pqxx::work transaction(connection);
    if (const auto present = select_subject(transaction, name))
        return *present;
    transaction.exec_params("INSERT INTO subject (name) VALUES ($1) ON CONFLICT DO NOTHING", name);
    // What another broker inserted at the same moment is seen by a new statement.
    const auto made = select_subject(transaction, name);
    transaction.commit();
    if (!made)
        return problem(problem_kind::internal_error, "the subject could not be noted");
    return *made;
}

} // namespace

std::optional<subject_id> subjects::known(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = known_.find(name);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void subjects::remember(const std::string& name, subject_id id) {
    const std::unique_lock lock(mutex_);
    if (known_.size() >= most_kept_) // whoever is still about is asked for again
        known_.clear();
    known_.emplace(name, id);
}

asio::awaitable<result<subject_id>> subjects::find_or_create(std::string name) {
    if (const auto id = known(name))
        co_return *id;
    auto work = [name](pqxx::connection& connection) { return select_or_insert(connection, name); };
    auto answer = blocking::run(pool_, std::move(work));
    MERIDIAN_CO_TRY(const subject_id id, co_await std::move(answer));
    remember(name, id);
    co_return id;
}

} // namespace meridian::store
