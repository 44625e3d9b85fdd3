#pragma once

#include "meridian/ngsild/entity.hpp"
#include "meridian/query/ast.hpp"

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meridian::support {

/// Random Entities and q filters over few names and few values, so that they meet often: the
/// property tests hold the evaluation in memory, `search.kv` and SQL against each other.
/// Equal seeds give equal sequences.
class random_entities {
public:
    explicit random_entities(std::uint64_t seed) : engine_(seed) {}

    static constexpr std::string_view vocabulary = "https://example.org/";
    /// The Attribute names that Entities and filters draw from; one more is never in an Entity.
    static std::vector<std::string> attribute_names() {
        std::vector<std::string> names;
        for (const auto* name : {"a", "b", "c", "d"})
            names.push_back(iri(name));
        return names;
    }
    static std::string unused_name() { return iri("unused"); }
    static std::vector<std::string> type_names() { return {iri("T"), iri("U")}; }

    ngsild::entity entity(std::string id) {
        ngsild::entity made;
        made.id = std::move(id);
        made.types = {iri("T")};
        if (one_in(3))
            made.types.push_back(iri("U"));
        made.created_at = moment();
        made.modified_at = moment();
        if (one_in(4))
            made.expires_at = moment();
        for (const auto& name : attribute_names()) {
            if (!one_in(3))
                made.attributes.push_back(attribute(name, 0));
        }
        return made;
    }

    query::q_expression filter(int depth = 3) {
        query::q_expression made;
        if (depth == 0 || one_in(2)) {
            made.term = term();
            return made;
        }
        made.kind =
            one_in(2) ? query::q_expression::node::all_of : query::q_expression::node::any_of;
        const auto count = 2 + below(2);
        while (made.operands.size() < count) {
            auto operand = filter(depth - 1);
            if (operand.kind != made.kind) // as the parser flattens
                made.operands.push_back(std::move(operand));
        }
        return made;
    }

    query::q_term term() {
        query::q_term made;
        made.target.path = path();
        if (one_in(5)) // exists
            return made;
        constexpr std::array operators{query::comparison::equal,   query::comparison::unequal,
                                       query::comparison::greater, query::comparison::greater_equal,
                                       query::comparison::less,    query::comparison::less_equal,
                                       query::comparison::matches, query::comparison::matches_not};
        made.how = operators[below(operators.size())];
        if (made.how == query::comparison::matches || made.how == query::comparison::matches_not)
            made.operand = expression();
        else if (made.how != query::comparison::equal && made.how != query::comparison::unequal)
            made.operand = query::value_list{comparable(below(5))};
        else
            made.operand = equality();
        read_times(made);
        return made;
    }

    ngsild::attribute attribute(const std::string& name, int depth) {
        ngsild::attribute made{name, {}};
        made.instances.push_back(instance(depth));
        if (one_in(4)) {
            made.instances.push_back(instance(depth));
            made.instances.back().dataset_id = "urn:ngsi-ld:dataset:1";
        }
        return made;
    }

    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
    }
    bool one_in(std::size_t count) { return below(count) == 0; }

private:
    static std::string iri(std::string_view name) { return std::string(vocabulary).append(name); }

    timestamp moment() {
        const auto day = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
        return timestamp(day) + std::chrono::hours(12 * below(5)) +
               std::chrono::microseconds(below(2) * 123'456);
    }

    std::string word() {
        static const std::vector<std::string> words{"",
                                                    "red",
                                                    "blue",
                                                    "Zürich",
                                                    "a\"b",
                                                    "back\\slash",
                                                    "red, or blue",
                                                    "2020-01-01T12:00:00Z",
                                                    "2020-01-02T00:00:00.123456Z",
                                                    "2020-01-01",
                                                    "12:00:00Z",
                                                    "urn:ngsi-ld:T:1",
                                                    "https://example.org/red",
                                                    std::string(1'500, 'x')};
        return words[below(one_in(10) ? words.size() : words.size() - 1)];
    }
    json number() {
        static const std::vector<json> numbers{0,
                                               -1,
                                               5,
                                               5.0,
                                               15,
                                               15.5,
                                               1e30,
                                               0.1,
                                               -3.25e-7,
                                               50,
                                               9007199254740993LL,
                                               9007199254740992.0,
                                               18446744073709551615ULL};
        return numbers[below(numbers.size())];
    }
    json scalar() {
        switch (below(6)) {
        case 0:
        case 1:
            return number();
        case 2:
            return one_in(2);
        case 3:
            return one_in(4) ? json() : json(word());
        default:
            return word();
        }
    }
    json array() {
        json made = json::array();
        for (auto count = below(4); count > 0; --count)
            made.push_back(one_in(6) ? value(2) : scalar());
        return made;
    }
    json object(int depth) {
        if (one_in(5)) {
            json typed = json::object();
            typed["@type"] = "DateTime";
            typed["@value"] = "2020-01-01T12:00:00Z";
            return typed;
        }
        json made = json::object();
        for (const auto* name : {"m", "n", "en"}) {
            if (one_in(2))
                made[name] = value(depth + 1);
        }
        return made;
    }
    json value(int depth = 0) {
        if (depth < 3 && one_in(4))
            return one_in(2) ? array() : object(depth);
        return scalar();
    }
    json uri() { return "urn:ngsi-ld:T:" + std::to_string(below(3)); }
    json uris() {
        if (one_in(2))
            return uri();
        json made = json::array();
        for (auto count = 1 + below(2); count > 0; --count)
            made.push_back(uri());
        return made;
    }
    json language_map() {
        json made = json::object();
        for (const auto* tag : {"en", "de", "EN-gb"}) {
            if (!one_in(3))
                made[tag] = word();
        }
        if (one_in(3))
            made["fr"] = json::array({word(), word()});
        return made;
    }

    ngsild::attribute_instance instance(int depth) {
        using ngsild::attribute_kind;
        ngsild::attribute_instance made;
        constexpr std::array kinds{
            attribute_kind::property,          attribute_kind::property,
            attribute_kind::property,          attribute_kind::relationship,
            attribute_kind::language_property, attribute_kind::vocab_property,
            attribute_kind::json_property,     attribute_kind::list_property,
            attribute_kind::list_relationship, attribute_kind::geo_property};
        made.kind = kinds[below(kinds.size())];
        made.value = value_of(made.kind);
        if (one_in(3))
            made.observed_at = moment();
        if (one_in(4))
            made.members["unitCode"] = one_in(2) ? "CEL" : "FAH";
        made.created_at = moment();
        made.modified_at = moment();
        if (depth < 2 && one_in(3))
            made.attributes.push_back(attribute(attribute_names()[below(2)], depth + 1));
        return made;
    }
    json value_of(ngsild::attribute_kind kind) {
        using ngsild::attribute_kind;
        switch (kind) {
        case attribute_kind::relationship:
            return uris();
        case attribute_kind::language_property:
            return language_map();
        case attribute_kind::vocab_property:
            return one_in(2) ? json("https://example.org/red")
                             : json::array({"https://example.org/red", "https://example.org/x"});
        case attribute_kind::list_property:
            return array();
        case attribute_kind::list_relationship: {
            json list = json::array();
            json one = json::object();
            one["object"] = uri();
            list.push_back(std::move(one));
            return list;
        }
        case attribute_kind::geo_property:
            return json::parse(R"({"type":"Point","coordinates":[8,40]})");
        default:
            return value();
        }
    }

    query::value_path path() {
        query::value_path made;
        if (one_in(20)) {
            constexpr std::array times{query::member::created_at, query::member::modified_at,
                                       query::member::expires_at};
            made.what = times[below(times.size())];
            return made;
        }
        auto names = attribute_names();
        names.push_back(unused_name());
        made.names.push_back(names[below(one_in(10) ? names.size() : names.size() - 1)]);
        while (made.names.size() < 3 && one_in(4))
            made.names.push_back(names[below(2)]);
        if (one_in(4)) {
            static const std::vector<std::vector<std::string>> trailing{
                {"m"}, {"n"}, {"m", "n"}, {"en"}, {"EN-GB"}, {"*"}, {"odd \"name\""}};
            made.trailing = trailing[below(trailing.size())];
        } else if (one_in(6)) {
            constexpr std::array members{query::member::observed_at, query::member::created_at,
                                         query::member::modified_at, query::member::unit_code,
                                         query::member::dataset_id,  query::member::observed_at};
            made.what = members[below(members.size())];
        }
        return made;
    }

    /// A literal as the parser makes it; `sort` 0 to 4 so that ranges can draw two of one.
    query::literal comparable(std::size_t sort) {
        switch (sort) {
        case 0: {
            const auto made = number();
            if (made.is_number_unsigned() && made.get<std::uint64_t>() > 1ULL << 62)
                return made.get<double>();
            if (made.is_number_integer())
                return made.get<std::int64_t>();
            const auto real = made.get<double>();
            if (real == static_cast<double>(static_cast<int>(real > 1e9 ? 0 : real)))
                return static_cast<std::int64_t>(real);
            return real == 9007199254740992.0 ? query::literal(std::int64_t{9007199254740992})
                                              : query::literal(real);
        }
        case 1:
            return query::date_time{moment()};
        case 2:
            return query::date{timestamp(std::chrono::sys_days(std::chrono::year(2020) / 1 / 1))};
        case 3:
            return query::time_of_day{std::chrono::hours(12)};
        default:
            return word();
        }
    }
    std::variant<std::monostate, query::value_list, query::value_range, query::pattern> equality() {
        const auto sort = below(4); // strings would need care with system times
        if (one_in(4))
            return query::value_range{comparable(sort), comparable(sort)};
        query::value_list values;
        for (auto count = 1 + below(2); count > 0; --count)
            values.push_back(one_in(8) ? query::literal(one_in(2)) : comparable(below(5)));
        return values;
    }
    /// As the parser: a DateTime in quotes compared with a system time is a DateTime.
    static void read_times(query::q_term& of) {
        const auto what = of.target.path.what;
        if (what == query::member::value || what == query::member::unit_code ||
            what == query::member::dataset_id)
            return;
        const auto read = [](query::literal& value) {
            const auto* text = std::get_if<std::string>(&value);
            if (const auto moment = text != nullptr ? parse_date_time(*text) : std::nullopt)
                value = query::date_time{*moment};
        };
        if (auto* values = std::get_if<query::value_list>(&of.operand)) {
            for (auto& value : *values)
                read(value);
        }
        if (auto* range = std::get_if<query::value_range>(&of.operand)) {
            read(range->low);
            read(range->high);
        }
    }
    query::pattern expression() {
        static const std::vector<std::string> texts{"red", "^b", "e$", "[0-9]+", "\"", "Z(ü|u)r"};
        return *query::pattern::create(texts[below(texts.size())], "q");
    }

    std::mt19937_64 engine_;
};

} // namespace meridian::support
