#include "store/reads/select_indexes.hpp"

namespace meridian::store {

const pg::statement select_indexes{"select_indexes", R"sql(
SELECT n.id, n.index_version, i.type_id, i.attr_id, i.state, i.entities
FROM tenant n
LEFT JOIN attr_index i ON i.tenant_id = n.id
WHERE n.id = ANY($1::int[])
ORDER BY n.id)sql"};

namespace {
struct index_columns {
    enum : int { tenant, version, type, attribute, state, entities };
};
} // namespace

attribute_index::phase to_phase(std::string_view text) noexcept {
    if (text == "ready")
        return attribute_index::phase::ready;
    return text == "building" ? attribute_index::phase::building : attribute_index::phase::dropping;
}

std::vector<attribute_indexes::tenant_state> read_indexes(const pg::result& from) {
    std::vector<attribute_indexes::tenant_state> all;
    for (const pg::row row : from) {
        const tenant_id tenant = row.int4(index_columns::tenant);
        if (all.empty() || all.back().tenant != tenant)
            all.push_back({tenant, row.int8(index_columns::version), {}});
        if (row.is_null(index_columns::type))
            continue;
        all.back().indexes.push_back(
            {tenant, row.int4(index_columns::type), row.int4(index_columns::attribute),
             to_phase(row.text(index_columns::state)), row.int8(index_columns::entities)});
    }
    return all;
}

} // namespace meridian::store
