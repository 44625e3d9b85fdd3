#pragma once

#include "meridian/store/entities.hpp"
#include "store/pg/result.hpp"
#include "store/pg/statement.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace meridian::store {

/// Retrieves of one loop that share statements: one statement of a tenant travels at a time, and
/// what comes meanwhile goes together when it is back. Two at a time made the groups half as large
/// and cost 60 % more database CPU a retrieve. Owned by whoever runs on it.
class retrievals : public std::enable_shared_from_this<retrievals> {
public:
    using outcome = result<std::optional<entity_row>>;
    explicit retrievals(std::shared_ptr<reader> from) : reader_(std::move(from)) {}

    asio::awaitable<outcome> retrieve(tenant_id tenant, std::string uri);

    static constexpr std::size_t most_together = 256;

    /// Who waits for an Entity.
    class customer {
    public:
        virtual ~customer() = default;
        virtual void complete(outcome what) = 0;
    };

private:
    struct request {
        std::string uri;
        std::unique_ptr<customer> who;
    };
    struct queue {
        std::vector<request> waiting;
        bool travels = false;
    };
    void add(tenant_id tenant, request what);
    static asio::awaitable<void> carry(std::shared_ptr<retrievals> self, tenant_id tenant);
    static void answer(std::vector<request>& asked, result<pg::result> found);

    std::shared_ptr<reader> reader_;
    std::unordered_map<tenant_id, queue> queues_;
};

/// The Entities with the URIs in $2 of the tenant in $1 that are alive; columns as of a page.
extern const pg::statement retrieve_entities;

/// The Entities with these URIs that are alive.
asio::awaitable<result<pg::result>> select_by_uri(reader& from, tenant_id tenant,
                                                  const std::vector<std::string_view>& uris);

} // namespace meridian::store
