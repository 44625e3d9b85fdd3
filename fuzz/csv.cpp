// A stream of CSV in any chunks → the same records, none longer than allowed; what is written of
// them reads as they were.

#include "meridian/base/csv.hpp"
#include "fuzz.hpp"

using namespace meridian;

namespace {

constexpr std::size_t longest = 640;

std::vector<csv_record> read(std::string_view text, std::size_t size, std::size_t most = longest) {
    csv_reader reader(most);
    std::vector<csv_record> records;
    for (std::size_t at = 0; at < text.size(); at += size)
        reader.feed(text.substr(at, size), records);
    reader.finish(records);
    return records;
}

std::string written(const csv_record& record) {
    std::string text;
    for (const auto& field : record.fields) {
        if (&field != &record.fields.front())
            text += ',';
        append_csv_field(text, field);
    }
    return text += "\r\n";
}

void expect_bounded(const csv_record& record) {
    std::size_t size = 0;
    for (const auto& field : record.fields)
        size += field.size() + 32;
    fuzz::expect(size <= longest && record.line > 0, "a record is bounded and has a line");
    fuzz::expect(record.fields.empty() != record.fault.empty(), "fields or a fault");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto records = read(text, size + 1);
    for (const auto& record : records) {
        expect_bounded(record);
        const bool is_blank = record.fields.size() == 1 && record.fields.front().empty();
        if (record.fields.empty() || is_blank || record.fields.front().starts_with("\xEF"))
            continue;
        const auto again = read(written(record), size + 1, 10 * longest);
        fuzz::expect(again.size() == 1 && again.front().fields == record.fields,
                     "a record reads as it was written");
    }
    fuzz::expect(read(text, 1) == records && read(text, 5) == records, "chunks do not matter");
    return 0;
}
