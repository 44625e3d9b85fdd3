// JSON payload → Temporal Evolution (5.2.20) → rows of history → instances: what is accepted comes
// back as it was, and is shown as JSON that is accepted again.

#include "fuzz.hpp"
#include "learned_names.hpp"

#include "meridian/ngsild/temporal.hpp"
#include "meridian/ngsild/temporal_input.hpp"

#include <vector>

using namespace meridian;

namespace {

const timestamp now{std::chrono::seconds{1'700'000'000}};

std::vector<ngsild::new_history_row> rows_of(const ngsild::entity_temporal& subject,
                                             const ngsild::names& dictionary) {
    const ngsild::change_scope scope{dictionary, now};
    const auto made = ngsild::record_evolution(subject.id, subject, scope);
    return ngsild::to_history_rows(made, dictionary);
}

void expect_instances(const ngsild::entity_temporal& subject,
                      const std::vector<ngsild::new_history_row>& rows,
                      const ngsild::names& dictionary) {
    std::size_t at = 0;
    for (const auto& attribute : subject.attributes)
        for (auto sent : attribute.instances) {
            sent.created_at = sent.modified_at = now;
            fuzz::expect(ngsild::decode(rows.at(at++).view(), dictionary) == sent,
                         "an instance comes back from its row");
        }
}

void expect_shown(const ngsild::entity_temporal& subject,
                  const std::vector<ngsild::new_history_row>& rows,
                  const ngsild::names& dictionary) {
    std::vector<ngsild::history_row> views;
    for (const auto& row : rows)
        views.push_back(row.view(1));
    std::vector<ngsild::name_id> types;
    for (const auto& type : subject.types)
        types.push_back(dictionary.find(type));
    const ngsild::temporal_head head{subject.id, types, now, now, std::nullopt, {}};
    ngsild::compacted_names names(jsonld::core_context(), dictionary);
    std::string text;
    ngsild::append_temporal_entity(text, head, views, ngsild::temporal_representation{}, names);
    const auto shown = parse_json(text);
    fuzz::expect(shown.has_value(), "what is shown is JSON: " + text);
    const auto again = ngsild::parse_temporal_entity(*shown, *jsonld::core_context());
    fuzz::expect(again.has_value(),
                 (again ? "" : again.error().detail()) + " what is shown is accepted: " + text);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto payload = parse_json(fuzz::text_of(data, size));
    if (!payload)
        return 0;
    const auto& context = *jsonld::core_context();
    (void)ngsild::parse_temporal_fragment(*payload, context);
    (void)ngsild::parse_temporal_instance(
        *payload, "https://uri.etsi.org/ngsi-ld/default-context/a", context);
    const auto made = ngsild::parse_temporal_entity(*payload, context);
    if (!made)
        return 0;
    const fuzz::learned_names dictionary;
    const auto rows = rows_of(*made, dictionary);
    expect_instances(*made, rows, dictionary);
    expect_shown(*made, rows, dictionary);
    return 0;
}
