#pragma once

#include <cstdint>
#include <string_view>

namespace meridian::ngsild {

/// The number that stands for an IRI (Entity Type, Attribute name, datasetId) in stored documents.
/// 0 is no name: the default instance of an Attribute has dataset 0.
using name_id = std::int32_t;

/// The dictionary of names, as pure code sees it; `store::dictionary` is the real one.
/// Safe to call from every thread. An IRI once known keeps its number for good.
class names {
public:
    names() = default;
    names(const names&) = delete;
    names& operator=(const names&) = delete;
    virtual ~names() = default;

    /// The number of `iri`; 0 where it is not known here.
    [[nodiscard]] virtual name_id find(std::string_view iri) const noexcept = 0;
    /// The IRI of a number that `find` or a document gave; valid as long as the dictionary lives.
    /// Empty for 0 and for numbers that were never given.
    [[nodiscard]] virtual std::string_view iri(name_id id) const noexcept = 0;
};

} // namespace meridian::ngsild
