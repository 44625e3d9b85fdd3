#include "document_layout.hpp"

namespace meridian::ngsild {

using layout::entry;
using layout::load;

namespace {

constexpr std::size_t names_head = 6; ///< member u8, is_array u8, count u32

problem damaged() {
    return problem{problem_kind::internal_error, "A stored document is damaged."};
}

bool names_hold_together(std::string_view part) noexcept {
    while (!part.empty()) {
        if (part.size() < names_head)
            return false;
        const auto which = load<std::uint8_t>(part, 0);
        const auto count = load<std::uint32_t>(part, 2);
        if (which < 1 || which > 3 || load<std::uint8_t>(part, 1) > 1)
            return false;
        part.remove_prefix(names_head);
        for (std::uint32_t index = 0; index < count; ++index) {
            if (part.size() < 4)
                return false;
            const auto length = load<std::uint32_t>(part, 0);
            if (part.size() - 4 < length)
                return false;
            part.remove_prefix(4 + std::size_t{length});
        }
    }
    return true;
}

bool holds_together(std::string_view part, std::uint32_t count, std::size_t depth) noexcept;

bool entry_holds_together(const entry& one, std::string_view slices, std::size_t depth) noexcept {
    if (one.kind < 1 || one.kind > 8)
        return false;
    const auto text_and_names = std::uint64_t{one.text_length} + one.names_length;
    if (text_and_names > one.slice_length ||
        std::uint64_t{one.value_offset} + one.value_length > one.text_length)
        return false;
    // The text begins with its `type`: who writes a concise answer leaves out just that prefix.
    const auto shown = layout::view(one, slices);
    const auto type = type_member(shown.kind);
    if (shown.text.size() < type.size() + 9 || shown.text.substr(8, type.size()) != type)
        return false;
    if (one.kind != static_cast<std::uint8_t>(attribute_kind::vocab_property) &&
        one.value_offset < type.size() + 9)
        return false;
    return names_hold_together(shown.names) &&
           holds_together(shown.nested, one.attribute_count, depth + 1);
}

/// Entries and slices fill `part` exactly, so that the check takes time in proportion to it.
bool holds_together(std::string_view part, std::uint32_t count, std::size_t depth) noexcept {
    const auto entries = std::uint64_t{count} * layout::entry_bytes;
    if (entries > part.size() || depth > layout::depth_limit)
        return false;
    const auto slices = part.substr(static_cast<std::size_t>(entries));
    std::uint64_t end = 0;
    for (std::uint32_t index = 0; index < count; ++index) {
        const auto one = load<entry>(part, index * layout::entry_bytes);
        if (one.slice_offset != end || end + one.slice_length > slices.size() ||
            !entry_holds_together(one, slices, depth))
            return false;
        end += one.slice_length;
    }
    return end == slices.size();
}

} // namespace

result<document_view> document_view::open(std::string_view bytes) {
    if (bytes.size() < layout::head_bytes || load<std::uint8_t>(bytes, 0) != layout::format)
        return damaged();
    document_view out;
    out.bytes_ = bytes;
    out.type_count_ = load<std::uint16_t>(bytes, 2);
    out.scope_count_ = load<std::uint16_t>(bytes, 4);
    out.instance_count_ = load<std::uint32_t>(bytes, 8);
    out.expires_at_ = timestamp{std::chrono::microseconds{load<std::int64_t>(bytes, 12)}};
    out.types_offset_ = layout::head_bytes;
    auto position = layout::head_bytes + out.type_count_ * sizeof(name_id);
    const auto scopes_offset = position;
    for (std::size_t index = 0; index < out.scope_count_; ++index) {
        if (position + 2 > bytes.size())
            return damaged();
        position += 2 + std::size_t{load<std::uint16_t>(bytes, position)};
    }
    out.entries_offset_ = (position + 7) / 8 * 8;
    if (out.entries_offset_ > bytes.size())
        return damaged();
    out.scopes_ = bytes.substr(scopes_offset, position - scopes_offset);
    if (!holds_together(bytes.substr(out.entries_offset_),
                        static_cast<std::uint32_t>(out.instance_count_), 0))
        return damaged();
    out.slices_offset_ = out.entries_offset_ + out.instance_count_ * layout::entry_bytes;
    return out;
}

name_id document_view::type(std::size_t index) const noexcept {
    return load<name_id>(bytes_, types_offset_ + index * sizeof(name_id));
}

std::vector<std::string_view> document_view::scopes() const {
    std::vector<std::string_view> out;
    out.reserve(scope_count_);
    auto rest = scopes_;
    for (std::size_t index = 0; index < scope_count_; ++index) {
        const auto length = load<std::uint16_t>(rest, 0);
        out.push_back(rest.substr(2, length));
        rest.remove_prefix(2 + std::size_t{length});
    }
    return out;
}

instance_view document_view::instance(std::size_t index) const noexcept {
    return layout::view(load<entry>(bytes_, entries_offset_ + index * layout::entry_bytes),
                        {bytes_.data() + slices_offset_, bytes_.size() - slices_offset_});
}

instance_view nested_instance(const instance_view& of, std::size_t index) noexcept {
    const auto entries = of.attribute_count * layout::entry_bytes;
    return layout::view(load<entry>(of.nested, index * layout::entry_bytes),
                        {of.nested.data() + entries, of.nested.size() - entries});
}

std::vector<instance_view> nested_instances(const instance_view& of) {
    std::vector<instance_view> out;
    out.reserve(of.attribute_count);
    for (std::size_t index = 0; index < of.attribute_count; ++index)
        out.push_back(nested_instance(of, index));
    return out;
}

std::vector<named_member> named_members(const instance_view& of) {
    std::vector<named_member> out;
    auto part = of.names;
    while (!part.empty()) {
        named_member one{static_cast<named_member::member>(load<std::uint8_t>(part, 0)),
                         load<std::uint8_t>(part, 1) != 0,
                         {}};
        const auto count = load<std::uint32_t>(part, 2);
        part.remove_prefix(names_head);
        for (std::uint32_t index = 0; index < count; ++index) {
            const auto length = load<std::uint32_t>(part, 0);
            one.iris.push_back(part.substr(4, length));
            part.remove_prefix(4 + std::size_t{length});
        }
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace meridian::ngsild
