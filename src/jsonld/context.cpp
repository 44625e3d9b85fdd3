#include "meridian/jsonld/context.hpp"

#include <algorithm>

namespace meridian::jsonld {
namespace {

/// Shorter first, then by bytes, so that the choice does not hang on the order of definitions.
bool is_better(std::string_view candidate, std::string_view best) {
    if (candidate.size() != best.size())
        return candidate.size() < best.size();
    return candidate < best;
}

void keep_better(std::unordered_map<std::string_view, std::string_view>& map, std::string_view iri,
                 std::string_view term) {
    auto [place, is_new] = map.try_emplace(iri, term);
    if (!is_new && is_better(term, place->second))
        place->second = term;
}

/// JSON-LD 1.1, 5.2.2 step 6: a colon anywhere after the first character.
std::size_t colon_of(std::string_view name) {
    return name.empty() ? name.npos : name.find(':', 1);
}

} // namespace

const term_definition* context::find(std::string_view term) const noexcept {
    if (core_ != nullptr)
        if (const auto* found = core_->find(term))
            return found;
    auto place = terms_.find(term);
    return place == terms_.end() ? nullptr : &place->second;
}

/// The definition of the prefix of a compact IRI; null where `name` is none.
const term_definition* context::find_prefix(std::string_view name) const noexcept {
    auto colon = colon_of(name);
    if (colon == name.npos || name.starts_with("_:") || name.substr(colon + 1).starts_with("//"))
        return nullptr;
    const auto* prefix = find(name.substr(0, colon));
    return prefix != nullptr && prefix->is_prefix ? prefix : nullptr;
}

// JSON-LD 1.1, 5.2.2 IRI Expansion with `vocab`, on a finished context.
std::string context::expand(std::string_view name) const {
    // A term may start with `@` if it does not look like a keyword.
    if (const auto* term = find(name); term != nullptr && !term->iri.empty())
        return term->iri;
    if (name.starts_with('@'))
        return std::string(name);
    if (colon_of(name) != name.npos)
        return expand_id(name);
    // CHOICE: JSON-LD drops members whose term is decoupled; a broker that keeps what it is given
    // lets the term fall into the default vocabulary as if it were not there.
    std::string iri;
    iri.reserve(default_vocab.size() + name.size());
    return iri.append(default_vocab).append(name);
}

std::string context::expand_id(std::string_view name) const {
    const auto* prefix = find_prefix(name);
    if (prefix == nullptr)
        return std::string(name);
    return prefix->iri + std::string(name.substr(colon_of(name) + 1));
}

// JSON-LD 1.1, 6.2.2 IRI Compaction, on names alone: the term's coercions do not choose.
std::string context::compact(std::string_view iri) const {
    // 5.5.7: the core first. An alias of the user's for a core term would otherwise reshape
    // answers.
    for (const auto* names : {core_, this})
        if (names != nullptr)
            if (auto place = names->by_iri_.find(iri); place != names->by_iri_.end())
                return std::string(place->second);
    if (iri.starts_with(default_vocab)) {
        auto name = iri.substr(default_vocab.size());
        if (!name.empty() && name.front() != '@' && colon_of(name) == name.npos &&
            find(name) == nullptr)
            return std::string(name);
    }
    // As JSON-LD has it, `ngsi-ld:default-context/Vehicle` where the user's @context has another
    // Vehicle: the prefix is a term that matches (5.5.7).
    std::string best;
    if (core_ != nullptr)
        core_->shortest_prefixed(iri, *this, best);
    shortest_prefixed(iri, *this, best);
    return best.empty() ? std::string(iri) : best;
}

void context::shortest_prefixed(std::string_view iri, const context& names,
                                std::string& best) const {
    for (auto length : prefix_lengths_) {
        if (length >= iri.size())
            continue;
        auto place = prefix_by_iri_.find(iri.substr(0, length));
        auto suffix = iri.substr(length);
        if (place == prefix_by_iri_.end() || suffix.starts_with("//"))
            continue;
        auto candidate = std::string(place->second).append(":").append(suffix);
        // A term of that very spelling would expand to something else.
        if (names.find(candidate) == nullptr && (best.empty() || is_better(candidate, best)))
            best = std::move(candidate);
    }
}

/// Fills the tables that `compact` reads. Views point into terms_, whose nodes do not move.
void context::index() {
    by_iri_.reserve(terms_.size());
    for (const auto& [name, term] : terms_) {
        if (term.iri.empty() || (core_ != nullptr && core_->terms_.contains(name)))
            continue;
        if (!term.is_reverse)
            keep_better(by_iri_, term.iri, name);
        if (term.is_prefix)
            keep_better(prefix_by_iri_, term.iri, name);
    }
    for (const auto& [iri, term] : prefix_by_iri_)
        prefix_lengths_.push_back(iri.size());
    std::sort(prefix_lengths_.begin(), prefix_lengths_.end());
    prefix_lengths_.erase(std::unique(prefix_lengths_.begin(), prefix_lengths_.end()),
                          prefix_lengths_.end());
}

} // namespace meridian::jsonld
