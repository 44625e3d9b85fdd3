#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meridian {

/// Appends `text` as a field of RFC 4180, in quotes where it holds a comma, a quote or a line
/// break. Fields of a record are separated by commas, records end with CRLF: both are the caller's.
void append_csv_field(std::string& out, std::string_view text);

/// One record of a CSV stream, or what is wrong with the stream at that place.
struct csv_record {
    std::uint64_t line = 0; ///< on which it begins, from 1
    std::vector<std::string> fields;
    std::string fault; ///< not empty: `fields` are none
    bool operator==(const csv_record&) const = default;
};

/// Reads a stream of CSV (RFC 4180) record by record without holding more than one of them. Lines
/// end with CRLF or LF, the last need not; a byte order mark and empty lines are skipped. Never
/// fails: what is no record is one with a fault (a quote within a field or behind one, a quoted
/// field without an end, a record that is too long), and the reading goes on with the next line.
/// Pure.
class csv_reader {
public:
    /// Records longer than `longest` bytes, of which each field takes 32 beside its text, are
    /// dropped and become a fault.
    explicit csv_reader(std::size_t longest) : longest_(longest) {}

    /// Appends the records that end in `chunk`, which may begin and end anywhere.
    void feed(std::string_view chunk, std::vector<csv_record>& records);
    /// Appends what is left at the stream's end.
    void finish(std::vector<csv_record>& records);

private:
    enum class place : std::uint8_t { field_start, plain, quoted, quote_in_quoted, skipping };

    std::size_t skip_mark(std::string_view chunk) noexcept;
    void take(char byte, std::vector<csv_record>& records);
    void take_behind_quote(char byte, std::vector<csv_record>& records);
    void keep(std::string_view part);
    void end_field();
    void end_line(std::vector<csv_record>& records);
    void fail(std::string_view fault);

    std::size_t longest_;
    place place_ = place::field_start;
    std::size_t marked_ = 0; ///< bytes of a byte order mark that were skipped; then `no_mark`
    std::uint64_t line_ = 1;
    csv_record record_; ///< the one at hand; line 0: nothing of it has come
    std::string field_;
    std::size_t size_ = 0;         ///< bytes of the record so far
    bool has_quotes_ = false;      ///< any field of the record
    bool carriage_return_ = false; ///< came behind a closing quote
};

} // namespace meridian
