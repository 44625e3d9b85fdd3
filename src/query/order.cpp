#include "meridian/query/order.hpp"

#include "query/collation.hpp"
#include "query/geometry.hpp"
#include "query/values.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace meridian::query {

struct entity_order::state {
    ordering by;
    collation strings;
};

namespace {

using ngsild::attribute_instance;
using ngsild::attribute_kind;

std::weak_ordering to_weak(std::partial_ordering order) noexcept {
    if (order < 0)
        return std::weak_ordering::less;
    return order > 0 ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

literal number_of(const sort_value& of) {
    if (const auto* whole = std::get_if<std::int64_t>(&of.value))
        return *whole;
    return std::get<double>(of.value);
}

/// Values of one rank, or of two in the order of 4.23.2.
std::weak_ordering compare_values(const sort_value& left, const sort_value& right) noexcept {
    if (left.rank != right.rank)
        return left.rank <=> right.rank;
    switch (left.rank) {
    case value_rank::number:
        return to_weak(compare_numbers(number_of(left), number_of(right)));
    case value_rank::distance:
        return to_weak(std::get<double>(left.value) <=> std::get<double>(right.value));
    case value_rank::string:
    case value_rank::object:
        return std::get<std::string>(left.value) <=> std::get<std::string>(right.value);
    case value_rank::array: {
        const auto& one = std::get<std::vector<sort_value>>(left.value);
        const auto& other = std::get<std::vector<sort_value>>(right.value);
        for (std::size_t at = 0; at < std::min(one.size(), other.size()); ++at)
            if (const auto order = compare_values(one[at], other[at]); order != 0)
                return order;
        return one.size() <=> other.size();
    }
    case value_rank::boolean:
        return std::get<bool>(left.value) <=> std::get<bool>(right.value);
    case value_rank::time:
    case value_rank::date:
    case value_rank::date_time:
        return std::get<std::int64_t>(left.value) <=> std::get<std::int64_t>(right.value);
    case value_rank::null:
    case value_rank::absent:
        break;
    }
    return std::weak_ordering::equivalent;
}

std::weak_ordering compare_by(const order_term& term, const sort_value& left,
                              const sort_value& right) noexcept {
    const auto stays = [](value_rank rank) {
        return rank == value_rank::distance || rank >= value_rank::null;
    };
    if (left.rank != right.rank && (stays(left.rank) || stays(right.rank)))
        return left.rank <=> right.rank;
    return term.descending ? compare_values(right, left) : compare_values(left, right);
}

/// Makes the values of one Entity for one term.
class reader {
public:
    reader(const order_term& term, const ordering& by, const collation& strings)
        : term_(term), by_(by), strings_(strings) {}

    [[nodiscard]] sort_value value_of(const ngsild::entity& subject) const {
        switch (term_.of) {
        case order_term::subject::id:
            return text(subject.id);
        case order_term::subject::type:
            return texts(subject.types);
        case order_term::subject::scope:
            return texts(subject.scopes);
        case order_term::subject::path:
            break;
        }
        if (term_.path.names.empty())
            return system_time(subject.created_at, subject.modified_at, subject.expires_at);
        return value_at(subject.attributes, 0).value_or(sort_value{});
    }

    /// As `value_of`, from what SQL found at the term's source.
    [[nodiscard]] std::optional<sort_value> value_of(const order_cell& found) const {
        if (found.several)
            return std::nullopt;
        if (term_.of == order_term::subject::id)
            return text(found.id);
        if (term_.path.what != member::value)
            return found.moment ? sort_value{value_rank::date_time, *found.moment} : sort_value{};
        if (!found.kind)
            return sort_value{};
        if (!found.value)
            return std::nullopt;
        auto value = parse_json(*found.value);
        if (!value)
            return std::nullopt;
        attribute_instance only;
        only.kind = *found.kind;
        only.value = std::move(*value);
        return target_value(only);
    }

private:
    /// The Attribute of the path's name number `depth`, and on from there.
    [[nodiscard]] std::optional<sort_value> value_at(const std::vector<ngsild::attribute>& among,
                                                     std::size_t depth) const {
        const auto found = std::ranges::find(among, term_.path.names[depth],
                                             [](const ngsild::attribute& one) { return one.name; });
        if (found == among.end())
            return std::nullopt;
        const auto& instances = found->instances;
        const auto usual = std::ranges::find_if(
            instances, [](const attribute_instance& one) { return one.dataset_id.empty(); });
        if (usual != instances.end())
            return value_in(*usual, depth);
        std::optional<sort_value> best;
        for (const auto& one : instances) {
            auto value = value_in(one, depth);
            if (value && (!best || compare_by(term_, *value, *best) < 0))
                best = std::move(value);
        }
        return best;
    }

    [[nodiscard]] std::optional<sort_value> value_in(const attribute_instance& of,
                                                     std::size_t depth) const {
        if (depth + 1 < term_.path.names.size())
            return value_at(of.attributes, depth + 1);
        switch (term_.path.what) {
        case member::value:
            return target_value(of);
        case member::unit_code: {
            const auto found = of.members.find("unitCode");
            return found == of.members.end() ? sort_value{} : value_of_json(*found, times::no);
        }
        case member::dataset_id:
            return of.dataset_id.empty() ? sort_value{} : text(of.dataset_id);
        case member::observed_at:
            return moment(of.observed_at);
        default:
            return system_time(of.created_at, of.modified_at, of.expires_at);
        }
    }

    [[nodiscard]] sort_value target_value(const attribute_instance& of) const {
        if (term_.by == order_term::key::distance && of.kind == attribute_kind::geo_property)
            if (const auto metres = distance(of.value, by_.from, earth::sphere))
                return {value_rank::distance, *metres};
        const auto& trailing = term_.path.trailing;
        if (of.kind == attribute_kind::language_property && trailing.size() == 1 &&
            trailing.front() != "*") {
            for (const auto& [tag, words] : of.value.items())
                if (lower_tag(tag) == lower_tag(trailing.front()))
                    return value_of_json(words, times::no);
            return {};
        }
        const bool has_times = of.kind == attribute_kind::property ||
                               of.kind == attribute_kind::json_property ||
                               of.kind == attribute_kind::list_property;
        if (of.kind == attribute_kind::list_relationship && trailing.empty())
            return objects(of.value);
        const json* value =
            trailing.empty() || trailing.front() == "*" ? &of.value : follow(of.value, trailing);
        return value == nullptr ? sort_value{}
                                : value_of_json(*value, has_times ? times::yes : times::no);
    }

    [[nodiscard]] sort_value objects(const json& list) const {
        std::vector<sort_value> all;
        for (const auto& one : list)
            all.push_back(value_of_json(
                one.is_object() && one.contains("object") ? one["object"] : one, times::no));
        return {value_rank::array, std::move(all)};
    }

    [[nodiscard]] sort_value value_of_json(const json& value, times allowed) const {
        const json& plain = plain_value(value);
        if (plain.is_null())
            return {value_rank::null, std::monostate{}};
        if (plain.is_boolean())
            return {value_rank::boolean, plain.get<bool>()};
        if (plain.is_number()) {
            const auto number = canonical_number(plain);
            if (const auto* whole = std::get_if<std::int64_t>(&number))
                return {value_rank::number, *whole};
            return {value_rank::number, std::get<double>(number)};
        }
        if (plain.is_object())
            return {value_rank::object, to_text(plain)};
        if (plain.is_array()) {
            std::vector<sort_value> all;
            for (const auto& one : plain)
                all.push_back(value_of_json(one, allowed));
            return {value_rank::array, std::move(all)};
        }
        const auto& words = plain.get_ref<const std::string&>();
        return allowed == times::yes ? time_or_text(words) : text(words);
    }

    [[nodiscard]] sort_value time_or_text(const std::string& words) const {
        if (const auto at = parse_date_time(words))
            return {value_rank::date_time, std::int64_t{at->time_since_epoch().count()}};
        if (const auto day = parse_date(words))
            return {value_rank::date, std::int64_t{day->time_since_epoch().count()}};
        if (const auto time = parse_time(words))
            return {value_rank::time, std::int64_t{time->count()}};
        return text(words);
    }

    [[nodiscard]] sort_value text(std::string_view words) const {
        return {value_rank::string, strings_.key_of(words)};
    }

    /// One text as itself, several as an array.
    [[nodiscard]] sort_value texts(const std::vector<std::string>& all) const {
        if (all.empty())
            return {};
        if (all.size() == 1)
            return text(all.front());
        std::vector<sort_value> values;
        for (const auto& one : all)
            values.push_back(text(one));
        return {value_rank::array, std::move(values)};
    }

    static sort_value moment(const std::optional<timestamp>& at) {
        if (!at || *at == timestamp{})
            return {};
        return {value_rank::date_time, std::int64_t{at->time_since_epoch().count()}};
    }

    [[nodiscard]] sort_value system_time(timestamp created_at, timestamp modified_at,
                                         const std::optional<timestamp>& expires_at) const {
        switch (term_.path.what) {
        case member::created_at:
            return moment(created_at);
        case member::modified_at:
            return moment(modified_at);
        default:
            return moment(expires_at);
        }
    }

    const order_term& term_;
    const ordering& by_;
    const collation& strings_;
};

} // namespace

entity_order::entity_order(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
entity_order::entity_order(entity_order&&) noexcept = default;
entity_order& entity_order::operator=(entity_order&&) noexcept = default;
entity_order::~entity_order() = default;

result<entity_order> entity_order::create(ordering by) {
    MERIDIAN_TRY(auto strings, collation::create(by.collation));
    return entity_order(std::make_unique<state>(state{std::move(by), std::move(strings)}));
}

sort_key entity_order::key_of(const ngsild::entity& subject) const {
    sort_key key;
    key.reserve(state_->by.terms.size());
    for (const auto& term : state_->by.terms)
        key.push_back(reader(term, state_->by, state_->strings).value_of(subject));
    return key;
}

std::optional<sort_key> entity_order::key_of(std::span<const order_cell> cells) const {
    sort_key key;
    key.reserve(cells.size());
    for (std::size_t at = 0; at < cells.size(); ++at) {
        auto value = reader(state_->by.terms[at], state_->by, state_->strings).value_of(cells[at]);
        if (!value)
            return std::nullopt;
        key.push_back(std::move(*value));
    }
    return key;
}

std::vector<std::string> entity_order::attributes() const {
    std::vector<std::string> names;
    for (const auto& term : state_->by.terms)
        if (term.of == order_term::subject::path && !term.path.names.empty())
            names.push_back(term.path.names.front());
    return names;
}

std::weak_ordering entity_order::compare(const sort_key& left,
                                         const sort_key& right) const noexcept {
    for (std::size_t at = 0; at < left.size(); ++at)
        if (const auto order = compare_by(state_->by.terms[at], left[at], right[at]); order != 0)
            return order;
    return std::weak_ordering::equivalent;
}

} // namespace meridian::query
