#include "meridian/jsonld/link_header.hpp"

#include <gtest/gtest.h>

using namespace meridian;
using namespace meridian::jsonld;

namespace {

/// The URL, "none", or "kind: detail".
std::string outcome(std::string_view header) {
    auto link = parse_context_link(header);
    if (!link)
        return std::string(type_name(link.error().kind())) + ": " + link.error().detail();
    return link->value_or("none");
}

} // namespace

TEST(clause_6_3_5_link_header, gives_the_target_of_the_context_link) {
    struct row {
        const char* header;
        const char* expected;
        const char* why;
    };
    const row rows[] = {
        {R"(<http://a.example/c.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json")",
         "http://a.example/c.jsonld", "as in the clause"},
        {R"(<http://a.example/c>;rel=http://www.w3.org/ns/json-ld#context;type=application/ld+json)",
         "http://a.example/c", "no quotes, no blanks"},
        {"  < http://a.example/c >\t; type = \"application/ld+json\" ; Rel = "
         "\"http://www.w3.org/ns/json-ld#context\" ; ",
         "http://a.example/c", "blanks, order, case, empty parameter"},
        {R"(<http://a.example/c>; rel="alternate HTTP://www.w3.org/ns/json-ld#context")",
         "http://a.example/c", "one of several relations, whatever its case"},
        {R"(<http://b.example/x>; rel="next", <http://a.example/c?a,b;c>; rel="http://www.w3.org/ns/json-ld#context", </y>; rel=prev)",
         "http://a.example/c?a,b;c", "among others"},
        {R"(<http://b.example/x>; title="a, \"b\"; rel=x"; rel=next,,<c>; rel="http://www.w3.org/ns/json-ld#context")",
         "c", "quoted separators, empty element"},
        {R"(<http://b.example/x>; rel=next; rel="http://www.w3.org/ns/json-ld#context")", "none",
         "only the first rel counts"},
        {R"(<http://b.example/x>; rel="http://www.w3.org/ns/json-ld#contexts")", "none",
         "another relation"},
        {R"(<http://b.example/x>; rev="http://www.w3.org/ns/json-ld#context")", "none",
         "another parameter"},
        {"<http://b.example/x>", "none", "no relation"},
        {"", "none", "empty"},
        {" , ,", "none", "empty elements"},
    };
    for (const auto& [header, expected, why] : rows)
        EXPECT_EQ(expected, outcome(header)) << why << ": " << header;
}

TEST(clause_6_3_5_link_header, refuses_what_is_no_single_context_link) {
    struct row {
        const char* header;
        const char* expected;
    };
    const row rows[] = {
        {R"(<http://a.example/c>; rel="http://www.w3.org/ns/json-ld#context", <http://b.example/c>; rel="http://www.w3.org/ns/json-ld#context")",
         "BadRequestData: Link header: more than one link to a JSON-LD @context"},
        {R"(<>; rel="http://www.w3.org/ns/json-ld#context")",
         "BadRequestData: Link header: the link to the JSON-LD @context is empty"},
        {"http://a.example/c", "BadRequestData: Link header: a link starts with '<'"},
        {"<http://a.example/c", "BadRequestData: Link header: '>' is missing"},
        {"<http://a.example/c> rel=x", "BadRequestData: Link header: ';' or ',' is missing"},
        {R"(<http://a.example/c>; rel="x)",
         "BadRequestData: Link header: a quoted text does not end"},
        {R"(<http://a.example/c>; rel="x\)",
         "BadRequestData: Link header: a quoted text does not end"},
    };
    for (const auto& [header, expected] : rows)
        EXPECT_EQ(expected, outcome(header)) << header;
}

TEST(clause_6_3_5_link_header, what_is_rendered_is_parsed_again) {
    EXPECT_EQ(R"(<http://a.example/c>; rel="http://www.w3.org/ns/json-ld#context"; )"
              R"(type="application/ld+json")",
              render_context_link("http://a.example/c"));
    EXPECT_EQ("http://a.example/c", outcome(render_context_link("http://a.example/c")));
}
