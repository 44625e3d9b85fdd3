#include "api/attribute_parameters.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/ngsild/parse.hpp"

namespace meridian::api {

result<std::string> attribute_name(std::string_view text, const jsonld::context& context) {
    if (!ngsild::is_name(text) || text == "id" || text == "type")
        return problem{problem_kind::bad_request_data,
                       "'" + std::string(text) + "' is not the name of an Attribute"};
    return context.expand(text);
}

result<operations::attribute_selector> read_attribute_deletion(const call& request,
                                                               std::string expanded_name) {
    MERIDIAN_TRY(const bool all, request.parameters.flag("deleteAll"));
    std::string dataset_id{request.parameters.text("datasetId")};
    if (!dataset_id.empty() && !is_uri(dataset_id))
        return problem{problem_kind::bad_request_data, "datasetId is not a valid URI"};
    return operations::attribute_selector(std::move(expanded_name), std::move(dataset_id),
                                          all ? ngsild::delete_all::yes : ngsild::delete_all::no);
}

} // namespace meridian::api
