#include "api/entity_answer.hpp"

#include "api/conditions.hpp"

#include <utility>

namespace meridian::api {
namespace {

ngsild::entity_row to_row(const store::entity_row& stored) {
    return {stored.uri, stored.created_at, stored.modified_at, stored.document};
}

std::vector<ngsild::entity_row> to_rows(const store::entity_page& page) {
    std::vector<ngsild::entity_row> rows;
    rows.reserve(page.rows.size());
    for (const auto& stored : page.rows)
        rows.push_back(to_row(stored));
    return rows;
}

/// About how long the answer will be.
std::size_t expected_length(const store::entity_page& page) {
    std::size_t bytes = 2;
    for (const auto& stored : page.rows)
        bytes += stored.document.bytes().size() * 2;
    return bytes;
}

} // namespace

http::response entity_answer(worker& with, const store::entity_row& row,
                             const ngsild::representation& how, media_type type,
                             const jsonld::context_ptr& context, timestamp now) {
    std::string body;
    body.reserve(row.document.bytes().size() * 2);
    ngsild::append_entity(body, to_row(row), how, with.names_of(context), now);
    return answer_with(type, *context, std::move(body));
}

http::response entities_answer(worker& with, const store::entity_page& page,
                               const ngsild::representation& how, media_type type,
                               const jsonld::context_ptr& context, timestamp now) {
    std::string body;
    body.reserve(expected_length(page));
    ngsild::append_entities(body, to_rows(page), how, with.names_of(context), now);
    return answer_with(type, *context, std::move(body));
}

asio::awaitable<result<http::response>>
joined_answer(const call& request, operations::request_scope& scope, store::entity_row row,
              const ngsild::representation& how, ngsild::linking how_far, media_type type,
              const jsonld::context_ptr& context) {
    const auto now = worker::now();
    const auto linking = to_row(row);
    ngsild::linked_entities linked(how, std::move(how_far), scope.with.dictionary, now);
    linked.start(std::span(&linking, 1));
    auto loading = scope.with.entities.load_linked(scope.tenant, linked);
    MERIDIAN_CO_TRY(const auto kept, co_await std::move(loading));
    auto tag = entity_tag(request, row, type, *context, kept);
    if (is_known_to_client(request, tag))
        co_return not_modified(std::move(tag));
    std::string body;
    ngsild::append_joined_entity(body, linking, how, linked, request.with.names_of(context), now);
    auto answer = answer_with(type, *context, std::move(body));
    add_tag(answer, std::move(tag));
    co_return answer;
}

asio::awaitable<result<http::response>>
joined_entities_answer(const call& request, operations::request_scope& scope,
                       const store::entity_page& page, const ngsild::representation& how,
                       const ngsild::linking& how_far, media_type type,
                       const jsonld::context_ptr& context, tagged with_tag) {
    const auto now = worker::now();
    const auto rows = to_rows(page);
    ngsild::linked_entities linked(how, how_far, scope.with.dictionary, now);
    linked.start(rows);
    auto loading = scope.with.entities.load_linked(scope.tenant, linked);
    MERIDIAN_CO_TRY(const auto kept, co_await std::move(loading));
    std::string tag;
    if (with_tag == tagged::yes)
        tag = page_tag(request, page, type, *context, kept);
    if (is_known_to_client(request, tag))
        co_return not_modified(std::move(tag));
    std::string body;
    body.reserve(expected_length(page));
    ngsild::append_joined_entities(body, rows, how, linked, request.with.names_of(context), now);
    auto answer = answer_with(type, *context, std::move(body));
    add_tag(answer, std::move(tag));
    co_return answer;
}

} // namespace meridian::api
