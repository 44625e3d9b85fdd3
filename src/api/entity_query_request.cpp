#include "api/entity_query_request.hpp"

#include "api/linking_parameters.hpp"
#include "api/representation_parameters.hpp"
#include "api/selection_parameters.hpp"

#include <utility>

namespace meridian::api {

result<entity_query> read_entity_query(const call& request, operations::request_scope& scope) {
    MERIDIAN_CHECK(refuse_unsupported(request));
    MERIDIAN_CHECK(read_extent(request, scope));
    const auto& context = *scope.context;
    entity_query read;
    MERIDIAN_TRY(read.how_far, read_linking(request));
    MERIDIAN_TRY(auto projection,
                 read_projection(projection_texts_of(request), context,
                                 request.with.services.dictionary, levels_of(read.how_far)));
    read.shown = std::move(projection.shown);
    MERIDIAN_TRY(read.asked, read_paging(request));
    MERIDIAN_TRY(read.wanted.selection, read_selection(request, context));
    MERIDIAN_CHECK(check_depth(read.wanted.selection.q, read.how_far));
    MERIDIAN_TRY(read.wanted.order, read_order(request, context));
    read.wanted.selection.attributes = std::move(projection.attributes);
    MERIDIAN_CHECK(read_cursor(request, scope, read.wanted, read.asked));
    read.wanted.want_count = read.asked.count;
    return read;
}

} // namespace meridian::api
