#include "api/temporal_parameters.hpp"

#include "api/representation_parameters.hpp"
#include "api/selection_parameters.hpp"
#include "meridian/query/parse.hpp"

#include <utility>

namespace meridian::api {
namespace {

enum class temporal_form { normalized, simplified, aggregated };

ngsild::time_property to_time_property(query::time_property property) noexcept {
    switch (property) {
    case query::time_property::created_at:
        return ngsild::time_property::created_at;
    case query::time_property::modified_at:
        return ngsild::time_property::modified_at;
    case query::time_property::deleted_at:
        return ngsild::time_property::deleted_at;
    case query::time_property::observed_at:
        break;
    }
    return ngsild::time_property::observed_at;
}

/// `audit` is an extension, which there is where the operator has who makes changes recorded.
result<std::vector<std::string>> read_temporal_options(const call& request) {
    if (request.with.options.audit_subject_header.empty())
        return read_options(
            request, {"temporalValues", "aggregatedValues", "sysAttrs", "normalized", "count"});
    return read_options(request, {"temporalValues", "aggregatedValues", "sysAttrs", "normalized",
                                  "count", "audit"});
}

/// `format`, or its deprecated spelling in `options`; `format` takes precedence.
result<temporal_form> read_form(const call& request, const std::vector<std::string>& options) {
    const bool simplified = has_option(options, "temporalValues");
    const bool aggregated = has_option(options, "aggregatedValues");
    const auto format = request.parameters.text("format");
    if (format == "temporalValues")
        return temporal_form::simplified;
    if (format == "aggregatedValues")
        return temporal_form::aggregated;
    if (!format.empty())
        return problem{problem_kind::invalid_request,
                       "format must be temporalValues or aggregatedValues (6.3.12)"};
    if (simplified && aggregated)
        return problem{problem_kind::invalid_request,
                       "options names both temporalValues and aggregatedValues (6.3.12)"};
    return aggregated   ? temporal_form::aggregated
           : simplified ? temporal_form::simplified
                        : temporal_form::normalized;
}

/// Where no aggregation is asked for its parameters have no effect (table 6.18.3.2-1), but what
/// nobody could mean is refused.
result<void> check_unused(query::aggregation_parameters given) {
    if (!given.methods && !given.period)
        return {};
    if (!given.methods)
        given.methods = "totalCount";
    MERIDIAN_CHECK(query::parse_aggregation(given));
    return {};
}

} // namespace

result<query::temporal_query> read_interval(const call& request, interval needed) {
    query::temporal_parameters given;
    given.timerel = optional_text(request, "timerel");
    given.time_at = optional_text(request, "timeAt");
    given.end_time_at = optional_text(request, "endTimeAt");
    given.timeproperty = optional_text(request, "timeproperty");
    given.last_n = optional_text(request, "lastN");
    if (needed == interval::required && !given.timerel)
        return problem{problem_kind::bad_request_data,
                       "timerel and timeAt must be given (table 6.18.3.2-1)"};
    return query::parse_temporal(given);
}

query::aggregation_parameters aggregation_texts_of(const call& request) {
    return {optional_text(request, "aggrMethods"), optional_text(request, "aggrPeriodDuration")};
}

result<temporal_style> read_temporal_style(const call& request, media_type type,
                                           const jsonld::context& context,
                                           query::time_property property,
                                           const query::aggregation_parameters& given) {
    temporal_style style;
    auto& how = style.how;
    MERIDIAN_TRY(const auto options, read_temporal_options(request));
    MERIDIAN_TRY(const auto form, read_form(request, options));
    if (form == temporal_form::aggregated) {
        MERIDIAN_TRY(style.aggregated, query::parse_aggregation(given));
    } else {
        MERIDIAN_CHECK(check_unused(given));
    }
    if (form == temporal_form::simplified)
        how.format = ngsild::temporal_format::simplified;
    how.property = to_time_property(property);
    how.sys_attrs = has_option(options, "sysAttrs");
    how.modified_by = has_option(options, "audit");
    if (how.modified_by && !how.sys_attrs)
        return problem{problem_kind::invalid_request, "the option audit goes with sysAttrs"};
    how.lang = request.parameters.text("lang");
    MERIDIAN_TRY(how.dataset_ids, read_dataset_ids(request));
    if (type == media_type::ld_json)
        how.context_member = context.member_text();
    return style;
}

} // namespace meridian::api
