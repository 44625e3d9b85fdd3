#include "subscription/owed.hpp"

#include "meridian/ngsild/unknown_names.hpp"
#include "subscription/match.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace meridian::subscription {
namespace {

using ngsild::attribute_change;

constexpr std::uint8_t format = 1;

template <typename T>
void append_number(std::string& out, T number) {
    using bits = std::make_unsigned_t<T>;
    auto rest = static_cast<bits>(number);
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        out.push_back(static_cast<char>(rest & 0xff));
        rest = static_cast<bits>(static_cast<std::uint64_t>(rest) >> 8);
    }
}
void append_moment(std::string& out, timestamp moment) {
    append_number(out, static_cast<std::int64_t>(moment.time_since_epoch().count()));
}
void append_bytes(std::string& out, std::string_view bytes) {
    append_number(out, static_cast<std::uint32_t>(bytes.size()));
    out += bytes;
}

/// Reads what the functions above wrote; asks for more than there is end in `failed`.
class reading {
public:
    explicit reading(std::string_view bytes) : rest_(bytes) {}

    template <typename T>
    T number() {
        if (rest_.size() < sizeof(T)) {
            failed = true;
            return T{};
        }
        std::uint64_t made = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            made |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
        rest_.remove_prefix(sizeof(T));
        return static_cast<T>(made);
    }
    timestamp moment() { return timestamp{std::chrono::microseconds{number<std::int64_t>()}}; }
    std::string_view bytes() {
        const auto size = number<std::uint32_t>();
        if (rest_.size() < size) {
            failed = true;
            return {};
        }
        const auto made = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return made;
    }
    [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

    bool failed = false;

private:
    std::string_view rest_;
};

bool keeps_before(const attribute_change& one, previous_values previous) noexcept {
    return one.before &&
           (one.happened == attribute_change::what::deleted || previous == previous_values::yes);
}

/// The instances that are kept of what was before; instances of an Attribute stand together.
std::string encode_before(const ngsild::change& what, previous_values previous,
                          const ngsild::names& dictionary) {
    std::vector<const attribute_change*> kept;
    for (const auto& one : what.attributes)
        if (keeps_before(one, previous))
            kept.push_back(&one);
    if (kept.empty())
        return {};
    std::ranges::stable_sort(kept, {}, &attribute_change::attribute);
    ngsild::document_builder builder(dictionary);
    for (const auto* one : kept)
        builder.add(one->attribute, *one->before);
    return builder.finish();
}

result<void> fill_before(std::vector<attribute_change>& changes, std::string_view bytes,
                         const ngsild::names& dictionary) {
    if (bytes.empty())
        return {};
    MERIDIAN_TRY(const auto before, ngsild::document_view::open(bytes));
    for (std::size_t index = 0; index < before.size(); ++index) {
        const auto instance = before.instance(index);
        const auto found = std::ranges::find_if(changes, [&](const auto& one) {
            return one.attribute == instance.attribute && one.dataset == instance.dataset &&
                   one.happened != attribute_change::what::created && !one.before;
        });
        if (found != changes.end())
            found->before = ngsild::decode(instance, dictionary);
    }
    return {};
}

} // namespace

std::string encode_owed(const ngsild::change& what, previous_values previous,
                        const ngsild::names& dictionary) {
    const bool is_deleted = what.happened == ngsild::change::what::deleted;
    std::string out;
    append_number(out, format);
    append_number(out, static_cast<std::uint8_t>(is_deleted ? 1 : 0));
    append_moment(out, what.created_at);
    append_moment(out, what.modified_at);
    append_moment(out, what.modified_at);
    append_bytes(out, is_deleted ? ngsild::encode(deleted_entity(what, dictionary), dictionary)
                                 : what.document);
    append_bytes(out, encode_before(what, previous, dictionary));
    append_number(out, static_cast<std::uint32_t>(what.attributes.size()));
    for (const auto& one : what.attributes) {
        append_number(out, static_cast<std::uint8_t>(one.happened));
        append_number(out, one.attribute);
        append_number(out, one.dataset);
    }
    return out;
}

result<owed_change> decode_owed(std::string_view bytes, const ngsild::names& dictionary) {
    reading from(bytes);
    owed_change made;
    const bool is_known = from.number<std::uint8_t>() == format;
    made.entity_deleted = from.number<std::uint8_t>() == 1;
    made.created_at = from.moment();
    made.modified_at = from.moment();
    made.at = from.moment();
    made.document = from.bytes();
    const auto before = from.bytes();
    const auto count = from.number<std::uint32_t>();
    constexpr std::size_t bytes_of_change = 9;
    if (!is_known || from.failed || from.left() != count * bytes_of_change)
        return problem{problem_kind::internal_error, "a row of the outbox is damaged"};
    for (std::uint32_t i = 0; i < count; ++i) {
        attribute_change one{};
        one.happened = static_cast<attribute_change::what>(
            std::min<std::uint8_t>(from.number<std::uint8_t>(),
                                   static_cast<std::uint8_t>(attribute_change::what::deleted)));
        one.attribute = from.number<ngsild::name_id>();
        one.dataset = from.number<ngsild::name_id>();
        made.changes.push_back(std::move(one));
    }
    MERIDIAN_CHECK(ngsild::document_view::open(made.document));
    MERIDIAN_CHECK(fill_before(made.changes, before, dictionary));
    return made;
}

std::vector<ngsild::name_id> unknown_names(std::string_view bytes,
                                           const ngsild::names& dictionary) {
    constexpr std::size_t head = 2 + 3 * 8;
    std::vector<ngsild::name_id> unknown;
    if (bytes.size() < head)
        return unknown;
    reading from(bytes.substr(head));
    for (int i = 0; i < 2; ++i)
        if (const auto document = ngsild::document_view::open(from.bytes()))
            ngsild::append_unknown_names(unknown, *document, dictionary);
    return unknown;
}

void join(owed_change& earlier, owed_change later) {
    auto changes = std::move(earlier.changes);
    for (auto& one : later.changes) {
        const auto known = std::ranges::find_if(changes, [&](const auto& other) {
            return other.attribute == one.attribute && other.dataset == one.dataset;
        });
        if (known == changes.end()) {
            changes.push_back(std::move(one));
            continue;
        }
        // What a reader knew before is what the first of the changes began with.
        const bool was_created = known->happened == attribute_change::what::created;
        if (!was_created && known->before)
            one.before = std::move(known->before);
        if (was_created && one.happened == attribute_change::what::updated) {
            one.happened = attribute_change::what::created;
            one.before.reset();
        }
        *known = std::move(one);
    }
    earlier = std::move(later);
    earlier.changes = std::move(changes);
}

} // namespace meridian::subscription
