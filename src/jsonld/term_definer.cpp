#include "jsonld/term_definer.hpp"

#include "jsonld/core_document.hpp"
#include "jsonld/keywords.hpp"

namespace meridian::jsonld {
namespace {

/// Terms that refer to terms that refer to terms: no honest @context comes near it.
constexpr std::size_t max_reference_depth = 64;
/// As for any URI (architecture page, decision 11); keeps chains of prefixes from growing.
constexpr std::size_t max_iri_length = 2'048;

const json* find_member(const json& object, const char* name) {
    auto place = object.find(name);
    return place == object.end() ? nullptr : &*place;
}

bool is_compact_or_path(std::string_view term) {
    auto colon = term.find(':', 1);
    return (colon != term.npos && colon + 1 < term.size()) || term.find('/') != term.npos;
}

bool may_be_prefix(std::string_view term) {
    return term.find_first_of(":/") == term.npos;
}

/// JSON-LD 1.1, 4.2.2 step 14.2.5: a simple term is a prefix if its IRI ends like one.
bool ends_like_prefix(std::string_view iri) {
    return !iri.empty() && std::string_view(":/?#[]@").find(iri.back()) != std::string_view::npos;
}

bool is_direction(const json& value) {
    return value == "ltr" || value == "rtl";
}

} // namespace

problem term_definer::bad(std::string_view term, std::string_view why) const {
    std::string detail(where_);
    if (!term.empty())
        detail.append(", term ").append(term);
    return problem(problem_kind::bad_request_data, detail.append(": ").append(why));
}

result<void> term_definer::run() {
    MERIDIAN_CHECK(read_keywords());
    const auto& members = object_.get_ref<const json::object_t&>();
    local_.reserve(members.size());
    for (const auto& [name, value] : members)
        if (!is_context_keyword(name))
            local_.emplace(name, entry{&value});
    // In the order of the document, so that equal documents give equal keys.
    for (const auto& [name, value] : members)
        MERIDIAN_CHECK(define_if_local(name));
    return {};
}

result<void> term_definer::read_keywords() {
    if (const auto* version = find_member(object_, "@version"); version && *version != 1.1)
        return bad("@version", "must be 1.1");
    if (const auto* base = find_member(object_, "@base");
        base && !base->is_null() && !base->is_string())
        return bad("@base", "must be a string or null");
    if (const auto* language = find_member(object_, "@language");
        language && !language->is_null() && !language->is_string())
        return bad("@language", "must be a string or null");
    if (const auto* direction = find_member(object_, "@direction");
        direction && !direction->is_null() && !is_direction(*direction))
        return bad("@direction", "must be \"ltr\", \"rtl\" or null");
    // CHOICE: `false` would end the @context below the Entity, at its Attributes. That is what
    // 5.5.7 forbids scoped contexts for.
    if (const auto* propagate = find_member(object_, "@propagate"); propagate && *propagate != true)
        return bad("@propagate",
                   "must be true, since a user @context holds for the whole document");
    MERIDIAN_TRY(protects_, read_protected("@protected", object_));
    if (const auto* vocab = find_member(object_, "@vocab"))
        return read_vocab(*vocab);
    return {};
}

// JSON-LD 1.1, 4.1.2 step 5.8. A relative one is appended to the @vocab in force.
result<void> term_definer::read_vocab(const json& value) {
    if (value.is_null()) {
        into_.set_vocab(std::string(default_vocab));
        return {};
    }
    if (!value.is_string())
        return bad("@vocab", "must be a string or null");
    // local_ is still empty here: terms of this very object do not count, as in JSON-LD.
    MERIDIAN_TRY(auto iri, expand(value.get_ref<const std::string&>()));
    if (!is_iri_like(iri) || iri.size() > max_iri_length)
        return bad("@vocab", "must be an IRI");
    into_.set_vocab(std::move(iri));
    return {};
}

result<bool> term_definer::read_protected(std::string_view term, const json& value) const {
    const auto* flag = find_member(value, "@protected");
    if (flag == nullptr)
        return protects_;
    if (!flag->is_boolean())
        return bad(term, "@protected must be a boolean");
    return flag->get<bool>();
}

result<void> term_definer::define_if_local(std::string_view term) {
    auto place = local_.find(term);
    if (place == local_.end())
        return {};
    return define(term, place->second);
}

result<void> term_definer::define(std::string_view term, entry& place) {
    if (place.progress == state::done)
        return {};
    if (place.progress == state::running)
        return bad(term, "its definition refers to itself");
    if (depth_ >= max_reference_depth)
        return bad(term, "too many definitions that refer to one another");
    place.progress = state::running;
    ++depth_;
    MERIDIAN_CHECK(check_scoped_context(term, *place.value));
    // 5.5.7: the core @context has absolute precedence; what the user says of its terms is void.
    if (into_.core() == nullptr || into_.core()->find(term) == nullptr)
        MERIDIAN_CHECK(define_fresh(term, *place.value));
    --depth_;
    place.progress = state::done;
    return {};
}

// 4.4, 5.5.7. The core itself has one, and copies of the core are found on other hosts.
result<void> term_definer::check_scoped_context(std::string_view term, const json& value) const {
    if (!value.is_object() || !value.contains("@context") || into_.core() == nullptr)
        return {};
    const auto* in_core = find_member(core_definitions(), std::string(term).c_str());
    if (in_core != nullptr && *in_core == value)
        return {};
    return bad(term, "scoped contexts are not allowed in a user @context (5.5.7)");
}

result<void> term_definer::define_fresh(std::string_view term, const json& value) {
    if (term.empty())
        return bad("\"\"", "a term must not be empty");
    // JSON-LD 1.1 lets @type have a container and be protected: without effect on names.
    if (term == "@type" && value.is_object())
        return {};
    if (is_keyword(term))
        return bad(term, "a keyword cannot be redefined");
    if (is_keyword_like(term))
        return {};
    auto [old, was_protected] = into_.take_out(term);
    MERIDIAN_TRY(auto made, make_definition(term, value));
    if (!made)
        return {};
    if (made->iri.size() > max_iri_length)
        return bad(term, "the IRI is too long");
    bool is_protected = protects_;
    if (value.is_object()) {
        MERIDIAN_TRY(is_protected, read_protected(term, value));
    }
    if (was_protected && made != old)
        return bad(term, "a protected term cannot be redefined");
    return into_.put(term, std::move(*made), is_protected || was_protected);
}

result<std::optional<term_definition>> term_definer::make_definition(std::string_view term,
                                                                     const json& value) {
    term_definition made;
    const bool is_simple = value.is_string();
    if (value.is_null())
        return std::optional(std::move(made));
    if (!is_simple && !value.is_object())
        return bad(term, "must be a string, an object or null");
    const json* id = is_simple ? &value : find_member(value, "@id");
    if (!is_simple) {
        if (const auto* type = find_member(value, "@type"))
            MERIDIAN_CHECK(read_type(term, *type, made));
        if (find_member(value, "@reverse") != nullptr) {
            MERIDIAN_CHECK(read_reverse(term, value, made));
            MERIDIAN_CHECK(check_other_members(term, value, made));
            return std::optional(std::move(made));
        }
    }
    if (id != nullptr && id->is_null())
        return std::optional(term_definition{});
    if (id != nullptr && *id != std::string(term)) {
        MERIDIAN_TRY(bool is_kept, read_id(term, *id, made));
        if (!is_kept)
            return std::optional<term_definition>();
        made.is_prefix = is_simple && may_be_prefix(term) &&
                         (ends_like_prefix(made.iri) || made.iri.starts_with("_:"));
    } else {
        MERIDIAN_CHECK(read_iri_of_name(term, made));
    }
    if (is_simple)
        return std::optional(std::move(made));
    if (const auto* holds = find_member(value, "@container"); holds && !holds->is_null()) {
        auto kind = container_of(*holds);
        if (!kind)
            return bad(term, "@container is not valid");
        made.holds = *kind;
    }
    MERIDIAN_CHECK(check_other_members(term, value, made));
    if (const auto* prefix = find_member(value, "@prefix"))
        made.is_prefix = prefix->get<bool>();
    return std::optional(std::move(made));
}

// JSON-LD 1.1, 4.2.2 step 12.
result<void> term_definer::read_type(std::string_view term, const json& type,
                                     term_definition& made) {
    if (!type.is_string())
        return bad(term, "@type must be a string");
    MERIDIAN_TRY(auto iri, expand(type.get_ref<const std::string&>()));
    made.type = coercion_of(iri);
    if (made.type != coercion::other)
        return {};
    if (!is_iri_like(iri) || iri.starts_with("_:") || iri.size() > max_iri_length)
        return bad(term, "@type must be @id, @vocab, @json, @none or an IRI");
    made.type_iri = std::move(iri);
    return {};
}

// JSON-LD 1.1, 4.2.2 step 13.
result<void> term_definer::read_reverse(std::string_view term, const json& value,
                                        term_definition& made) {
    const auto& reverse = value.at("@reverse");
    if (value.contains("@id") || value.contains("@nest") || !reverse.is_string())
        return bad(term, "@reverse must be a string, without @id and @nest");
    MERIDIAN_TRY(made.iri, expand(reverse.get_ref<const std::string&>()));
    if (!is_iri_like(made.iri))
        return bad(term, "@reverse must be an IRI");
    if (const auto* holds = find_member(value, "@container"); holds && !holds->is_null()) {
        auto kind = container_of(*holds);
        if (kind != container::set && kind != container::index)
            return bad(term, "@container of a reverse term must be @set or @index");
        made.holds = *kind;
    }
    made.is_reverse = true;
    return {};
}

// JSON-LD 1.1, 4.2.2 step 14.2.
result<bool> term_definer::read_id(std::string_view term, const json& id, term_definition& made) {
    if (!id.is_string())
        return bad(term, "@id must be a string or null");
    const auto& text = id.get_ref<const std::string&>();
    if (is_keyword_like(text) && !is_keyword(text))
        return false;
    MERIDIAN_TRY(made.iri, expand(text));
    if (made.iri == "@context")
        return bad(term, "cannot be an alias of @context");
    if (!is_keyword(made.iri) && !is_iri_like(made.iri))
        return bad(term, "@id must be an IRI, a term, a prefixed name or a keyword");
    if (!is_compact_or_path(term))
        return true;
    // A term that looks like a prefixed name must mean what the prefixed name means.
    local_.at(term).progress = state::done;
    MERIDIAN_TRY(auto meant, expand(term));
    if (meant != made.iri)
        return bad(term, "looks like an IRI, and is defined as another one");
    return true;
}

// JSON-LD 1.1, 4.2.2 steps 15 to 18: no @id of its own.
result<void> term_definer::read_iri_of_name(std::string_view term, term_definition& made) {
    auto colon = term.find(':', 1);
    if (colon == term.npos) {
        made.iri = into_.vocab() + std::string(term);
        return {};
    }
    auto prefix = term.substr(0, colon);
    MERIDIAN_CHECK(define_if_local(prefix));
    const auto* definition = into_.find(prefix);
    made.iri = definition != nullptr && !definition->iri.empty()
                   ? definition->iri + std::string(term.substr(colon + 1))
                   : std::string(term);
    return {};
}

result<void> term_definer::check_other_members(std::string_view term, const json& value,
                                               const term_definition& made) const {
    for (const auto& [name, member] : value.get_ref<const json::object_t&>()) {
        if (name == "@language" && !member.is_null() && !member.is_string())
            return bad(term, "@language must be a string or null");
        if (name == "@direction" && !member.is_null() && !is_direction(member))
            return bad(term, "@direction must be \"ltr\", \"rtl\" or null");
        if (name == "@nest" &&
            (!member.is_string() ||
             (member != "@nest" && is_keyword(member.get_ref<const std::string&>()))))
            return bad(term, "@nest must be @nest or a term");
        if (name == "@index" && (!member.is_string() || made.holds != container::index))
            return bad(term, "@index must be a string, beside the container @index");
        if (name == "@prefix" && (!member.is_boolean() || !may_be_prefix(term) ||
                                  (member == true && is_keyword(made.iri))))
            return bad(term, "@prefix must be a boolean, of a term without colon or slash");
        if (name != "@id" && name != "@reverse" && name != "@container" && name != "@context" &&
            name != "@direction" && name != "@index" && name != "@language" && name != "@nest" &&
            name != "@prefix" && name != "@protected" && name != "@type")
            return bad(term, "its definition has the unknown member " + name);
    }
    return {};
}

result<std::string> term_definer::expand(std::string_view value) {
    if (is_keyword(value))
        return std::string(value);
    if (is_keyword_like(value))
        return std::string();
    MERIDIAN_CHECK(define_if_local(value));
    if (const auto* term = into_.find(value))
        return term->iri;
    auto colon = value.empty() ? value.npos : value.find(':', 1);
    if (colon != value.npos) {
        auto prefix = value.substr(0, colon);
        auto suffix = value.substr(colon + 1);
        if (prefix == "_" || suffix.starts_with("//"))
            return std::string(value);
        MERIDIAN_CHECK(define_if_local(prefix));
        const auto* definition = into_.find(prefix);
        if (definition != nullptr && definition->is_prefix)
            return definition->iri + std::string(suffix);
        if (is_iri_like(value))
            return std::string(value);
    }
    return into_.vocab() + std::string(value);
}

} // namespace meridian::jsonld
