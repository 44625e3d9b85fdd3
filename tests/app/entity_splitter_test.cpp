#include "app/entity_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <random>

using namespace meridian;

namespace meridian::app {
void PrintTo(const entity_piece& piece, std::ostream* out) {
    *out << piece.line << ": " << (piece.fault.empty() ? piece.text : "fault " + piece.fault);
}
} // namespace meridian::app

namespace {

using pieces = std::vector<app::entity_piece>;

/// Fed in chunks of `size` bytes.
pieces split(std::string_view text, std::size_t size = 1'000'000, std::size_t longest = 100) {
    app::entity_splitter splitter(longest);
    pieces found;
    for (std::size_t at = 0; at < text.size(); at += size)
        splitter.feed(text.substr(at, size), found);
    splitter.finish(found);
    return found;
}

app::entity_piece whole(std::uint64_t line, std::string text) {
    return {line, std::move(text), {}};
}
app::entity_piece fault(std::uint64_t line, std::string what) {
    return {line, {}, std::move(what)};
}

} // namespace

TEST(entity_splitter, text_becomes_pieces) {
    const std::pair<std::string, pieces> rows[] = {
        {"", {}},
        {" \n\n", {}},
        {"{}", {whole(1, "{}")}},
        {"{\"a\":1}\r\n\n  {\"b\":2}\n", {whole(1, "{\"a\":1}"), whole(3, "{\"b\":2}")}},
        {"\xEF\xBB\xBF{}\n", {whole(1, "{}")}},
        {"\xEF\xBB", {whole(1, "\xEF\xBB")}},
        {"\xEF\xBBx\n{}", {whole(1, "\xEF\xBBx"), whole(2, "{}")}},
        {" \xEF\xBB\xBF{}", {whole(1, "\xEF\xBB\xBF{}")}},
        {"{\nx\n{}", {whole(1, "{"), whole(2, "x"), whole(3, "{}")}},
        {"[]", {}},
        {" [ ] \n", {}},
        {"[{}]", {whole(1, "{}")}},
        {"\n[\n {\"a\":[1,{\"b\":2}]},\n\n {\"c\":\"],}\\\"\\\\\"} ]",
         {whole(3, "{\"a\":[1,{\"b\":2}]}"), whole(5, "{\"c\":\"],}\\\"\\\\\"}")}},
        {"[{\n\"a\":1\n},{}]", {whole(1, "{\n\"a\":1\n}"), whole(3, "{}")}},
        {"[1,\"x\" , null]", {whole(1, "1"), whole(1, "\"x\""), whole(1, "null")}},
        {"[{}] [\n] [{},{}]\n", {whole(1, "{}"), whole(2, "{}"), whole(2, "{}")}},
        {"[{} {},{}]", {whole(1, "{} {}"), whole(1, "{}")}},
        {"[{},,{}]", {whole(1, "{}"), whole(1, ""), whole(1, "{}")}},
        {"[{},]", {whole(1, "{}"), whole(1, "")}},
        {"[,]", {whole(1, ""), whole(1, "")}},
        {"[{},\n{", {whole(1, "{}"), fault(2, "the array does not end")}},
        {"[", {fault(1, "the array does not end")}},
        {"[{}]\nx {}",
         {whole(1, "{}"), fault(2, "behind the array only another array may follow")}},
    };
    for (const auto& [text, expected] : rows) {
        EXPECT_EQ(split(text), expected) << text;
        EXPECT_EQ(split(text, 1), expected) << text << " byte by byte";
    }
}

TEST(entity_splitter, an_element_that_is_too_long_is_a_fault_and_is_not_kept) {
    const std::string text(60, 'x');
    const std::string longer(61, 'x');
    for (const std::size_t size : {1UL, 7UL, 1'000UL}) {
        EXPECT_EQ(split(text + "\n" + longer + "\n" + text, size, 60),
                  (pieces{whole(1, text), fault(2, "longer than 60 bytes"), whole(3, text)}));
        EXPECT_EQ(split("[" + text + ",\n" + longer + ",\n" + text + "]", size, 60),
                  (pieces{whole(1, text), fault(2, "longer than 60 bytes"), whole(3, text)}));
    }
}

TEST(entity_splitter, where_chunks_end_does_not_matter) {
    std::mt19937 random(1026);
    constexpr std::string_view alphabet = "[]{},\"\\ \nax";
    for (int round = 0; round < 3'000; ++round) {
        std::string text = round % 2 == 0 ? "[" : "";
        for (auto left = random() % 30; left > 0; --left)
            text += alphabet[random() % alphabet.size()];
        const auto expected = split(text, 1'000, 9);
        EXPECT_EQ(split(text, 1 + random() % 5, 9), expected) << text;
    }
}
