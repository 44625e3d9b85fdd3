#pragma once

#include "meridian/federation/registration.hpp"
#include "meridian/query/ast.hpp"

#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace meridian::federation {

/// What a request is about, as 5.12 looks at it; what is absent is no condition. All names are
/// expanded.
struct asked {
    std::vector<std::string> ids;
    std::optional<query::pattern> id_pattern;
    std::optional<query::type_selection> types;
    std::vector<std::string> attributes;
    std::vector<std::string> dataset_ids; ///< "@none": the default instances
};

/// A Registration that matches, and by which of its RegistrationInfos (places in `information`).
struct match {
    registration_ptr source;
    std::vector<std::size_t> information;
};

/// Hashes texts, so that a map of strings is looked into by a view.
struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

/// Candidates among regular expressions for a text, by a literal that must occur in it: a text is
/// not held against each expression. Built once, then immutable.
class pattern_index {
public:
    void add(const std::string& expression, std::uint32_t number);
    /// Whether there are such.
    [[nodiscard]] bool has_candidates(std::string_view text) const;
    /// Appends the numbers of those that may match, each once at least.
    void candidates(std::string_view text, std::vector<std::uint32_t>& out) const;

    /// The longest run of characters that every text which `expression` matches must hold; empty
    /// where none can be told.
    [[nodiscard]] static std::string required_literal(std::string_view expression);

private:
    static constexpr std::size_t shortest = 3;
    template <typename Value>
    using by_text = std::unordered_map<std::string, Value, text_hash, std::equal_to<>>;
    [[nodiscard]] static std::size_t mark_of(std::string_view text) noexcept;
    template <typename Take>
    void visit(std::string_view text, const Take& take) const;

    /// Marks what literals begin with. Most places of an id are passed over by it alone, without
    /// hashing a text: an id is held against all patterns by every retrieve.
    std::bitset<65'536> begins_;
    by_text<std::vector<std::uint32_t>> by_literal_;
    by_text<std::vector<std::size_t>> lengths_; ///< by their first letters
    std::vector<std::uint32_t> others_;
};

/// The Registrations of one Tenant by Entity id, id pattern, Entity Type and Attribute name.
/// Immutable, safe to share between threads. What a request costs does not depend on how many
/// Registrations there are, but on how many are about the same types, ids or Attributes.
class index {
public:
    explicit index(std::vector<registration_ptr> all);
    index(const index&) = delete;
    index& operator=(const index&) = delete;

    /// 5.12, in order of creation; those that have expired at `now` do not match. What Via and
    /// operations exclude is the caller's.
    [[nodiscard]] std::vector<match> find(const asked& wanted, timestamp now) const;

    /// Whether there are any that a request for those ids (none: any) and types has to be held
    /// against. False: `find` finds none.
    [[nodiscard]] bool may_match(std::span<const std::string> ids,
                                 const std::optional<query::type_selection>& types) const;

private:
    /// An EntityInfo of a RegistrationInfo of a Registration; `none`: an info without entities.
    struct entry {
        std::uint32_t registration;
        std::uint32_t info;
        std::uint32_t entity;
    };
    static constexpr std::uint32_t none = 0xffffffff;
    using places = std::vector<std::uint32_t>; ///< in `entries_`
    using place_map = std::unordered_map<std::string, places, text_hash, std::equal_to<>>;
    struct bucket {
        places all;
        place_map by_type;
        place_map by_attribute;
        places any_attribute;
    };

    void add(const entry& one);
    void collect(const bucket& from, const asked& wanted, places& out) const;
    [[nodiscard]] places candidates(const asked& wanted) const;
    [[nodiscard]] bool matches(const entry& one, const asked& wanted) const;

    std::vector<registration_ptr> all_;
    std::vector<entry> entries_;
    place_map by_id_;
    bucket with_id_;   ///< EntityInfos with an id
    bucket patterned_; ///< … with an idPattern
    bucket plain_;     ///< … with neither
    bucket free_;      ///< infos without entities
    pattern_index patterns_;
};

} // namespace meridian::federation
