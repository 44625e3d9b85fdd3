#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"

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
    std::string iri;      ///< empty: the term is decoupled (`null` in the @context)
    coercion type = coercion::none;
    std::string type_iri; ///< of coercion::other
    container holds = container::none;
    bool is_prefix = false;
};

/// A processed @context: user @context with the core @context as if last (4.4, 5.5.7). Immutable.
class context {
public:
    /// 5.5.7: a term, a prefixed name or an absolute IRI → IRI. A term that nothing defines falls
    /// into `default_vocab` or the user's @vocab. Never fails; names with blanks and the like are
    /// refused by the caller (4.6.2).
    [[nodiscard]] std::string expand(std::string_view name) const;
    /// 5.5.7: IRI → the shortest term, prefixed name, or the IRI itself where nothing matches.
    [[nodiscard]] std::string compact(std::string_view iri) const;
    /// As `expand`, for values of coercion::id terms: prefixed names and absolute IRIs only.
    [[nodiscard]] std::string expand_id(std::string_view name) const;
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
    std::unordered_map<std::string, term_definition> terms_;
    std::unordered_map<std::string, std::string> by_iri_;
    std::vector<std::pair<std::string, std::string>> prefixes_; ///< IRI prefix → term
    std::string vocab_;
    std::string key_;
    std::string member_text_;
    std::string link_url_;
};
using context_ptr = std::shared_ptr<const context>;

/// What building a @context may need of the outside: the JSON of a remote @context document, by
/// its absolute URL; nullptr where the caller does not have it (yet).
using context_source = std::function<const json*(std::string_view url)>;

struct context_limits {
    std::size_t depth = 8;       ///< contexts that import contexts
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
/// Fails with bad_request_data (scoped or malformed contexts, 4.4 and 5.5.7; cycles; limits),
/// ld_context_not_available (a URL that is not http or https).
[[nodiscard]] result<build_outcome> build_context(const json& local, const context_source& source,
                                                  const context_limits& limits = {});

/// The default @context of 5.5.5: the core @context alone.
[[nodiscard]] const context_ptr& core_context();

/// The text of a built-in core @context document by its URL; empty where it is none.
[[nodiscard]] std::string_view built_in_document(std::string_view url) noexcept;

} // namespace meridian::jsonld
