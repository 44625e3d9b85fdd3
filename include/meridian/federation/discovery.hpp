#pragma once

#include "meridian/base/json.hpp"
#include "meridian/jsonld/context.hpp"

/// Answers to 5.7.5–5.7.10 of several places as one (5.7.11). Pure.
namespace meridian::federation {

/// Such an answer (5.2.24–5.2.28, or an array of them) whose names of types and Attributes are
/// written out as IRIs, in place. Without its @context.
void expand_discovered(json& answer, const jsonld::context& context);

/// The reverse, for one that is in IRIs: what is listed is ordered by IRI before it is shortened.
void compact_discovered(json& answer, const jsonld::context& context);

/// Adds what another place tells, both in IRIs: lists are united, counts are added up, and what
/// describes the same type or Attribute (by its id) becomes one. What is of another JSON type than
/// it should be is left out.
void merge_discovered(json& into, const json& more);

} // namespace meridian::federation
