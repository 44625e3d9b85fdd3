#include "api/representation_parameters.hpp"

#include "api/dataset_ids.hpp"
#include "meridian/store/name_lookup.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace meridian::api {
namespace {

using ngsild::representation_format;

std::optional<representation_format> format_of(std::string_view keyword) noexcept {
    if (keyword == "normalized")
        return representation_format::normalized;
    if (keyword == "concise")
        return representation_format::concise;
    if (keyword == "simplified" || keyword == "keyValues")
        return representation_format::simplified;
    return std::nullopt;
}

/// 6.3.5: whether an answer of this media type has an @context in its body.
bool has_context_member(const call& request, media_type type) noexcept {
    if (type == media_type::ld_json)
        return true;
    return type == media_type::geo_json &&
           request.request.header("Prefer").find("body=json") == std::string_view::npos;
}

} // namespace

result<std::vector<std::string>> read_options(const call& request,
                                              std::initializer_list<std::string_view> known) {
    MERIDIAN_TRY(auto options, request.parameters.list("options"));
    for (const auto& option : options)
        if (std::find(known.begin(), known.end(), option) == known.end())
            return problem{problem_kind::invalid_request,
                           "the operation has no option '" + option + "'"};
    return options;
}

bool has_option(const std::vector<std::string>& options, std::string_view keyword) noexcept {
    return std::find(options.begin(), options.end(), keyword) != options.end();
}

result<representation_format> read_format(const call& request,
                                          const std::vector<std::string>& options) {
    if (const auto* format = request.parameters.find("format")) {
        if (const auto known = format_of(*format))
            return *known;
        return problem{problem_kind::invalid_request,
                       "format must be normalized, concise, simplified or keyValues, not '" +
                           *format + "'"};
    }
    std::optional<representation_format> chosen;
    for (const auto& option : options) {
        const auto format = format_of(option);
        if (!format)
            continue;
        if (chosen && *chosen != *format)
            return problem{problem_kind::invalid_request,
                           "options names more than one representation"};
        chosen = format;
    }
    return chosen.value_or(representation_format::normalized);
}

asio::awaitable<result<void>> learn_names(const call& request, projection_texts texts,
                                          std::vector<std::string> dataset_ids,
                                          const jsonld::context& context) {
    if (const auto* geometry = request.parameters.find("geometryProperty"))
        dataset_ids.push_back(context.expand(*geometry));
    const auto asking = [&](const ngsild::names& names) -> result<void> {
        (void)read_projection(texts, context, names, std::numeric_limits<std::uint32_t>::max());
        for (const auto& iri : dataset_ids)
            (void)names.find(iri);
        return {};
    };
    auto learning = store::with_names_of_query(request.with.services.dictionary, asking);
    co_return co_await std::move(learning);
}

bool names_attributes(const call& request) {
    return std::ranges::any_of(std::array{"attrs", "pick", "omit", "datasetId", "geometryProperty"},
                               [&](const char* name) { return request.parameters.has(name); });
}

asio::awaitable<result<void>> learn_names(const call& request, const jsonld::context& context) {
    auto texts = projection_texts_of(request);
    auto dataset_ids = request.parameters.list("datasetId").value_or(std::vector<std::string>{});
    auto learning = learn_names(request, std::move(texts), std::move(dataset_ids), context);
    co_return co_await std::move(learning);
}

result<std::vector<std::string>> read_dataset_ids(const call& request) {
    MERIDIAN_TRY(auto ids, request.parameters.list("datasetId"));
    MERIDIAN_CHECK(check_dataset_ids(ids));
    return ids;
}

result<ngsild::representation> read_representation(const call& request, media_type type,
                                                   const jsonld::context& context) {
    const auto& parameters = request.parameters;
    const auto& dictionary = request.with.services.dictionary;
    ngsild::representation how;
    MERIDIAN_TRY(const auto options, read_options(request, {"normalized", "concise", "simplified",
                                                            "keyValues", "sysAttrs"}));
    MERIDIAN_TRY(how.format, read_format(request, options));
    how.sys_attrs = has_option(options, "sysAttrs");
    how.lang = parameters.text("lang");
    MERIDIAN_TRY(how.dataset_ids, read_dataset_ids(request));
    how.geojson = type == media_type::geo_json;
    if (const auto* geometry = parameters.find("geometryProperty")) {
        if (!how.geojson)
            return problem{problem_kind::bad_request_data,
                           "geometryProperty is for answers in application/geo+json"};
        how.geometry_attribute = dictionary.find(context.expand(*geometry));
        how.geometry_unknown = how.geometry_attribute == 0;
    }
    if (has_context_member(request, type))
        how.context_member = context.member_text();
    return how;
}

result<void> refuse_unsupported(const call& request) {
    const auto& parameters = request.parameters;
    const auto not_supported = [](std::string_view what) {
        std::string detail{what};
        detail += " is not supported by this broker yet";
        return problem{problem_kind::operation_not_supported, std::move(detail)};
    };
    MERIDIAN_TRY(const bool entity_map, parameters.flag("entityMap"));
    if (entity_map || request.request.has_header("NGSILD-EntityMap"))
        return not_supported("an EntityMap");
    if (request.request.has_header("NGSILD-Snapshot"))
        return not_supported("a Snapshot");
    return {};
}

} // namespace meridian::api
