#include "meridian/query/search_values.hpp"
#include "store/rows/rows.hpp"

#include <algorithm>

namespace meridian::store::rows {
namespace {

using ngsild::document_view;
using ngsild::instance_view;

bool same(const instance_view& left, const instance_view& right) noexcept {
    return left.dataset == right.dataset && left.kind == right.kind &&
           left.created_at == right.created_at && left.modified_at == right.modified_at &&
           left.expires_at == right.expires_at && left.slice == right.slice;
}

bool same(const document_view& left, const attribute_span& in_left, const document_view& right,
          const attribute_span& in_right) noexcept {
    if (in_left.count != in_right.count)
        return false;
    for (std::size_t at = 0; at < in_left.count; ++at)
        if (!same(left.instance(in_left.first + at), right.instance(in_right.first + at)))
            return false;
    return true;
}

const attribute_span* find(const std::vector<attribute_span>& in, ngsild::name_id attribute) {
    const auto found = std::ranges::find(in, attribute, &attribute_span::attribute);
    return found == in.end() ? nullptr : &*found;
}

ngsild::attribute decode(const document_view& from, const attribute_span& span,
                         const ngsild::names& dictionary) {
    ngsild::attribute whole;
    whole.name = dictionary.iri(span.attribute);
    for (std::size_t at = 0; at < span.count; ++at)
        whole.instances.push_back(ngsild::decode(from.instance(span.first + at), dictionary));
    return whole;
}

void append_members(std::string& object, std::string_view other) {
    if (other.size() <= 2) // "{}"
        return;
    if (object.size() > 1)
        object += ',';
    object += other.substr(1, other.size() - 2);
}

/// The Entity's own members: `e.c`, `e.m`, `e.x`.
std::string entity_members(const transition& of, const ngsild::names& dictionary) {
    ngsild::entity head;
    head.id = of.uri;
    head.created_at = of.created_at;
    head.modified_at = of.modified_at;
    if (of.after.expires_at() != timestamp{})
        head.expires_at = of.after.expires_at();
    return query::make_search_values(head, dictionary);
}

search difference(const transition& of, const ngsild::names& dictionary) {
    search row;
    row.values = "{";
    append_members(row.values, entity_members(of, dictionary));
    row.removed = "e.x";
    const auto remove = [&](const attribute_span& span) {
        for (const std::string& key :
             query::search_keys(decode(of.before, span, dictionary), dictionary))
            row.removed.append(",").append(key);
    };
    const auto before = attribute_spans(of.before);
    const auto after = attribute_spans(of.after);
    for (const attribute_span& span : before)
        if (find(after, span.attribute) == nullptr)
            remove(span);
    for (const attribute_span& span : after) {
        const attribute_span* old = find(before, span.attribute);
        if (old != nullptr && same(of.before, *old, of.after, span))
            continue;
        if (old != nullptr)
            remove(*old);
        append_members(row.values,
                       query::make_search_values(decode(of.after, span, dictionary), dictionary));
    }
    row.values += '}';
    return row;
}

std::string whole(const transition& of, const ngsild::names& dictionary) {
    ngsild::entity all = ngsild::decode(of.after, dictionary);
    all.id = of.uri;
    all.created_at = of.created_at;
    all.modified_at = of.modified_at;
    return query::make_search_values(all, dictionary);
}

} // namespace

// Rows of types that are gone are deleted with those of `entity_type` (types_removed).
void append_search(batch& to, const transition& of, const ngsild::names& dictionary) {
    if (!of.is_living)
        return;
    const auto now = types(of.after);
    const bool patches = of.was_living && types(of.before) == now;
    search row = patches ? difference(of, dictionary) : search{};
    if (!patches)
        row.values = whole(of, dictionary);
    for (const ngsild::name_id type : now) {
        row.key = {of.tenant, type, of.eid};
        (patches ? to.searches_patched : to.searches_set).push_back(row);
    }
}

} // namespace meridian::store::rows
