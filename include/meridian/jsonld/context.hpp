#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace meridian::jsonld {

/// The namespace that a term falls into when no @context defines it (4.4, annex B).
inline constexpr std::string_view default_vocab = "https://uri.etsi.org/ngsi-ld/default-context/";
/// The core @context that this broker speaks.
inline constexpr std::string_view core_context_url =
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";

/// JSON-LD type coercion of a term, as far as 5.5.7 and `expandValues` (4.9) need it.
enum class coercion : std::uint8_t { none, id, vocab, json, date_time, date, time, other };
/// JSON-LD containers of a term.
enum class container : std::uint8_t { none, list, set, language, index, id, type, graph };

struct term_definition {
    std::string iri; ///< empty: the term is decoupled (`null` in the @context)
    coercion type = coercion::none;
    std::string type_iri{}; ///< of coercion::other
    container holds = container::none;
    bool is_prefix = false;
    /// JSON-LD @reverse. NGSI-LD has no reverse properties, so the term expands to its IRI, and the
    /// IRI never compacts to the term.
    bool is_reverse = false;
    bool operator==(const term_definition&) const = default;
};

/// A processed @context: user @context with the core @context as if last (4.4, 5.5.7). Immutable,
/// so threads share one. Made by `build_context` and `core_context`; refers to the latter's tables
/// rather than copy them.
class context {
public:
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    /// 5.5.7: a term, a prefixed name or an absolute IRI → IRI. A term that nothing defines, or
    /// that is decoupled, falls into `default_vocab`: the core @context, being last, sets the
    /// @vocab (4.4), and a user's own @vocab serves the definitions beside it alone. Keywords
    /// (`@id`) stay what they are, `id` and `type` become keywords. Never fails; names with blanks
    /// and the like are refused by the caller (4.6.2).
    [[nodiscard]] std::string expand(std::string_view name) const;
    /// 5.5.7: IRI → core term, else the shortest term (then the least by bytes), else the name
    /// within `default_vocab`, else the shortest prefixed name, else the IRI itself. Whatever it
    /// gives, `expand` gives the IRI again, unless a prefix of the user's bears the name of the
    /// IRI's scheme.
    [[nodiscard]] std::string compact(std::string_view iri) const;
    /// As `expand`, for values of coercion::id terms: prefixed names and absolute IRIs only;
    /// anything else is given back as it is.
    [[nodiscard]] std::string expand_id(std::string_view name) const;
    /// The definition of `term`, the core's before the user's; lives as long as the context.
    [[nodiscard]] const term_definition* find(std::string_view term) const noexcept;

    /// Identity for caches: equal keys mean equal contexts.
    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    /// JSON text of the `@context` member of answers in application/ld+json: the user's URL(s) and
    /// objects with the core @context last, or the core URL alone.
    [[nodiscard]] const std::string& member_text() const noexcept { return member_text_; }
    /// The URL for the Link header of answers in application/json (6.3.5): the user's URL, or the
    /// core @context. Empty where the user's @context has no single URL (inline or an array): then
    /// the broker hosts it under an own URL.
    [[nodiscard]] const std::string& link_url() const noexcept { return link_url_; }

private:
    friend class context_builder;
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    using view_map = std::unordered_map<std::string_view, std::string_view>;

    context() = default;
    void index();
    [[nodiscard]] const term_definition* find_prefix(std::string_view name) const noexcept;
    void shortest_prefixed(std::string_view iri, const context& names, std::string& best) const;

    const context* core_ = nullptr; ///< null in the core @context itself
    std::unordered_map<std::string, term_definition, text_hash, std::equal_to<>> terms_;
    view_map by_iri_;                         ///< IRI → best term; views into terms_
    view_map prefix_by_iri_;                  ///< IRI of a prefix → best term; views into terms_
    std::vector<std::size_t> prefix_lengths_; ///< the distinct lengths in prefix_by_iri_
    std::string key_;
    std::string member_text_;
    std::string link_url_;
};
using context_ptr = std::shared_ptr<const context>;

/// What building a @context may need of the outside: the JSON of a remote @context document, by
/// its absolute URL; nullptr where the caller does not have it (yet).
using context_source = std::function<const json*(std::string_view url)>;

struct context_limits {
    std::size_t depth = 8; ///< contexts that import contexts
    std::size_t terms = 20'000;
    std::size_t documents = 32;
};

/// The outcome of an attempt to build: the context, or the URLs that are missing. The caller
/// fetches them and tries again.
struct build_outcome {
    context_ptr built;                ///< null while something is missing
    std::vector<std::string> missing; ///< URLs, not empty exactly when `built` is null
};

/// Processes a local @context (string, object, array, or null for the default one, 5.5.5), with
/// the core @context put last. The built-in core contexts (1.3 to 1.9, by their uri.etsi.org
/// addresses, http and https) never count as missing.
/// Any version of the core @context within `local` stands for the one that this broker speaks.
/// Definitions of core terms are ignored, wherever they stand (5.5.7).
/// `source` is asked during the call only; what it points at must stay until the call returns.
/// Fails with bad_request_data (scoped or malformed contexts, 4.4 and 5.5.7; cycles; limits),
/// ld_context_not_available (a URL that is not http or https; a remote document that is not an
/// object with a member `@context`).
[[nodiscard]] result<build_outcome> build_context(const json& local, const context_source& source,
                                                  const context_limits& limits = {});

/// The default @context of 5.5.5: the core @context alone.
[[nodiscard]] const context_ptr& core_context();

/// The text of a built-in core @context document by its URL (versions 1.3 to 1.9, and the address
/// without a version, which is the newest); empty where it is none.
[[nodiscard]] std::string_view built_in_document(std::string_view url) noexcept;

} // namespace meridian::jsonld
