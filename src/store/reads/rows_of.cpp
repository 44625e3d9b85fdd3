#include "store/reads/rows_of.hpp"

#include "meridian/ngsild/unknown_names.hpp"
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

result<std::vector<entity_row>> read_entities(const std::shared_ptr<const pg::result>& from) {
    std::vector<entity_row> rows;
    rows.reserve(from->size());
    for (std::size_t at = 0; at < from->size(); ++at) {
        MERIDIAN_TRY(entity_row row, read_entity(from, at));
        rows.push_back(std::move(row));
    }
    return rows;
}

void append_unknown_of_entity(std::vector<ngsild::name_id>& to, const entity_row& row,
                              const ngsild::names& dictionary) {
    ngsild::append_unknown_names(to, row.document, dictionary);
}

bool is_expired(const entity_row& row, timestamp now) noexcept {
    return row.document.expires_at() != timestamp{} && row.document.expires_at() <= now;
}

} // namespace meridian::store
