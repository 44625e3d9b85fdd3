#pragma once

#include "operations/distribute.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

/// What Context Sources tell of Entities, for 5.7.1 and 5.7.2.
namespace meridian::operations {

/// The most Entities that one operation takes from one Context Source.
inline constexpr std::size_t most_gathered = 10'000;

/// Contributions by the Entity's id, and the ids in the order in which they came.
struct gathered {
    std::map<std::string, std::vector<federation::contribution>, std::less<>> parts;
    std::vector<std::string> order;
};

/// 5.7.1.4: asks each for the Entity; what is abnormal becomes an NGSILD-Warning (6.3.17).
asio::awaitable<gathered> gather_entity(request_scope& scope, std::vector<federation::match> from,
                                        std::string id, expected_types types,
                                        std::vector<std::string> attributes,
                                        std::vector<std::string> dataset_ids,
                                        const federation::trigger& by);

/// 5.7.2.4: asks each for all that matches, a page after the other. Fails with too_many_results.
asio::awaitable<result<gathered>>
gather_entities(request_scope& scope, std::vector<federation::match> from,
                const query::entity_selection& selection, std::vector<std::string> dataset_ids,
                federation::filters how, const federation::trigger& by);

/// 6.3.17: what the answer to a GET is warned of for, if for anything; 404 is nothing abnormal.
void warn_of(request_scope& scope, const federation::registration& source,
             const result<net::response>& answer);

/// 6.3.17: `code` of table 6.3.17-1.
void add_warning(request_scope& scope, int code, std::string_view text);

} // namespace meridian::operations
