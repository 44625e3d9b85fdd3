#include "ngsild/representation/entity_text.hpp"
#include "ngsild/representation/group.hpp"

namespace meridian::ngsild {

namespace {

/// What a document's Attributes take with their names, at most roughly.
std::size_t size_estimate(const entity_row& row) noexcept {
    return row.document.bytes().size() + row.id.size() + 256;
}

void append_attributes(std::string& out, const document_view& document, const plan& how,
                       const instance_style& style) {
    append_groups(
        out, document.size(), [&](std::size_t index) { return document.instance(index); },
        [&](const instance_view& one) {
            return !is_expired(one.expires_at, how.style.now) &&
                   how.filter.shows_attribute(one.attribute) &&
                   how.filter.shows_dataset(one.dataset);
        },
        style);
}

} // namespace

void append_entity_text(std::string& out, const entity_row& row, const plan& how,
                        const instance_style& style, const std::string& context_member) {
    append_frame(out, row, how, context_member,
                 [&](std::string& to) { append_attributes(to, row.document, how, style); });
}

void append_entity(std::string& out, const entity_row& row, const representation& how,
                   compacted_names& names, timestamp now) {
    out.reserve(out.size() + size_estimate(row) + how.context_member.size());
    const plan ready(how, names, now);
    append_entity_text(out, row, ready, ready.style, how.context_member);
}

void append_entities(std::string& out, const std::vector<entity_row>& rows,
                     const representation& how, compacted_names& names, timestamp now) {
    const plan ready(how, names, now);
    std::size_t size = how.context_member.size();
    for (const auto& row : rows)
        size += size_estimate(row);
    out.reserve(out.size() + size);
    // 4.5.16.3: the Features of a collection have no @context of their own.
    const std::string& context_of_one = how.geojson ? std::string{} : how.context_member;
    out += how.geojson ? R"({"type":"FeatureCollection","features":[)" : "[";
    for (const auto& row : rows) {
        append_comma(out);
        append_entity_text(out, row, ready, ready.style, context_of_one);
    }
    out += ']';
    if (!how.geojson)
        return;
    append_context(out, how.context_member);
    out += '}';
}

} // namespace meridian::ngsild
