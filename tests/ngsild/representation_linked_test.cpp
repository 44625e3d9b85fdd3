/// 4.5.23: which linked Entities belong to an answer.
#include "meridian/ngsild/linked.hpp"

#include "rendering.hpp"

#include <deque>
#include <map>

namespace meridian::ngsild {
namespace {

/// Entities of which each knows others, loaded as they are wanted.
class circle {
public:
    /// `others`: URIs, one or several.
    circle& add(std::string_view id, const std::vector<std::string>& others) {
        entity subject;
        subject.id = id;
        subject.types = {full("Person")};
        if (!others.empty())
            subject.attributes.push_back(
                {full("knows"), {instance(attribute_kind::relationship, to_text(json(others)))}});
        subject.created_at = subject.modified_at = at(0);
        dictionary.learn_all(subject.types);
        dictionary.learn(full("knows"));
        bytes.push_back(encode(subject, dictionary));
        ids.emplace_back(id);
        rows[ids.back()] = {ids.back(), at(0), at(0), *document_view::open(bytes.back())};
        return *this;
    }

    /// What is wanted level by level, and what an answer then holds.
    std::string walk(linking how_far, const std::string& from = "urn:a") {
        linked_entities linked(how, std::move(how_far), dictionary, at(0));
        linked.start(std::span(&rows[from], 1));
        std::string said;
        for (auto wanted = linked.wanted(); !wanted.empty(); wanted = linked.wanted()) {
            said += "(";
            std::vector<entity_row> found;
            for (const auto& uri : wanted) {
                said += (said.ends_with('(') ? "" : " ") + uri.substr(4);
                if (const auto row = rows.find(uri); row != rows.end())
                    found.push_back(row->second);
            }
            said += ")";
            linked.add(found);
        }
        return said + std::to_string(linked.count(1'000));
    }

    known_names dictionary;
    std::deque<std::string> bytes;
    std::deque<std::string> ids;
    std::map<std::string, entity_row> rows;
    representation how;
};

TEST(clause_4_5_23_linked_entities, each_level_wants_what_is_not_known_yet_once) {
    circle of;
    of.add("urn:a", {"urn:b", "urn:c", "urn:gone"})
        .add("urn:b", {"urn:a", "urn:c", "urn:d"})
        .add("urn:c", {"urn:d", "urn:gone"})
        .add("urn:d", {"urn:e"})
        .add("urn:e", {});
    EXPECT_EQ(of.walk({join_form::flat, 1, {}}), "(b c gone)2");
    EXPECT_EQ(of.walk({join_form::flat, 2, {}}), "(b c gone)(d)3");
    EXPECT_EQ(of.walk({join_form::flat, 9, {}}), "(b c gone)(d)(e)4");
    // Inline: b with c with d, b with d, c with d.
    EXPECT_EQ(of.walk({join_form::nested, 2, {}}), "(b c gone)(d)5");
    EXPECT_EQ(of.walk({join_form::nested, 9, {}}), "(b c gone)(d)(e)9");
    EXPECT_EQ(of.walk({join_form::nested, 9, {"urn:b", "urn:x"}}), "(c gone)(d)(e)3");
}

TEST(clause_4_5_23_linked_entities, circles_end_and_what_is_hidden_is_not_followed) {
    circle of;
    of.add("urn:a", {"urn:b"}).add("urn:b", {"urn:a", "urn:b"});
    EXPECT_EQ(of.walk({join_form::flat, 20, {}}), "(b)1");
    EXPECT_EQ(of.walk({join_form::nested, 20, {}}), "(b)1");
    of.how.shown.how = projection::mode::except;
    of.how.shown.attributes = {of.dictionary.find(full("knows"))};
    EXPECT_EQ(of.walk({join_form::flat, 20, {}}), "0");
    of.how.shown = {};
    of.how.dataset_ids = {"urn:d:1"};
    EXPECT_EQ(of.walk({join_form::flat, 20, {}}), "0");
}

} // namespace
} // namespace meridian::ngsild
