#pragma once

#include "jsonld/context_builder.hpp"

namespace meridian::jsonld {

/// Reads one @context object into a builder: JSON-LD 1.1, 4.1.2 steps 5.5 to 5.13 and 4.2.2 Create
/// Term Definition. Lives for that one call.
class term_definer {
public:
    term_definer(context_builder& into, const json& object, std::string_view where)
        : into_(into), object_(object), where_(where) {}

    result<void> run();

private:
    enum class state : std::uint8_t { waiting, running, done };
    struct entry {
        const json* value;
        state progress = state::waiting;
    };

    result<void> read_keywords();
    result<void> read_vocab(const json& value);

    result<void> define(std::string_view term, entry& place);
    result<void> define_if_local(std::string_view term);
    result<void> define_fresh(std::string_view term, const json& value);
    result<std::optional<term_definition>> make_definition(std::string_view term,
                                                           const json& value);
    result<void> check_scoped_context(std::string_view term, const json& value) const;
    result<bool> read_protected(std::string_view term, const json& value) const;
    result<void> read_type(std::string_view term, const json& type, term_definition& made);
    result<void> read_reverse(std::string_view term, const json& value, term_definition& made);
    /// False: the @id is ignored along with the term, as JSON-LD says.
    result<bool> read_id(std::string_view term, const json& id, term_definition& made);
    result<void> read_iri_of_name(std::string_view term, term_definition& made);
    result<void> check_other_members(std::string_view term, const json& value,
                                     const term_definition& made) const;

    /// 5.2.2 IRI Expansion with this object as local context. Empty: null.
    result<std::string> expand(std::string_view value);

    [[nodiscard]] problem bad(std::string_view term, std::string_view why) const;

    context_builder& into_;
    const json& object_;
    std::string_view where_;
    std::unordered_map<std::string_view, entry> local_;
    bool protects_ = false;
    std::size_t depth_ = 0;
};

} // namespace meridian::jsonld
