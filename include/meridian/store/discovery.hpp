#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/store/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace meridian::store {

/// An Entity Type that has living Entities.
struct type_use {
    ngsild::name_id type = 0;
    std::int64_t entities = 0;
};

/// An Attribute of a type and kind, and how many of its instances exist.
struct attribute_use {
    ngsild::name_id type = 0;
    ngsild::name_id attribute = 0;
    ngsild::attribute_kind kind = ngsild::attribute_kind::property;
    std::int64_t count = 0;
};

/// What exists, exactly, for 5.7.5 to 5.7.10. Belongs to the loop of its reader.
class discovery {
public:
    explicit discovery(std::shared_ptr<reader> from) : reader_(std::move(from)) {}

    /// 5.7.5: the types, in order of number. `name` 0: all of them.
    asio::awaitable<result<std::vector<type_use>>> types(tenant_id tenant,
                                                         ngsild::name_id name = 0);
    /// 5.7.6, 5.7.7, 5.7.8-10: Attributes by type, Attribute and kind; 0 stands for all.
    /// An Entity of several types counts for each.
    asio::awaitable<result<std::vector<attribute_use>>>
    attributes(tenant_id tenant, ngsild::name_id type = 0, ngsild::name_id attribute = 0);
    /// 5.7.9, 5.7.10 attributeCount: instances of `attribute` (0: of each), with type 0, every
    /// Entity counted once whatever its types.
    asio::awaitable<result<std::vector<attribute_use>>> totals(tenant_id tenant,
                                                               ngsild::name_id attribute = 0);
    /// Folds the deltas into one row a key. Call it now and then from a background task.
    asio::awaitable<result<void>> fold();

private:
    std::shared_ptr<reader> reader_;
};

} // namespace meridian::store
