#include "meridian/query/plan.hpp"

#include "meridian/query/print.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meridian::query {
namespace {

std::string_view access_text(access_path access) noexcept {
    switch (access) {
    case access_path::nothing:
        return "nothing";
    case access_path::by_ids:
        return "by ids";
    case access_path::by_type:
        return "by type";
    case access_path::by_geometry:
        return "by geometry";
    case access_path::by_scope:
        return "by scope";
    }
    return "";
}

std::string types_text(const std::vector<std::vector<ngsild::name_id>>& types) {
    std::string out;
    for (const auto& all : types)
        out += fmt::format("{}{}", out.empty() ? "" : " | ", fmt::join(all, " & "));
    return out;
}

} // namespace

std::string to_text(const query_plan& plan) {
    auto out = fmt::format("access: {}\n", access_text(plan.access));
    const auto line = [&](std::string_view name, std::string_view what) {
        out += fmt::format("{}: {}\n", name, what);
    };
    if (!plan.ids.empty())
        line("ids", fmt::format("{}", fmt::join(plan.ids, ", ")));
    if (!plan.types.empty())
        line("types", types_text(plan.types));
    if (!plan.attributes.empty())
        line("attributes", fmt::format("{}", fmt::join(plan.attributes, " | ")));
    if (plan.q)
        line("q", to_text(*plan.q));
    if (plan.kv) {
        line(plan.kv->exact() ? "kv" : "kv possible", plan.kv->possible);
        if (!plan.kv->exact())
            line("kv certain", plan.kv->certain);
    }
    for (const auto& link : plan.links)
        for (const auto* at = &link; at != nullptr; at = at->next.empty() ? nullptr : &at->next[0])
            line("linked", fmt::format("{} of {}", at->possible, fmt::join(at->objects, " | ")));
    if (plan.geo)
        line("geo", fmt::format("{} on {}", to_text(*plan.geo), plan.geo_attribute));
    if (plan.scopes)
        line("scopes", to_text(*plan.scopes));
    if (plan.id_pattern)
        line("id pattern", plan.id_pattern->text());
    if (plan.rechecks())
        line("recheck", plan.kv && !plan.kv->exact() ? "document" : "id");
    if (!plan.order.terms.empty())
        line("order", to_text(plan.order));
    auto page = fmt::format("limit {}", plan.page.limit);
    if (plan.page.offset != 0)
        page += fmt::format(", offset {}", plan.page.offset);
    if (plan.page.after)
        page += fmt::format(", after {}", *plan.page.after);
    if (plan.page.before)
        page += fmt::format(", before {}", *plan.page.before);
    line("page", page);
    if (plan.want_count)
        line("count", "exact");
    return out;
}

} // namespace meridian::query
