#include "meridian/base/csv.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace meridian {

std::ostream& operator<<(std::ostream& out, const csv_record& record) {
    out << record.line << ":";
    for (const auto& field : record.fields)
        out << " [" << field << "]";
    return out << (record.fault.empty() ? "" : " fault: ") << record.fault;
}

namespace {

using records = std::vector<csv_record>;
using fields = std::vector<std::string>;

records read(std::string_view text, std::size_t piece = std::string_view::npos,
             std::size_t longest = 1'000) {
    csv_reader reader(longest);
    records found;
    for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at))
        reader.feed(text.substr(at, piece), found);
    reader.finish(found);
    return found;
}

csv_record record(std::uint64_t line, fields of) {
    return {line, std::move(of), ""};
}

csv_record faulty(std::uint64_t line, std::string fault) {
    return {line, {}, std::move(fault)};
}

const std::string stray_quote = "a quote within a field that does not begin with one";
const std::string behind_quote = "something between the end of a quoted field and the next comma";

struct csv_case {
    std::string_view text;
    records expected;
    std::string_view why;
};

TEST(rfc_4180, records_are_read_in_whatever_pieces_they_come) {
    const std::vector<csv_case> cases{
        {"", {}, "nothing"},
        {"a,b\r\nc,d\r\n", {record(1, {"a", "b"}), record(2, {"c", "d"})}, "rule 1"},
        {"a,b\r\nc,d", {record(1, {"a", "b"}), record(2, {"c", "d"})}, "rule 2: no last CRLF"},
        {"a,b\nc,d\n", {record(1, {"a", "b"}), record(2, {"c", "d"})}, "LF alone"},
        {"a\rb,c\n", {record(1, {"a\rb", "c"})}, "CR alone ends nothing"},
        {"\xEF\xBB\xBF"
         "a\n",
         {record(1, {"a"})},
         "byte order mark"},
        {"\xEF\xBB"
         "a\n",
         {record(1, {"a"})},
         "part of one is passed over"},
        {"\n\r\na\n\n", {record(3, {"a"})}, "empty lines"},
        {"\"\"\n", {record(1, {""})}, "an empty field in quotes is one"},
        {",\n", {record(1, {"", ""})}, "empty fields"},
        {"\"a,b\",\"c\"\"d\"\r\n", {record(1, {"a,b", "c\"d"})}, "rules 6 and 7"},
        {"\"a\r\nb\",c\nd\n", {record(1, {"a\r\nb", "c"}), record(3, {"d"})}, "a line break"},
        {" a , b \n", {record(1, {" a ", " b "})}, "rule 4: blanks are part of a field"},
        {"a\"b,c\nd\n", {faulty(1, stray_quote), record(2, {"d"})}, "a quote within"},
        {"\"a\"b\nd\n", {faulty(1, behind_quote), record(2, {"d"})}, "text behind a quote"},
        {"\"a\"\rb\nd\n", {faulty(1, behind_quote), record(2, {"d"})}, "a lone CR behind a quote"},
        {"x\n\"a\nb", {record(1, {"x"}), faulty(2, "a quoted field without an end")}, "no end"},
    };
    for (const auto& one : cases)
        for (const std::size_t piece : {std::string_view::npos, std::size_t{1}, std::size_t{2}})
            EXPECT_EQ(read(one.text, piece), one.expected) << one.why << ", pieces of " << piece;
}

TEST(rfc_4180, a_record_that_is_too_long_is_dropped) {
    const std::string fault = "a record longer than 42 bytes";
    const records dropped{faulty(1, fault), record(2, {"b"})};
    EXPECT_EQ(read("0123456789\nb\n", 3, 42),
              (records{record(1, {"0123456789"}), record(2, {"b"})}));
    EXPECT_EQ(read("0123456789a\nb\n", 3, 42), dropped);
    EXPECT_EQ(read(",\nb\n", 3, 42), dropped) << "two fields";
    EXPECT_EQ(read("\"012345678\"\"9\"\nb\n", 3, 42), dropped);
}

TEST(rfc_4180, what_is_written_reads_as_it_was) {
    const fields all{"", "a", "a,b", "\"", "a\r\nb", " ", "\xC3\xA9", "\r", "\n", "'", "a\"b"};
    std::string text;
    for (const auto& field : all) {
        if (!text.empty() || &field != &all.front())
            text += ',';
        append_csv_field(text, field);
    }
    EXPECT_EQ(read(text + "\r\n"), records{record(1, all)});
    EXPECT_EQ(text, ",a,\"a,b\",\"\"\"\",\"a\r\nb\", ,\xC3\xA9,\"\r\",\"\n\",',\"a\"\"b\"");
}

} // namespace
} // namespace meridian
