#include "support.hpp"

#include <random>

namespace meridian::query {
namespace {

using testing::core;
using testing::refusal;

struct selection_case {
    std::string_view text;
    std::string_view canonical;
};

TEST(clause_4_17_parse_types, gives_the_disjunctive_normal_form) {
    const selection_case cases[] = {
        {"Building|House", "Building|House"},
        {"House,Building", "Building|House"},
        {"(Home;Vehicle)", "(Home;Vehicle)"},
        {"(Home;Vehicle)|Motorhome", "(Home;Vehicle)|Motorhome"},
        {"(Vehicle;Home),Motorhome,Motorhome", "(Home;Vehicle)|Motorhome"},
        {"(A|B);C", "(A;C)|(B;C)"},
        {"((A;B)|C;D),E", "(A;B)|(C;D)|E"},
        {"A|(A;B)", "A"},
        {"*", "*"},
        {"https://uri.etsi.org/ngsi-ld/default-context/A", "A"},
    };
    for (const auto& one : cases) {
        const auto read = parse_types(one.text, parse_scope{core()});
        ASSERT_TRUE(read) << one.text << read.error().detail();
        EXPECT_EQ(to_text(*read, &core()), one.canonical) << one.text;
        EXPECT_EQ(parse_types(to_text(*read), parse_scope{core(), name_form::canonical}).value(),
                  *read);
    }
}

TEST(clause_4_17_parse_types, refuses_what_the_grammar_does_not_give) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "type is empty"},
        {"A,", "type: expected a name or a URI at byte 2"},
        {"(A;B", "type: expected ) at byte 4"},
        {"A B", "type: expected a name or a URI at byte 0"},
        {"A)", "type: expected ; or | or , or the end at byte 1"},
    };
    for (const auto& [text, detail] : cases)
        EXPECT_EQ(refusal(parse_types(text, parse_scope{core()})), detail) << text;
}

TEST(clause_4_17_parse_types, every_term_that_is_sent_counts_for_the_limit) {
    std::string repeated = "A";
    for (int i = 1; i < 400; ++i)
        repeated += ",A";
    EXPECT_TRUE(parse_types(repeated, parse_scope{core()}));
    EXPECT_EQ(refusal(parse_types(repeated + ",A", parse_scope{core()})),
              "type: too many terms at byte 801");
}

TEST(clause_4_17_matches, needs_all_types_of_one_list) {
    const std::vector<std::string> home{testing::iri("Home"), testing::iri("Vehicle")};
    const std::pair<std::string_view, bool> cases[] = {
        {"Home", true},
        {"House|Vehicle", true},
        {"(Home;Vehicle)", true},
        {"(Home;House)", false},
        {"House", false},
        {"*", true},
        {"(Home;House),Vehicle", true},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(matches(*parse_types(text, parse_scope{core()}), home), expected) << text;
}

TEST(clause_4_19_parse_scopes, gives_the_disjunctive_normal_form) {
    const selection_case cases[] = {
        {"/Madrid", "/Madrid"},
        {"/Madrid/Gardens/#", "/Madrid/Gardens/#"},
        {"/Madrid/+/ParqueNorte", "/Madrid/+/ParqueNorte"},
        {"(/Madrid/Districts;/CompanyA)", "(/CompanyA;/Madrid/Districts)"},
        {"(/Madrid/Districts;/CompanyA)|CompanyB", "(/CompanyA;/Madrid/Districts)|/CompanyB"},
        {"(/Madrid/Districts;/CompanyA),CompanyB", "(/CompanyA;/Madrid/Districts)|/CompanyB"},
        {"/#", "/#"},
    };
    for (const auto& one : cases) {
        const auto read = parse_scopes(one.text);
        ASSERT_TRUE(read) << one.text << read.error().detail();
        EXPECT_EQ(to_text(*read), one.canonical);
        EXPECT_EQ(parse_scopes(to_text(*read)).value(), *read);
    }
}

TEST(clause_4_19_parse_scopes, refuses_what_the_grammar_does_not_give) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "scopeQ is empty"},
        {"/", "scopeQ: expected a name at byte 1"},
        {"/a//b", "scopeQ: expected a name at byte 3"},
        {"/a/#/b", "scopeQ: expected ; or | or , or the end at byte 4"},
        {"/a/b+", "scopeQ: expected ; or | or , or the end at byte 4"},
        {"(/a", "scopeQ: expected ) at byte 3"},
    };
    for (const auto& [text, detail] : cases)
        EXPECT_EQ(refusal(parse_scopes(text)), detail) << text;
}

TEST(clause_4_19_matches, follows_the_examples) {
    struct scope_case {
        std::string_view text;
        std::vector<std::string> scopes;
        bool expected;
    };
    const scope_case cases[] = {
        {"/Madrid", {"/Madrid"}, true},
        {"/Madrid", {"/Madrid/Gardens"}, false},
        {"/Madrid/Gardens/#", {"/Madrid/Gardens"}, true},
        {"/Madrid/Gardens/#", {"/Madrid/Gardens/ParqueNorte/Parterre1"}, true},
        {"/Madrid/Gardens/#", {"/Madrid/GardensOfEden"}, false},
        {"/Madrid/+/ParqueNorte", {"/Madrid/Gardens/ParqueNorte"}, true},
        {"/Madrid/+/ParqueNorte", {"/Madrid/ParqueNorte"}, false},
        {"/Madrid/+/ParqueNorte", {"/Madrid/Gardens/ParqueNorte/Parterre1"}, false},
        {"/+/#", {"/Madrid"}, true},
        {"(/Madrid/Districts;/CompanyA)", {"/Madrid/Districts", "/CompanyA"}, true},
        {"(/Madrid/Districts;/CompanyA)", {"/Madrid/Districts"}, false},
        {"/#", {"/Any"}, true},
        {"/#", {}, false},
    };
    for (const auto& one : cases)
        EXPECT_EQ(matches(*parse_scopes(one.text), one.scopes), one.expected) << one.text;
}

TEST(clause_4_19_parse_scopes, reads_what_it_prints) {
    std::mt19937 engine(2);
    const auto below = [&](int bound) {
        return std::uniform_int_distribution(0, bound - 1)(engine);
    };
    for (int i = 0; i < 1'000; ++i) {
        std::string text;
        for (int lists = 1 + below(3); lists > 0; --lists) {
            text += text.empty() ? "(" : "|(";
            for (int terms = 1 + below(3); terms > 0; --terms) {
                for (int levels = 1 + below(3); levels > 0; --levels)
                    text += std::string("/") + "ab+"[below(3)];
                text += below(2) == 0 ? "/#" : "";
                text += terms > 1 ? ";" : "";
            }
            text += ')';
        }
        const auto read = parse_scopes(text);
        ASSERT_TRUE(read) << text << read.error().detail();
        ASSERT_EQ(parse_scopes(to_text(*read)).value(), *read) << text;
    }
}

} // namespace
} // namespace meridian::query
