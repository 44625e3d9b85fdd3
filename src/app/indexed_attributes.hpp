#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/index_builder.hpp"

#include <string>
#include <vector>

namespace meridian::app {

/// The option `indexed-attributes`: `Type/attribute` each, names of the core @context or IRIs. The
/// slash between them is the one before an absolute IRI (`…/https://example.org/speed`,
/// `…/urn:x:speed`), else the last.
/// Fails with invalid_request for a text without two names.
[[nodiscard]] result<std::vector<store::wanted_index>>
read_indexed_attributes(const std::vector<std::string>& texts);

} // namespace meridian::app
