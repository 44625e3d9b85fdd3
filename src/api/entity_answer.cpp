#include "api/entity_answer.hpp"

namespace meridian::api {
namespace {

ngsild::entity_row to_row(const store::entity_row& stored) {
    return {stored.uri, stored.created_at, stored.modified_at, stored.document};
}

} // namespace

http::response entity_answer(worker& with, const store::entity_row& row,
                             const ngsild::representation& how, media_type type,
                             const jsonld::context_ptr& context) {
    std::string body;
    body.reserve(row.document.bytes().size() * 2);
    ngsild::append_entity(body, to_row(row), how, with.names_of(context), worker::now());
    return answer_with(type, *context, std::move(body));
}

http::response entities_answer(worker& with, const store::entity_page& page,
                               const ngsild::representation& how, media_type type,
                               const jsonld::context_ptr& context) {
    std::vector<ngsild::entity_row> rows;
    rows.reserve(page.rows.size());
    std::size_t bytes = 2;
    for (const auto& stored : page.rows) {
        rows.push_back(to_row(stored));
        bytes += stored.document.bytes().size() * 2;
    }
    std::string body;
    body.reserve(bytes);
    ngsild::append_entities(body, rows, how, with.names_of(context), worker::now());
    return answer_with(type, *context, std::move(body));
}

} // namespace meridian::api
