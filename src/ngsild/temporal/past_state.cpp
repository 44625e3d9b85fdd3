#include "meridian/ngsild/past_state.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace meridian::ngsild {
namespace {

/// An instance that was there: in the present document, or as a row of the history.
struct found_instance {
    name_id attribute = 0;
    timestamp created_at{};
    std::int64_t order = 0; ///< among those that one change created
    std::size_t place = 0;  ///< in the present document, where `past` is null
    const history_row* past = nullptr;
};

problem lost(const names& dictionary, name_id attribute, timestamp at) {
    return {problem_kind::bad_request_data, "the history does not hold what '" +
                                                std::string(dictionary.iri(attribute)) +
                                                "' was at " + to_text(at)};
}

const history_row* find(std::span<const history_row> rows, const instance_view& of) {
    const auto found = std::ranges::find_if(rows, [&](const history_row& row) {
        return row.attribute == of.attribute && row.dataset == of.dataset;
    });
    return found == rows.end() ? nullptr : &*found;
}

/// What the present document tells: instances that are as they were. Fails where one was there,
/// has changed since, and `latest` has no row of it.
result<std::vector<found_instance>> unchanged(const past_knowledge& known,
                                              const names& dictionary) {
    std::vector<found_instance> found;
    for (std::size_t at = 0; at < known.present.size(); ++at) {
        const auto one = known.present.instance(at);
        const auto* past = find(known.latest, one);
        if (one.modified_at <= known.at) {
            found.push_back({one.attribute, one.created_at, past ? past->iid : 0, at, nullptr});
            continue;
        }
        if (one.created_at <= known.at && (past == nullptr || past->is_deleted()))
            return lost(dictionary, one.attribute, known.at);
    }
    return found;
}

bool is_unchanged(const past_knowledge& known, const std::vector<found_instance>& found,
                  const history_row& row) {
    return std::ranges::any_of(found, [&](const found_instance& one) {
        const auto there = known.present.instance(one.place);
        return there.attribute == row.attribute && there.dataset == row.dataset;
    });
}

/// Instances of one Attribute together, Attributes in the order of their creation.
void sort_as_created(std::vector<found_instance>& all) {
    const auto earlier = [](const found_instance& left, const found_instance& right) {
        return std::tie(left.created_at, left.order) < std::tie(right.created_at, right.order);
    };
    std::ranges::stable_sort(all, earlier);
    std::vector<name_id> order;
    for (const auto& one : all)
        if (std::ranges::find(order, one.attribute) == order.end())
            order.push_back(one.attribute);
    std::ranges::stable_sort(all, {}, [&order](const found_instance& one) {
        return std::ranges::find(order, one.attribute) - order.begin();
    });
}

} // namespace

result<past_state> state_at(const past_knowledge& known, const names& dictionary) {
    past_state made;
    made.modified_at = known.head_since;
    document_builder builder(dictionary);
    MERIDIAN_TRY(auto there, unchanged(known, dictionary));
    const auto same = there;
    for (const auto& one : same)
        made.modified_at =
            std::max(made.modified_at, known.present.instance(one.place).modified_at);
    for (const auto& row : known.latest) {
        made.modified_at = std::max(made.modified_at, row.modified_at);
        if (row.attribute == scope_attribute)
            builder.set_scopes(scopes_of(row, dictionary));
        else if (!row.is_deleted() && !is_unchanged(known, same, row))
            there.push_back({row.attribute, row.created_at, row.iid, 0, &row});
    }
    sort_as_created(there);
    for (const auto& one : there) {
        if (one.past == nullptr)
            builder.copy(known.present.instance(one.place));
        else
            builder.add(one.attribute, decode(*one.past, dictionary));
    }
    builder.set_types(known.types);
    builder.set_expires_at(known.expires_at.value_or(timestamp{}));
    made.document = builder.finish();
    return made;
}

} // namespace meridian::ngsild
