#pragma once

#include "store/rollups/roll.hpp"

#include <exception>
#include <pqxx/pqxx>

namespace meridian::store::rollups {

/// Holds `lock_rollups`. It is taken before a transaction begins, so that the snapshot of that is
/// younger.
class locked {
public:
    explicit locked(pqxx::connection& connection) : connection_(connection) {
        pqxx::nontransaction(connection_).exec(lock_rollups);
    }
    locked(const locked&) = delete;
    locked& operator=(const locked&) = delete;
    ~locked() {
        try {
            pqxx::nontransaction(connection_).exec(unlock_rollups);
        } catch (const std::exception&) {
            // The connection is gone, and its locks with it.
        }
    }

private:
    pqxx::connection& connection_;
};

} // namespace meridian::store::rollups
