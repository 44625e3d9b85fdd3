// JSON → @context → names: nothing that parses makes a build misbehave, and what it compacts
// expands to the same IRI again.

#include "fuzz.hpp"

#include "meridian/jsonld/context.hpp"

using namespace meridian;

namespace {

/// The input itself is every second remote document, so that cycles and imports are met.
result<jsonld::build_outcome> build(const json& input) {
    auto source = [&input](std::string_view url) -> const json* {
        return url.size() % 2 == 0 ? &input : nullptr;
    };
    auto member = input.is_object() ? input.find("@context") : input.end();
    return jsonld::build_context(input.is_object() && member != input.end() ? *member : input,
                                 source);
}

void check_name(const jsonld::context& names, std::string_view name) {
    auto iri = names.expand(name);
    auto again = names.expand(names.compact(iri));
    // The one exception that `compact` has: no name is left for an IRI whose scheme is a prefix.
    if (names.compact(iri) != iri)
        fuzz::expect(again == iri, "expand(compact(iri)) == iri");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto input = parse_json(fuzz::text_of(data, size));
    if (!input)
        return 0;
    auto outcome = build(*input);
    if (!outcome)
        return 0;
    fuzz::expect((outcome->built == nullptr) == !outcome->missing.empty(), "built or missing");
    if (outcome->built == nullptr)
        return 0;
    const auto& names = *outcome->built;
    fuzz::expect(parse_json(names.member_text()).has_value(), "the member is JSON");
    for (const auto* member : {"@context", "a"})
        check_name(names, member);
    if (input->is_object())
        for (const auto& [name, value] : input->get_ref<const json::object_t&>()) {
            check_name(names, name);
            if (value.is_string())
                check_name(names, value.get_ref<const std::string&>());
            if (value.is_object())
                for (const auto& [inner, ignored] : value.get_ref<const json::object_t&>())
                    check_name(names, inner);
        }
    return 0;
}
