#pragma once

#include "fuzz.hpp"

#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/ngsild/representation.hpp"

#include <string>
#include <vector>

namespace meridian::fuzz {

inline void clear_times(std::vector<ngsild::attribute>& attributes) {
    for (auto& one : attributes)
        for (auto& each : one.instances) {
            each.created_at = each.modified_at = timestamp{};
            clear_times(each.attributes);
        }
}

/// An Entity without createdAt and modifiedAt, which no payload brings in.
inline ngsild::entity without_times(ngsild::entity subject) {
    subject.created_at = subject.modified_at = timestamp{};
    clear_times(subject.attributes);
    return subject;
}

/// 4.5.1, 4.5.2.3: what is shown of a stored Entity, normalized or concise, is accepted and is the
/// same Entity again; and it is JSON in the other forms.
inline void expect_shown_again(const ngsild::entity& subject, const ngsild::document_view& stored,
                               const ngsild::names& dictionary) {
    using format = ngsild::representation_format;
    ngsild::compacted_names names(jsonld::core_context(), dictionary);
    const ngsild::entity_row row{subject.id, subject.created_at, subject.modified_at, stored};
    for (const auto written : {format::normalized, format::concise, format::simplified})
        for (const bool geojson : {false, true}) {
            ngsild::representation how;
            how.format = written;
            how.geojson = geojson;
            how.sys_attrs = true; // expiresAt is one of those (4.8)
            std::string text;
            ngsild::append_entity(text, row, how, names, timestamp::min());
            const auto payload = parse_json(text);
            expect(payload.has_value(), "what is shown is JSON: " + text);
            if (geojson || written == format::simplified)
                continue;
            const auto again = ngsild::parse_entity(*payload, *jsonld::core_context());
            expect(again.has_value(),
                   (again ? "" : again.error().detail()) + " what is shown is accepted: " + text);
            expect(*again == without_times(subject), "what is shown is the same: " + text);
        }
}

} // namespace meridian::fuzz
