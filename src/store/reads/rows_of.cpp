#include "store/reads/rows_of.hpp"

#include "store/reads/selection.hpp"

namespace meridian::store {

result<entity_row> read_entity(const std::shared_ptr<const pg::result>& from, std::size_t number) {
    const pg::row row = (*from)[number];
    entity_row made;
    made.eid = row.int8(page_columns::eid);
    made.uri = row.text(page_columns::uri);
    made.version = row.int4(page_columns::version);
    made.created_at = row.timestamptz(page_columns::created_at);
    made.modified_at = row.timestamptz(page_columns::modified_at);
    MERIDIAN_TRY(made.document, ngsild::document_view::open(row.bytea(page_columns::doc)));
    made.keeps = from;
    return made;
}

bool is_expired(const entity_row& row, timestamp now) noexcept {
    return row.document.expires_at() != timestamp{} && row.document.expires_at() <= now;
}

} // namespace meridian::store
