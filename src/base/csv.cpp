#include "meridian/base/csv.hpp"

#include <utility>

namespace meridian {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t no_mark = byte_order_mark.size();
constexpr std::size_t bytes_a_field = 32; ///< that it takes beside its text

} // namespace

void append_csv_field(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char byte : text) {
        if (byte == '"')
            out += '"';
        out += byte;
    }
    out += '"';
}

void csv_reader::feed(std::string_view chunk, std::vector<csv_record>& records) {
    chunk.remove_prefix(skip_mark(chunk));
    while (!chunk.empty()) {
        // Runs of bytes without a meaning are taken at once.
        std::size_t run = 0;
        if (place_ == place::plain)
            run = chunk.find_first_of(",\"\n");
        else if (place_ == place::quoted)
            run = chunk.find_first_of("\"\n");
        else if (place_ == place::skipping)
            run = chunk.find('\n');
        if (run == std::string_view::npos)
            run = chunk.size();
        keep(chunk.substr(0, run));
        chunk.remove_prefix(run);
        if (chunk.empty())
            break;
        take(chunk.front(), records);
        chunk.remove_prefix(1);
    }
}

/// The mark's bytes at the beginning of `chunk`. A part of it is a mark, too.
std::size_t csv_reader::skip_mark(std::string_view chunk) noexcept {
    std::size_t at = 0;
    while (at < chunk.size() && marked_ < no_mark) {
        if (chunk[at] != byte_order_mark[marked_]) {
            marked_ = no_mark;
            break;
        }
        ++marked_;
        ++at;
    }
    return at;
}

void csv_reader::take(char byte, std::vector<csv_record>& records) {
    if (record_.line == 0)
        record_.line = line_;
    if (byte == '\n')
        ++line_;
    switch (place_) {
    case place::field_start:
        if (byte == '"') {
            place_ = place::quoted;
            has_quotes_ = true;
            return;
        }
        place_ = place::plain;
        [[fallthrough]];
    case place::plain:
        if (byte == ',')
            end_field();
        else if (byte == '\n')
            end_line(records);
        else if (byte == '"')
            fail("a quote within a field that does not begin with one");
        else
            keep({&byte, 1});
        return;
    case place::quoted:
        if (byte == '"')
            place_ = place::quote_in_quoted;
        else
            keep({&byte, 1});
        return;
    case place::quote_in_quoted:
        take_behind_quote(byte, records);
        return;
    case place::skipping:
        if (byte == '\n')
            end_line(records);
        return;
    }
}

/// A second quote stands for one; else the field has ended.
void csv_reader::take_behind_quote(char byte, std::vector<csv_record>& records) {
    if (byte == '\n') {
        end_line(records);
    } else if (carriage_return_) {
        fail("something between the end of a quoted field and the next comma");
    } else if (byte == '"') {
        place_ = place::quoted;
        keep({&byte, 1});
    } else if (byte == ',') {
        end_field();
    } else if (byte == '\r') {
        carriage_return_ = true;
    } else {
        fail("something between the end of a quoted field and the next comma");
    }
}

void csv_reader::keep(std::string_view part) {
    if (place_ == place::skipping || part.empty())
        return;
    size_ += part.size();
    if (size_ > longest_)
        return fail("a record longer than " + std::to_string(longest_) + " bytes");
    field_ += part;
}

void csv_reader::end_field() {
    record_.fields.push_back(std::exchange(field_, {}));
    place_ = place::field_start;
    carriage_return_ = false;
    size_ += bytes_a_field;
    if (size_ > longest_)
        fail("a record longer than " + std::to_string(longest_) + " bytes");
}

void csv_reader::end_line(std::vector<csv_record>& records) {
    if (place_ == place::plain && field_.ends_with('\r'))
        field_.pop_back();
    if (record_.fault.empty())
        end_field();
    const bool is_blank = record_.fault.empty() && record_.fields.size() == 1 &&
                          record_.fields.front().empty() && !has_quotes_;
    if (!is_blank)
        records.push_back(std::move(record_));
    record_ = csv_record();
    field_.clear();
    place_ = place::field_start;
    size_ = 0;
    has_quotes_ = carriage_return_ = false;
}

void csv_reader::fail(std::string_view fault) {
    record_.fault = fault;
    record_.fields.clear();
    field_.clear();
    place_ = place::skipping;
}

void csv_reader::finish(std::vector<csv_record>& records) {
    if (place_ == place::quoted)
        fail("a quoted field without an end");
    if (record_.line != 0)
        end_line(records);
}

} // namespace meridian
