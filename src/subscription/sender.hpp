#pragma once

#include "subscription/core.hpp"
#include "subscription/definition.hpp"
#include "subscription/notification.hpp"
#include "subscription/owed.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace meridian::subscription {

/// An Entity of a notification: what is owed of it.
struct told_entity {
    told_entity(std::string uri, owed_change change)
        : id(std::move(uri)), what(std::move(change)) {}
    std::string id;
    owed_change what;
};

/// Writes notifications and sends them. Belongs to one loop.
class sender {
public:
    sender(std::shared_ptr<core> shared, loop on)
        : shared_(std::move(shared)), loop_(std::move(on)) {}

    /// One attempt to tell what has changed (5.8.6), which goes into the books. Fails as the client
    /// of the binding does, and with bad_gateway where the answer is not 2xx.
    /// CHOICE: 5.8.6 says 200; receivers answer 201, 202 or 204 as well, and mean success.
    asio::awaitable<result<void>> send_changes(definition_ptr of, std::vector<told_entity> all);
    /// One attempt to tell what is stored, for periodic Subscriptions.
    asio::awaitable<result<void>> send_state(definition_ptr of,
                                             std::vector<store::entity_row> rows);

    [[nodiscard]] const subscription::loop& on() const noexcept { return loop_; }

private:
    asio::awaitable<jsonld::context_ptr> context_of(definition_ptr of);
    ngsild::compacted_names& names_of(const jsonld::context_ptr& context);
    asio::awaitable<result<std::vector<store::entity_row>>>
    load_linked(const definition& of, const std::vector<ngsild::entity_row>& rows,
                ngsild::linked_entities& linked);
    asio::awaitable<result<void>> send(definition_ptr of, std::string entities,
                                       jsonld::context_ptr context);

    std::shared_ptr<core> shared_;
    subscription::loop loop_;
    /// Keyed by address: compacted_names keeps its @context alive, so that none is ever reused.
    std::unordered_map<const jsonld::context*, std::unique_ptr<ngsild::compacted_names>> names_;
};

} // namespace meridian::subscription
