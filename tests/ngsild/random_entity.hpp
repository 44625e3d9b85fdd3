#pragma once

#include "known_names.hpp"

#include "meridian/ngsild/entity.hpp"

#include <random>

namespace meridian::ngsild {

/// Random valid Entities, for properties that hold for each of them. Learns the names it uses.
class random_entities {
public:
    random_entities(unsigned seed, known_names& dictionary)
        : engine_(seed), dictionary_(&dictionary) {}

    [[nodiscard]] entity next() {
        entity out;
        out.id = "urn:ngsi-ld:Thing:" + std::to_string(below(1000));
        const auto types = 1 + below(3);
        for (std::size_t index = 0; index < types; ++index)
            out.types.push_back(name("https://example.org/Type" + std::to_string(index)));
        if (below(4) == 0)
            out.types.push_back(name(no_short_name + "type"));
        for (std::size_t index = below(3); index > 0; --index)
            out.scopes.push_back("/Madrid/Garden" + std::to_string(index));
        if (below(4) == 0)
            out.expires_at = moment();
        out.attributes = attributes(0);
        return out;
    }

    [[nodiscard]] std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
    }

    /// Any JSON without null.
    [[nodiscard]] json value(std::size_t depth = 0) {
        switch (below(depth < 3 ? 7 : 5)) {
        case 0:
            return json(static_cast<int>(below(2000)) - 1000);
        case 1:
            return json(static_cast<double>(below(100000)) / 64 - 300);
        case 2:
            return json(below(2) == 0);
        case 3:
            return json("text \"\\ é\n" + std::to_string(below(10)));
        case 4:
            return json(std::uint64_t{1} << below(64));
        case 5: {
            auto out = json::array();
            for (std::size_t count = below(4); count > 0; --count)
                out.push_back(value(depth + 1));
            return out;
        }
        default: {
            auto out = json::object();
            for (std::size_t count = below(4); count > 0; --count)
                out["m" + std::to_string(below(5))] = value(depth + 1);
            return out;
        }
        }
    }

private:
    /// An IRI of the default vocabulary whose tail is no name by 4.6.2.
    inline static const std::string no_short_name =
        "https://uri.etsi.org/ngsi-ld/default-context/no-";

    std::string name(std::string iri) {
        dictionary_->learn(iri);
        return iri;
    }
    timestamp moment() {
        return timestamp{std::chrono::microseconds{1'600'000'000'000'000 +
                                                   static_cast<std::int64_t>(below(1u << 31))}};
    }
    std::vector<attribute> attributes(std::size_t depth) {
        std::vector<attribute> out;
        const auto count = below(depth == 0 ? 6 : 3);
        for (std::size_t index = 0; index < count; ++index) {
            attribute one;
            one.name = name((below(6) == 0 ? no_short_name : "https://example.org/attribute") +
                            std::to_string(depth * 10 + index));
            const auto instances = 1 + below(3);
            for (std::size_t dataset = 0; dataset < instances; ++dataset) {
                one.instances.push_back(instance(depth));
                if (dataset != 0)
                    one.instances.back().dataset_id = name("urn:set:" + std::to_string(dataset));
            }
            out.push_back(std::move(one));
        }
        return out;
    }
    json kind_value(attribute_kind kind) {
        switch (kind) {
        case attribute_kind::relationship:
            return below(2) == 0 ? json("urn:a:1") : json{"urn:a:1", "urn:a:2"};
        case attribute_kind::geo_property:
            return json{{"type", "Point"}, {"coordinates", {1.5, 2}}};
        case attribute_kind::language_property:
            return json{{"en", "a"}, {"fr", {"b", "c"}}};
        case attribute_kind::vocab_property:
            return below(2) == 0 ? json("https://example.org/v1")
                                 : json{"https://example.org/v1", "https://example.org/v2"};
        case attribute_kind::list_property:
            return json::array({value(2), value(2)});
        case attribute_kind::list_relationship:
            return json::array({json{{"object", "urn:a:1"}}});
        case attribute_kind::property:
        case attribute_kind::json_property:
            break;
        }
        return value();
    }
    attribute_instance instance(std::size_t depth) {
        attribute_instance out;
        out.kind = static_cast<attribute_kind>(1 + below(8));
        out.value = kind_value(out.kind);
        out.created_at = moment();
        out.modified_at = moment();
        if (below(2) == 0)
            out.observed_at = moment();
        if (below(5) == 0)
            out.expires_at = moment();
        if (below(3) == 0)
            out.members["unitCode"] = "CEL";
        if (below(4) == 0)
            out.value_type = "https://example.org/valueType";
        if (below(4) == 0)
            out.object_type = json{"https://example.org/Type0", "https://example.org/Type1"};
        if (depth < 3)
            out.attributes = attributes(depth + 1);
        return out;
    }

    std::mt19937 engine_;
    known_names* dictionary_;
};

} // namespace meridian::ngsild
