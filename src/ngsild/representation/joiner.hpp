#pragma once

#include "meridian/ngsild/document.hpp"

#include <string>

namespace meridian::ngsild {

/// What inline Linked Entity retrieval (4.5.23.2) adds to the Relationships of one Entity.
class entity_joiner {
public:
    entity_joiner() = default;
    entity_joiner(const entity_joiner&) = delete;
    entity_joiner& operator=(const entity_joiner&) = delete;
    virtual ~entity_joiner() = default;

    /// `,"entity":…` of a Relationship, `,"entityList":…` of a ListRelationship; nothing where
    /// none of its targets is joined.
    virtual void append_targets(std::string& out, const instance_view& of) const = 0;
    /// 4.5.4: the Entities in the place of their URIs. False where none of them is joined, and
    /// nothing is appended.
    virtual bool append_simplified_targets(std::string& out, const instance_view& of) const = 0;
};

} // namespace meridian::ngsild
