#include "ngsild/temporal/rest.hpp"

#include "meridian/ngsild/document.hpp"

#include <cstring>

namespace meridian::ngsild {

namespace {

constexpr char format = 1;
enum rest_flag : unsigned char { has_expires_at = 1, has_first_ts = 2, is_document = 4 };

void append_moment(std::string& out, timestamp moment) {
    const auto count = moment.time_since_epoch().count();
    char bytes[sizeof count];
    std::memcpy(bytes, &count, sizeof count);
    out.append(bytes, sizeof count);
}

std::optional<timestamp> take_moment(std::string_view& bytes) noexcept {
    std::int64_t count = 0;
    if (bytes.size() < sizeof count)
        return std::nullopt;
    std::memcpy(&count, bytes.data(), sizeof count);
    bytes.remove_prefix(sizeof count);
    return timestamp{std::chrono::microseconds{count}};
}

std::string document_of(const attribute_instance& instance, const names& dictionary) {
    attribute_instance stripped;
    stripped.value_type = instance.value_type;
    stripped.object_type = instance.object_type;
    stripped.members = instance.members;
    stripped.attributes = instance.attributes;
    document_builder builder(dictionary);
    builder.add(scope_attribute, stripped);
    return builder.finish();
}

std::string text_of(const json& members) {
    std::string out;
    for (const auto& [name, value] : members.items()) {
        out += ',';
        append_json_string(out, name);
        out += ':';
        out += to_text(value);
    }
    return out;
}

} // namespace

std::optional<std::string> encode_rest(const attribute_instance& instance,
                                       std::optional<timestamp> first_ts, const names& dictionary) {
    const bool needs_document = !instance.value_type.is_null() || !instance.object_type.is_null() ||
                                !instance.attributes.empty();
    if (!needs_document && instance.members.empty() && !instance.expires_at && !first_ts)
        return std::nullopt;
    std::string out;
    out += format;
    out += static_cast<char>((instance.expires_at ? has_expires_at : 0) |
                             (first_ts ? has_first_ts : 0) | (needs_document ? is_document : 0));
    if (instance.expires_at)
        append_moment(out, *instance.expires_at);
    if (first_ts)
        append_moment(out, *first_ts);
    out += needs_document ? document_of(instance, dictionary) : text_of(instance.members);
    return out;
}

rest_view decode_rest(std::string_view bytes) {
    rest_view out;
    if (bytes.size() < 2 || bytes[0] != format)
        return out;
    const auto flags = static_cast<unsigned char>(bytes[1]);
    bytes.remove_prefix(2);
    if ((flags & has_expires_at) != 0)
        out.expires_at = take_moment(bytes).value_or(timestamp{});
    if ((flags & has_first_ts) != 0)
        out.first_ts = take_moment(bytes);
    if ((flags & is_document) == 0) {
        out.text = bytes;
        return out;
    }
    const auto document = document_view::open(bytes);
    if (!document || document->size() != 1)
        return out;
    out.more = document->instance(0);
    const auto value_end =
        static_cast<std::size_t>(out.more->value.data() - out.more->text.data()) +
        out.more->value.size();
    out.text = out.more->text.substr(value_end);
    return out;
}

} // namespace meridian::ngsild
