#pragma once

#include "meridian/base/result.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::ngsild {

/// A stored document (design page store.md, "The document slices"), little-endian:
///
///   head      format u8 (1), flags u8, type count u16, scope count u16, reserved u16,
///             instance count u32, expiresAt i64 (µs since 1970, 0: none), type ids i32 each,
///             scopes as u16 length and bytes, padding to 8
///   entries   one of 64 bytes for each Attribute instance, grouped by Attribute
///   slices    the instances' bytes, in the order of the entries and without gaps
///
/// A slice is self-contained (offsets in it count from its own start), so that a write copies the
/// instances that it does not touch byte for byte.
///
///   slice     text: the members of the normalized instance without braces, without createdAt,
///             modifiedAt and expiresAt, without names that depend on an @context, beginning
///             `"type":"Property"`; then the value's member (not of a VocabProperty), then
///             datasetId, observedAt, unitCode …, each with a comma before it
///             names: what is compacted on output (vocab, valueType, objectType)
///             entries and slices of its Attributes, in the same form
///
/// Reading never parses JSON, only copies spans.

/// Flags of an entry.
enum entry_flag : std::uint8_t {
    entry_value_is_primitive = 1, ///< string, number, boolean, null
    entry_has_members = 2,        ///< more than type and value (expiresAt apart, which the entry
                                  ///< itself shows): concise keeps the object
    entry_has_names = 4,          ///< the slice has a names part
    entry_value_is_object = 8,
};

/// The header of one instance; `text` and `value` are views into the document.
struct instance_view {
    name_id attribute = 0;
    name_id dataset = 0;
    attribute_kind kind = attribute_kind::property;
    std::uint8_t flags = 0;
    std::uint32_t attribute_count = 0; ///< Attributes' instances nested in it
    timestamp created_at{};
    timestamp modified_at{};
    timestamp expires_at{}; ///< zero: none
    std::string_view slice;
    std::string_view text;   ///< members as described above
    std::string_view value;  ///< the span of the value in `text`; empty for VocabProperty
    std::string_view names;  ///< encoded names part; see names_reader
    std::string_view nested; ///< entries and slices of its Attributes; read by nested_instance
};

/// A read-only view of a document's bytes, which must outlive it. `open` checks the frame once
/// (lengths and offsets on all levels), so that reading cannot leave the bytes.
class document_view {
public:
    /// An empty document: no types, no Attributes.
    document_view() = default;
    /// Fails with internal_error when the bytes are not a document (a damaged database).
    [[nodiscard]] static result<document_view> open(std::string_view bytes);

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t type_count() const noexcept { return type_count_; }
    [[nodiscard]] name_id type(std::size_t index) const noexcept;
    [[nodiscard]] std::vector<std::string_view> scopes() const;
    [[nodiscard]] timestamp expires_at() const noexcept { return expires_at_; } ///< zero: none
    [[nodiscard]] std::size_t size() const noexcept { return instance_count_; }
    [[nodiscard]] instance_view instance(std::size_t index) const noexcept;

private:
    std::string_view bytes_;
    std::string_view scopes_;
    std::size_t types_offset_ = 0;
    std::size_t entries_offset_ = 0;
    std::size_t slices_offset_ = 0;
    std::size_t type_count_ = 0;
    std::size_t scope_count_ = 0;
    std::size_t instance_count_ = 0;
    timestamp expires_at_{};
};

/// The nested instance at `index`, below `of.attribute_count`.
[[nodiscard]] instance_view nested_instance(const instance_view& of, std::size_t index) noexcept;
/// The nested instances of an instance (Attributes of an Attribute).
[[nodiscard]] std::vector<instance_view> nested_instances(const instance_view& of);

/// One entry of a slice's names part: which member, and its expanded name or names.
struct named_member {
    enum class member : std::uint8_t { vocab = 1, value_type = 2, object_type = 3 };
    member which;
    bool is_array;
    std::vector<std::string_view> iris;
};
[[nodiscard]] std::vector<named_member> named_members(const instance_view& of);

/// Entity → document. Every name of `names_of(subject)` must be in `dictionary`.
[[nodiscard]] std::string encode(const entity& subject, const names& dictionary);

/// Document → Entity, for changes and for evaluation in memory. `id`, createdAt and modifiedAt of
/// the Entity are the row's and set by the caller.
[[nodiscard]] entity decode(const document_view& document, const names& dictionary);
[[nodiscard]] attribute_instance decode(const instance_view& instance, const names& dictionary);

/// Puts together a document from copied slices and new instances; instances of one Attribute must
/// be added one after the other.
class document_builder {
public:
    explicit document_builder(const names& dictionary) : dictionary_(&dictionary) {}
    void set_types(std::vector<name_id> types) { types_ = std::move(types); }
    void set_scopes(std::vector<std::string> scopes) { scopes_ = std::move(scopes); }
    void set_expires_at(timestamp moment) { expires_at_ = moment; }
    /// Adds an instance of another document, byte for byte.
    void copy(const instance_view& instance);
    /// Adds a new instance; every name in it must be in the dictionary.
    void add(name_id attribute, const attribute_instance& instance);
    [[nodiscard]] std::string finish() const;

private:
    const names* dictionary_;
    std::vector<name_id> types_;
    std::vector<std::string> scopes_;
    timestamp expires_at_{};
    std::string entries_;
    std::string slices_;
    std::size_t count_ = 0;
};

} // namespace meridian::ngsild
