#include "store/rows/rows.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace meridian::store::rows {
namespace {

/// The values of one Attribute of a document.
query::index_values values_of(const ngsild::document_view& document, ngsild::name_id attribute,
                              const ngsild::names& dictionary) {
    std::vector<ngsild::attribute_instance> instances;
    for (std::size_t at = 0; at < document.size(); ++at)
        if (const auto one = document.instance(at); one.attribute == attribute)
            instances.push_back(ngsild::decode(one, dictionary));
    return query::make_index_values(instances);
}

bool same(const ngsild::document_view& left, const ngsild::document_view& right,
          ngsild::name_id attribute) {
    const auto slices = [attribute](const ngsild::document_view& of) {
        std::vector<std::string_view> found;
        for (std::size_t at = 0; at < of.size(); ++at)
            if (const auto one = of.instance(at); one.attribute == attribute)
                found.push_back(one.slice);
        return found;
    };
    return slices(left) == slices(right);
}

bool has_type(const ngsild::document_view& document, ngsild::name_id type) {
    for (std::size_t at = 0; at < document.type_count(); ++at)
        if (document.type(at) == type)
            return true;
    return false;
}

/// Writes the difference of two lists of rows (kind, n) → value, where n counts those of a kind.
template <typename Row, typename Values>
void append_difference(std::vector<Row>& set, std::vector<Row>& removed, const Row& like,
                       const Values& before, const Values& after) {
    const auto listed = [&like](const Values& values) {
        std::map<std::pair<std::int16_t, std::int32_t>, Row> rows;
        std::int16_t kind = -1;
        std::int32_t next = 0;
        for (const auto& one : values) { // sorted by kind
            Row row = like;
            row.kind = static_cast<std::int16_t>(one.kind);
            next = row.kind == kind ? next + 1 : 0;
            kind = row.kind;
            row.n = next;
            row.value = one.value;
            rows.emplace(std::pair{kind, next}, row);
        }
        return rows;
    };
    const auto old = listed(before);
    const auto now = listed(after);
    for (const auto& [key, row] : now)
        if (const auto found = old.find(key);
            found == old.end() || found->second.value != row.value)
            set.push_back(row);
    for (const auto& [key, row] : old)
        if (!now.contains(key))
            removed.push_back(row);
}

void append_values(batch& to, const type_key& key, ngsild::name_id attribute,
                   const query::index_values& before, const query::index_values& after) {
    append_difference(to.numbers_set, to.numbers_removed, number{key, attribute, 0, 0, 0},
                      before.numbers, after.numbers);
    append_difference(to.texts_set, to.texts_removed, text{key, attribute, 0, 0, {}}, before.texts,
                      after.texts);
}

} // namespace

void append_index_rows(batch& to, const transition& of, const ngsild::names& dictionary,
                       const index_set& indexes) {
    if (indexes.empty())
        return;
    std::vector<ngsild::name_id> all = types(of.before);
    for (const ngsild::name_id type : types(of.after))
        all.push_back(type);
    std::ranges::sort(all);
    const auto repeated = std::ranges::unique(all);
    all.erase(repeated.begin(), repeated.end());
    for (const ngsild::name_id type : all) {
        const bool was = has_type(of.before, type);
        const bool is = has_type(of.after, type);
        for (const attribute_index& index : indexes.of(of.tenant, type)) {
            if (index.state == attribute_index::phase::dropping ||
                (was && is && same(of.before, of.after, index.attribute)))
                continue;
            const query::index_values none;
            append_values(to, {of.tenant, type, of.eid}, index.attribute,
                          was ? values_of(of.before, index.attribute, dictionary) : none,
                          is ? values_of(of.after, index.attribute, dictionary) : none);
        }
    }
}

void append_index_rows(batch& to, tenant_id tenant, std::int64_t eid,
                       const ngsild::document_view& document, const attribute_index& index,
                       const ngsild::names& dictionary) {
    if (has_type(document, index.type))
        append_values(to, {tenant, index.type, eid}, index.attribute, {},
                      values_of(document, index.attribute, dictionary));
}

} // namespace meridian::store::rows
