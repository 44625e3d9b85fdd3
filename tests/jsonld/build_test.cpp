#include "support.hpp"

using namespace meridian;
using namespace meridian::jsonld;
using namespace meridian::jsonld::test;

TEST(clause_5_5_7_user_context, what_is_not_allowed_is_bad_request_data) {
    struct row {
        std::string_view local;
        std::string_view expected;
    };
    const row rows[] = {
        {"1", "@context: must be a URL, an object, null or an array of these"},
        {"[[]]", "@context: must be a URL, an object, null or an array of these"},
        {R"({"a": {"@id": "http://a.example/", "@context": {}}})",
         "@context, term a: scoped contexts are not allowed in a user @context (5.5.7)"},
        {R"({"value": {"@id": "http://a.example/", "@context": null}})",
         "@context, term value: scoped contexts are not allowed in a user @context (5.5.7)"},
        {R"({"a": "a:b"})", "@context, term a: its definition refers to itself"},
        {R"({"a": "b:x", "b": "c:x", "c": {"@id": "a:x"}})",
         "@context, term a: its definition refers to itself"},
        {R"({"a": {"@id": "http://a.example/", "@type": "b"}, "b": "c", "c": "b"})",
         "@context, term b: its definition refers to itself"},
        {R"({"a": 1})", "@context, term a: must be a string, an object or null"},
        {R"({"": "http://a.example/"})", "@context, term \"\": a term must not be empty"},
        {R"({"@id": "http://a.example/"})", "@context, term @id: a keyword cannot be redefined"},
        {R"({"@context": {}})", "@context, term @context: a keyword cannot be redefined"},
        {R"({"a": "@context"})", "@context, term a: cannot be an alias of @context"},
        {R"({"a": {"@id": 1}})", "@context, term a: @id must be a string or null"},
        {R"({"a": {"@type": 1}})", "@context, term a: @type must be a string"},
        {R"({"a": {"@type": "@list"}})",
         "@context, term a: @type must be @id, @vocab, @json, @none or an IRI"},
        {R"({"a": {"@container": "@value"}})", "@context, term a: @container is not valid"},
        {R"({"a": {"@container": ["@list", "@set"]}})",
         "@context, term a: @container is not valid"},
        {R"({"a": {"@reverse": "http://a.example/", "@id": "http://b.example/"}})",
         "@context, term a: @reverse must be a string, without @id and @nest"},
        {R"({"a": {"@reverse": "http://a.example/", "@container": "@list"}})",
         "@context, term a: @container of a reverse term must be @set or @index"},
        {R"({"a": {"@id": "http://a.example/", "colour": 1}})",
         "@context, term a: its definition has the unknown member colour"},
        {R"({"a": {"@prefix": 1}})",
         "@context, term a: @prefix must be a boolean, of a term without colon or slash"},
        {R"({"a": {"@nest": "@id"}})", "@context, term a: @nest must be @nest or a term"},
        {R"({"http://a.example/x": "http://b.example/x"})",
         "@context, term http://a.example/x: looks like an IRI, and is defined as another one"},
        {R"({"@version": 1.0})", "@context, term @version: must be 1.1"},
        {R"({"@vocab": 1})", "@context, term @vocab: must be a string or null"},
        {R"({"@base": 1})", "@context, term @base: must be a string or null"},
        {R"({"@language": 1})", "@context, term @language: must be a string or null"},
        {R"({"@direction": "up"})", "@context, term @direction: must be \"ltr\", \"rtl\" or null"},
        {R"({"@propagate": false})",
         "@context, term @propagate: must be true, since a user @context holds for the whole "
         "document"},
        {R"({"@protected": 1})", "@context, term @protected: @protected must be a boolean"},
        {R"([{"@protected": true, "a": "http://a.example/"}, {"a": "http://b.example/"}])",
         "@context, term a: a protected term cannot be redefined"},
        {R"([{"a": {"@id": "http://a.example/", "@protected": true}}, null])",
         "@context: null would remove protected terms"},
        {R"({"@import": 1})", "@context, @import: must be a URL"},
    };
    for (const auto& [local, expected] : rows)
        EXPECT_EQ("BadRequestData: " + std::string(expected), refusal(local)) << local;
}

TEST(clause_5_5_7_user_context, what_json_ld_allows_is_accepted) {
    for (
        auto local :
        {R"({"@version": 1.1, "@base": "http://b.example/", "@language": "de", "@direction": null,
              "@propagate": true, "@protected": false})",
         R"({"@type": {"@container": "@set"}, "a": {"@nest": "b"}, "b": "@nest"})",
         R"({"a": {"@id": "http://a.example/", "@language": null, "@direction": "rtl"}})",
         R"({"a": {"@id": "http://a.example/", "@container": "@index", "@index": "http://i.example/"}})",
         R"([{"@protected": true, "a": "http://a.example/"}, {"a": "http://a.example/"}])",
         R"([{"a": "http://a.example/"}, null, {"b": "http://b.example/"}])",
         R"({"@unknown": "http://a.example/", "a": "@other"})"})
        EXPECT_EQ("accepted", refusal(local)) << local;
}

TEST(clause_5_5_7_user_context, copy_of_the_core_on_another_host_is_accepted) {
    documents remote;
    remote["http://a.example/core"] = parsed(built_in_document(core_context_url));
    auto names = built(R"("http://a.example/core")", remote);
    EXPECT_EQ("https://uri.etsi.org/ngsi-ld/hasValue", names->expand("value"));
}

TEST(clause_5_5_7_remote_context, imports_by_url_follow_their_documents) {
    documents remote;
    remote["http://a.example/x/main.jsonld"] =
        parsed(R"({"@context": ["sub/one.jsonld", "../two.jsonld", {"ex": "http://ex.example/"},
            "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld"], "other": 1})");
    remote["http://a.example/x/sub/one.jsonld"] = parsed(
        R"({"@context": {"one": "http://one.example/", "both": "http://one.example/both"}})");
    remote["http://a.example/two.jsonld"] =
        parsed(R"({"@context": {"both": "http://two.example/both"}})");
    auto names = built(R"(["http://a.example/x/main.jsonld", {"mine": "ex:mine"}])", remote);
    EXPECT_EQ("http://one.example/", names->expand("one"));
    EXPECT_EQ("http://two.example/both", names->expand("both"));
    EXPECT_EQ("http://ex.example/mine", names->expand("mine"));
}

TEST(clause_5_5_7_remote_context, missing_documents_are_named_once) {
    documents remote;
    remote["http://a.example/main"] = parsed(R"({"@context": ["b", "http://c.example/c"]})");
    auto outcome =
        build(R"(["http://a.example/main", "http://c.example/c", "https://d.example"])", remote);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(nullptr, outcome->built);
    EXPECT_EQ(
        (std::vector<std::string>{"http://a.example/b", "http://c.example/c", "https://d.example"}),
        outcome->missing);
}

TEST(clause_5_5_7_remote_context, what_cannot_be_had_is_ld_context_not_available) {
    documents remote;
    remote["http://a.example/array"] = parsed("[]");
    remote["http://a.example/none"] = parsed(R"({"context": {}})");
    const std::pair<std::string_view, std::string_view> rows[] = {
        {R"("http://a.example/array")",
         "LdContextNotAvailable: @context http://a.example/array: the document is not a JSON "
         "object"},
        {R"("http://a.example/none")",
         "LdContextNotAvailable: @context http://a.example/none: the document has no member "
         "@context"},
        {R"("ftp://a.example/x")",
         "LdContextNotAvailable: @context: ftp://a.example/x is not an absolute http or https URL"},
        {R"(["relative.jsonld"])",
         "LdContextNotAvailable: @context: relative.jsonld is not an absolute http or https URL"},
        {R"("")", "LdContextNotAvailable: @context:  is not an absolute http or https URL"},
        {R"("http:///x")",
         "LdContextNotAvailable: @context: http:///x is not an absolute http or https URL"},
    };
    for (const auto& [local, expected] : rows)
        EXPECT_EQ(expected, refusal(local, remote)) << local;
}

TEST(clause_5_5_7_remote_context, cycles_and_floods_are_bad_request_data) {
    documents remote;
    remote["http://a.example/self"] = parsed(R"({"@context": "self"})");
    remote["http://a.example/a"] = parsed(R"({"@context": ["b"]})");
    remote["http://a.example/b"] = parsed(R"({"@context": [{}, "a"]})");
    remote["http://a.example/leaf"] = parsed(R"({"@context": {"leaf": "http://l.example/"}})");
    for (int i = 0; i < 10; ++i)
        remote["http://d.example/" + std::to_string(i)] =
            parsed(R"({"@context": ")" + std::to_string(i + 1) + R"("})");
    for (int i = 0; i < 6; ++i) {
        auto next = i == 5 ? R"("http://a.example/leaf")" : '"' + std::to_string(i + 1) + '"';
        remote["http://w.example/" + std::to_string(i)] =
            parsed(R"({"@context": [)" + next + ',' + next + "]}");
    }
    EXPECT_EQ("BadRequestData: @context http://a.example/self: imports itself",
              refusal(R"("http://a.example/self")", remote));
    EXPECT_EQ("BadRequestData: @context http://a.example/a: imports itself",
              refusal(R"("http://a.example/a")", remote));
    EXPECT_EQ("BadRequestData: @context http://d.example/8: imported more than 8 documents deep",
              refusal(R"("http://d.example/0")", remote));
    EXPECT_EQ("BadRequestData: @context: more than 32 documents",
              refusal(R"("http://w.example/0")", remote));
    EXPECT_EQ("accepted", refusal(R"(["http://a.example/leaf", "http://a.example/leaf"])", remote));
}

TEST(clause_5_5_7_user_context, terms_and_chains_of_terms_are_bounded) {
    context_limits limits;
    limits.terms = 2;
    EXPECT_EQ("BadRequestData: @context: more than 2 terms",
              refusal(R"({"a": {}, "b": {}, "c": {}})", {}, limits));
    EXPECT_EQ("accepted", refusal(R"([{"a": {}, "b": {}}, {"a": {}}])", {}, limits));
    json chain = json::object();
    for (int i = 0; i < 100; ++i)
        chain["t" + std::to_string(i)] = "t" + std::to_string(i + 1);
    EXPECT_EQ("BadRequestData: @context, term t64: too many definitions that refer to one another",
              refusal(chain.dump()));
    json growing = json::object();
    growing["t0"] = "http://a.example/";
    for (int i = 0; i < 30; ++i)
        growing["t" + std::to_string(i + 1)] =
            't' + std::to_string(i) + ':' + std::string(100, 'x') + '/';
    EXPECT_EQ("BadRequestData: @context, term t21: the IRI is too long", refusal(growing.dump()));
}

TEST(clause_5_5_7_user_context, import_is_overridden_by_the_importing_object) {
    documents remote;
    remote["http://a.example/base"] = parsed(
        R"({"@context": {"a": "http://one.example/a", "b": "ex:b", "ex": "http://one.example/"}})");
    remote["http://a.example/array"] = parsed(R"({"@context": []})");
    auto names =
        built(R"({"@import": "http://a.example/base", "ex": "http://two.example/"})", remote);
    EXPECT_EQ("http://one.example/a", names->expand("a"));
    EXPECT_EQ("http://two.example/b", names->expand("b"));
    EXPECT_EQ("missing http://a.example/none", refusal(R"({"@import": "http://a.example/none"})"));
    EXPECT_EQ("BadRequestData: @import of http://a.example/array: its @context must be an object "
              "without @import",
              refusal(R"({"@import": "http://a.example/array"})", remote));
}

TEST(clause_6_3_5_answers, member_and_link_name_the_context) {
    constexpr auto core = R"("https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld")";
    constexpr auto old = R"("http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld")";
    documents remote;
    remote["http://a.example/c"] = parsed(R"({"@context": {"a": "http://a.example/a"}})");
    struct row {
        std::string local;
        std::string member;
        std::string link;
    };
    const std::string url = R"("http://a.example/c")";
    const std::string object = R"({"b":"http://b.example/"})";
    const std::string with_core = '[' + url + ',' + core + ']';
    const row rows[] = {
        {url, with_core, "http://a.example/c"},
        {'[' + url + ']', with_core, "http://a.example/c"},
        {'[' + url + ',' + core + ']', with_core, "http://a.example/c"},
        {'[' + std::string(old) + ',' + url + ']', with_core, "http://a.example/c"},
        {object, '[' + object + ',' + core + ']', ""},
        {'[' + url + ',' + object + ']', '[' + url + ',' + object + ',' + core + ']', ""},
        {'[' + url + ',' + url + ']', '[' + url + ',' + url + ',' + core + ']', ""},
        {'[' + object + ",null," + url + ']', with_core, "http://a.example/c"},
    };
    for (const auto& [local, member, link] : rows) {
        auto names = built(local, remote);
        EXPECT_EQ(member, names->member_text()) << local;
        EXPECT_EQ(link, names->link_url()) << local;
    }
}

TEST(jsonld_context_key, is_equal_exactly_for_equal_contexts) {
    documents one;
    one["http://a.example/c"] = parsed(R"({"@context": {"a": "http://a.example/a"}})");
    documents two;
    two["http://a.example/c"] = parsed(R"({"@context": {"a": "http://a.example/b"}})");
    const auto url = R"("http://a.example/c")";
    EXPECT_EQ(built(url, one)->key(), built(url, one)->key());
    EXPECT_EQ(built(url, one)->key(), built(R"(["http://a.example/c"])", one)->key());
    EXPECT_NE(built(url, one)->key(), built(url, two)->key()) << "the document has changed";
    EXPECT_NE(built(url, one)->key(), built(R"({"a": "http://a.example/a"})")->key())
        << "answers name another @context";
    EXPECT_NE(built(url, one)->key(), core_context()->key());
    EXPECT_NE(built(R"({"a": {"@type": "@id"}})")->key(), built(R"({"a": {}})")->key());
}
