#pragma once

#include "app/broker.hpp"
#include "app/database.hpp"

#include <memory>

namespace meridian::app {

/// A broker without its server, for a command that works on the database: that of a broker that
/// runs on the same data folder, else one that is opened for the command.
class tool {
public:
    /// Brings the schema up to date first. Blocking. Fails with unavailable, internal_error.
    /// `settings` must outlive it.
    [[nodiscard]] static result<tool> start(const config& settings);

    [[nodiscard]] broker& parts() noexcept { return *broker_; }
    /// The Tenant of `--tenant`. Fails with nonexistent_tenant, unavailable.
    [[nodiscard]] result<store::tenant_id> tenant(operations::missing_tenant when_missing);
    /// Closes what it opened, in good order.
    void stop();

private:
    tool(const config& settings, database&& on, std::unique_ptr<broker>&& with)
        : settings_(&settings), database_(std::move(on)), broker_(std::move(with)) {}
    const config* settings_;
    database database_; ///< outlives the broker
    std::unique_ptr<broker> broker_;
};

} // namespace meridian::app
