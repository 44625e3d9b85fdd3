// JSON payload → Entity → document → Entity: what parses is stored and read back as it was, and
// fragments change it into documents that open; damaged documents are refused or read within
// their bounds.

#include "fuzz.hpp"

#include "meridian/ngsild/change.hpp"
#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"

#include <deque>
#include <unordered_map>

using namespace meridian;

namespace {

/// Learns each name that it is asked for.
class fuzz_names : public ngsild::names {
public:
    ngsild::name_id find(std::string_view iri) const noexcept override {
        const auto [place, is_new] =
            ids_.emplace(iri, static_cast<ngsild::name_id>(iris_.size() + 1));
        if (is_new)
            iris_.emplace_back(iri);
        return place->second;
    }
    std::string_view iri(ngsild::name_id id) const noexcept override {
        const auto index = static_cast<std::size_t>(id) - 1;
        return index < iris_.size() ? std::string_view(iris_[index]) : std::string_view{};
    }

private:
    mutable std::unordered_map<std::string, ngsild::name_id> ids_;
    mutable std::deque<std::string> iris_;
};

void read_bytes(std::string_view bytes, const ngsild::names& dictionary) {
    if (const auto view = ngsild::document_view::open(bytes)) {
        const auto again = ngsild::encode(ngsild::decode(*view, dictionary), dictionary);
        fuzz::expect(ngsild::document_view::open(again).has_value(), "encode(decode(x)) opens");
    }
}

void change_by(const json& payload, const ngsild::stored_entity& old,
               const ngsild::change_scope& scope) {
    using ngsild::input_format;
    const auto fragment = ngsild::parse_entity_fragment(payload, *jsonld::core_context(),
                                                        input_format::normalized_or_concise);
    if (!fragment)
        return;
    for (const auto& made :
         {ngsild::append_attributes(old, *fragment, ngsild::overwrite::yes, scope),
          ngsild::update_attributes(old, *fragment, scope),
          ngsild::merge_entity(old, *fragment, {}, scope)})
        if (made && made->happened != ngsild::change::what::none)
            fuzz::expect(ngsild::document_view::open(made->document).has_value(),
                         "a changed document opens");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz_names dictionary;
    const auto text = fuzz::text_of(data, size);
    read_bytes(text, dictionary);
    auto payload = parse_json(text);
    if (!payload)
        return 0;
    // Two payloads: the Entity, and what changes it.
    const auto& first = payload->is_array() && !payload->empty() ? payload->front() : *payload;
    const auto made = ngsild::parse_entity(first, *jsonld::core_context());
    if (!made)
        return 0;
    const auto bytes = ngsild::encode(*made, dictionary);
    const auto view = ngsild::document_view::open(bytes);
    fuzz::expect(view.has_value(), "an encoded document opens");
    auto again = ngsild::decode(*view, dictionary);
    again.id = made->id;
    fuzz::expect(again == *made, "decode(encode(x)) == x");
    const ngsild::change_scope scope{dictionary, timestamp{std::chrono::seconds{1}}};
    if (payload->is_array())
        change_by(payload->back(), {made->id, {}, {}, 1, *view}, scope);
    return 0;
}
