/// Clause 5.12: which Registrations a request matches, and what that costs.
#include "federation/support.hpp"

#include <chrono>
#include <random>

namespace meridian::federation::test {
namespace {

query::type_selection types(std::string_view text) {
    return query::parse_types(text, query::parse_scope{*jsonld::core_context()}).value();
}

struct wanted_of {
    std::string ids;
    std::string id_pattern;
    std::string types;
    std::string attributes;
};

asked to_asked(const wanted_of& text) {
    asked wanted;
    if (!text.ids.empty())
        wanted.ids = {text.ids};
    if (!text.id_pattern.empty())
        wanted.id_pattern = query::pattern::create(text.id_pattern, "idPattern").value();
    if (!text.types.empty())
        wanted.types = types(text.types);
    if (!text.attributes.empty())
        wanted.attributes = query::parse_names(text.attributes, "attrs",
                                               query::parse_scope{*jsonld::core_context()})
                                .value();
    return wanted;
}

std::string numbers_of(const std::vector<match>& found) {
    std::string text;
    for (const auto& one : found) {
        text += std::to_string(one.source->number) + ":";
        for (const auto place : one.information)
            text += std::to_string(place);
        text += ' ';
    }
    return text;
}

TEST(clause_5_12_matching, registrations_match_by_type_id_pattern_and_attribute) {
    std::vector<registration_ptr> all{
        made(1, payload_with(R"({"information": [{"entities": [{"type": "Room"}]}]})")),
        made(2, payload_with(R"({"information": [
            {"entities": [{"type": "Room", "id": "urn:r:1"}], "propertyNames": ["p"]},
            {"entities": [{"type": "Car", "idPattern": "^urn:car:.*7$"}]}]})")),
        made(3, payload_with(R"({"information": [{"propertyNames": ["p", "q"]}]})")),
        made(4, payload_with(R"({"information": [{"entities": [{"type": ["A", "B"]}],
                                                  "relationshipNames": ["r"]}]})")),
        made(5, payload_with(R"({"information": [{"entities":
            [{"type": "Car", "idPattern": ".*garage$"}, {"type": "Room", "idPattern": "x|y"}]}]})")),
        made(6, payload_with(R"({"information": [{"entities": [{"type": "Room"}]}],
                                 "expiresAt": "2026-01-01T12:00:01Z"})")),
    };
    const index present(all);
    struct row {
        wanted_of wanted;
        const char* found;
    };
    for (const auto& [wanted, found] : {
             row{{"", "", "Room", ""}, "1:0 2:0 3:0 5:0 6:0 "},
             row{{"", "", "Car", ""}, "2:1 3:0 5:0 "},
             row{{"", "", "Room", "p"}, "1:0 2:0 3:0 5:0 6:0 "},
             row{{"", "", "Room", "zz"}, "1:0 5:0 6:0 "},
             row{{"", "", "", "r"}, "1:0 2:1 4:0 5:0 6:0 "},
             row{{"", "", "(A;B),Other", ""}, "3:0 4:0 "},
             row{{"", "", "A;Room", ""}, "3:0 "},
             row{{"urn:r:1", "", "Room", ""}, "1:0 2:0 3:0 6:0 "},
             row{{"urn:r:2", "", "Room", ""}, "1:0 3:0 6:0 "},
             row{{"urn:r:x", "", "Room", ""}, "1:0 3:0 5:0 6:0 "},
             row{{"urn:car:17", "", "", ""}, "1:0 2:1 3:0 4:0 6:0 "},
             row{{"urn:car:17", "", "Car", ""}, "2:1 3:0 "},
             row{{"urn:car:garage", "", "Car", ""}, "3:0 5:0 "},
             row{{"", "^urn:r:", "Room", ""}, "1:0 2:0 3:0 5:0 6:0 "},
             row{{"", "^urn:s:", "Room", ""}, "1:0 3:0 5:0 6:0 "},
             row{{"", "", "Nothing", "zz"}, ""},
         }) {
        const auto request = to_asked(wanted);
        EXPECT_EQ(numbers_of(present.find(request, noon)), found)
            << wanted.ids << ' ' << wanted.id_pattern << ' ' << wanted.types << ' '
            << wanted.attributes;
        EXPECT_TRUE(present.may_match(request.ids, request.types));
    }
    EXPECT_EQ(
        numbers_of(present.find(to_asked({"", "", "Room", "zz"}), noon + std::chrono::seconds(1))),
        "1:0 5:0 ");
}

TEST(clause_5_12_matching, dataset_ids_must_have_one_in_common_where_both_name_some) {
    const index present({made(1, payload_with(R"({"datasetId": ["urn:d:1", "@none"]})"))});
    auto wanted = to_asked({"", "", "Room", ""});
    EXPECT_EQ(numbers_of(present.find(wanted, noon)), "1:0 ");
    wanted.dataset_ids = {"urn:d:2"};
    EXPECT_EQ(numbers_of(present.find(wanted, noon)), "");
    wanted.dataset_ids = {"urn:d:2", "@none"};
    EXPECT_EQ(numbers_of(present.find(wanted, noon)), "1:0 ");
}

TEST(pattern_index, a_literal_is_required_only_where_every_match_holds_it) {
    struct row {
        const char* expression;
        const char* literal;
    };
    for (const auto& [expression, literal] : {
             row{"^urn:ngsi-ld:Car:.*$", "urn:ngsi-ld:Car:"},
             row{".*downtown$", "downtown"},
             row{"urn:(a|b):room", ":room"},
             row{"abc|def", ""},
             row{"(abc)*", ""},
             row{"abcd?", "abc"},
             row{"abcd{0,1}ef", "abc"},
             row{"a\\.b\\d+xyz", "a.b"},
             row{"[abc]xyz[]a]", "xyz"},
             row{"[[:alpha:]]abc", "abc"},
             row{"(?i)abc", ""},
             row{"a[", "a"},
             row{"a\\", "a"},
         })
        EXPECT_EQ(pattern_index::required_literal(expression), literal) << expression;
}

/// The index finds what a look at every Registration would find.
TEST(clause_5_12_matching, candidates_by_pattern_lose_no_match) {
    std::mt19937 random(7);
    const auto pick = [&](const std::vector<std::string>& from) {
        return from[random() % from.size()];
    };
    const std::vector<std::string> parts{"urn:", "car:",  "room:", ".*",  "[0-9]+", "7$",
                                         "^urn", "(a|b)", "x?",    "\\.", "1"};
    std::vector<query::pattern> patterns;
    pattern_index present;
    while (patterns.size() < 300) {
        std::string text;
        for (auto count = 1 + random() % 4; count > 0; --count)
            text += pick(parts);
        auto made_of = query::pattern::create(text, "idPattern");
        if (!made_of)
            continue;
        present.add(text, static_cast<std::uint32_t>(patterns.size()));
        patterns.push_back(std::move(*made_of));
    }
    for (int round = 0; round < 300; ++round) {
        const auto id = "urn:" + pick({"car:", "room:", "a"}) + pick({"1", "17", "a.1", "b"});
        std::vector<std::uint32_t> candidates;
        present.candidates(id, candidates);
        EXPECT_EQ(present.has_candidates(id), !candidates.empty()) << id;
        for (std::uint32_t i = 0; i < patterns.size(); ++i) {
            const bool is_candidate = std::ranges::find(candidates, i) != candidates.end();
            EXPECT_TRUE(is_candidate || !patterns[i].matches(id))
                << patterns[i].text() << " for " << id;
        }
    }
}

/// Issue 4: with 10,000 Registrations that do not match a request costs what it costs with none.
TEST(clause_5_12_matching, ten_thousand_registrations_that_do_not_match_cost_microseconds) {
    std::vector<registration_ptr> all;
    for (int i = 0; i < 10'000; ++i) {
        const auto n = std::to_string(i);
        auto entity = json{{"type", "Type" + n}};
        if (i % 3 == 1)
            entity["id"] = "urn:other:" + n;
        if (i % 3 == 2)
            entity["idPattern"] = "^urn:type" + n + ":.*";
        auto payload = payload_with();
        payload["information"] = parsed("[{}]");
        payload["information"][0]["entities"] = json::array({entity});
        all.push_back(made(i, payload));
    }
    const index present(std::move(all));
    auto by_type = to_asked({"", "", "Room", ""});
    auto by_id = to_asked({"urn:ngsi-ld:Room:17", "", "Room", ""});
    constexpr int rounds = 1'000;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) {
        EXPECT_TRUE(present.find(by_type, noon).empty());
        EXPECT_TRUE(present.find(by_id, noon).empty());
        EXPECT_FALSE(present.may_match(by_id.ids, by_id.types));
    }
    const auto each =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin) /
        (2 * rounds);
    // A look at every one of them takes milliseconds.
    EXPECT_LT(each.count(), 500) << "microseconds a request, in a debug build";
    RecordProperty("microseconds", std::to_string(each.count()));
}

} // namespace
} // namespace meridian::federation::test
