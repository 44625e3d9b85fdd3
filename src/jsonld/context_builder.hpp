#pragma once

#include "meridian/jsonld/context.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace meridian::jsonld {

/// Fills a context with the definitions of one @context object after the other, as JSON-LD 1.1,
/// 4.1.2 Context Processing Algorithm says, on top of the core @context, which wins (5.5.7).
/// Used once: add, add, …, finish. Used by `build_context` and `core_context` alone.
class context_builder {
public:
    /// `core` is null while the core @context itself is built.
    context_builder(const context* core, const context_limits& limits);

    /// The definitions of `object`; `where` names it in problems.
    /// Fails with bad_request_data.
    result<void> add(const json& object, std::string_view where);
    /// A `null` @context: what has been added is forgotten.
    /// Fails with bad_request_data where a term is protected.
    result<void> forget();
    [[nodiscard]] context_ptr finish(std::string key_start, std::string member_text,
                                     std::string link_url);

    [[nodiscard]] const context* core() const noexcept { return made_->core_; }
    [[nodiscard]] const term_definition* find(std::string_view term) const noexcept {
        return made_->find(term);
    }
    [[nodiscard]] const term_definition* find_own(std::string_view term) const noexcept;
    /// Takes a definition out, so that its successor does not refer to it; is it protected?
    std::pair<std::optional<term_definition>, bool> take_out(std::string_view term);
    result<void> put(std::string_view term, term_definition definition, bool is_protected);

    [[nodiscard]] const std::string& vocab() const noexcept { return vocab_; }
    void set_vocab(std::string vocab) { vocab_ = std::move(vocab); }

private:
    std::shared_ptr<context> made_;
    std::size_t term_limit_;
    std::string vocab_; ///< the @vocab in force while definitions are read
    std::unordered_set<std::string> protected_;
    std::string defined_; ///< what `put` was given, in order: the matter of the key
};

} // namespace meridian::jsonld
