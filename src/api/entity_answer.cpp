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

asio::awaitable<result<http::response>> joined_answer(operations::request_scope& scope,
                                                      worker& with, store::entity_row row,
                                                      const ngsild::representation& how,
                                                      ngsild::linking how_far, media_type type,
                                                      const jsonld::context_ptr& context) {
    const auto now = worker::now();
    const auto linking = to_row(row);
    ngsild::linked_entities linked(how, std::move(how_far), scope.with.dictionary, now);
    linked.start(std::span(&linking, 1));
    auto loading = scope.with.entities.load_linked(scope.tenant, linked);
    MERIDIAN_CO_TRY(const auto kept, co_await std::move(loading));
    std::string body;
    ngsild::append_joined_entity(body, linking, how, linked, with.names_of(context), now);
    co_return answer_with(type, *context, std::move(body));
}

asio::awaitable<result<http::response>>
entities_answer(operations::request_scope& scope, worker& with, const store::entity_page& page,
                const ngsild::representation& how, const ngsild::linking& how_far, media_type type,
                const jsonld::context_ptr& context) {
    const auto now = worker::now();
    std::vector<ngsild::entity_row> rows;
    rows.reserve(page.rows.size());
    std::size_t bytes = 2;
    for (const auto& stored : page.rows) {
        rows.push_back(to_row(stored));
        bytes += stored.document.bytes().size() * 2;
    }
    std::string body;
    body.reserve(bytes);
    if (how_far.form == ngsild::join_form::none) {
        ngsild::append_entities(body, rows, how, with.names_of(context), now);
    } else {
        ngsild::linked_entities linked(how, how_far, scope.with.dictionary, now);
        linked.start(rows);
        auto loading = scope.with.entities.load_linked(scope.tenant, linked);
        MERIDIAN_CO_TRY(const auto kept, co_await std::move(loading));
        ngsild::append_joined_entities(body, rows, how, linked, with.names_of(context), now);
    }
    co_return answer_with(type, *context, std::move(body));
}

} // namespace meridian::api
