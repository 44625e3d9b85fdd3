#pragma once

#include "meridian/base/result.hpp"
#include "meridian/store/index_builder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace meridian::app {

/// `Type/attribute`, names of the core @context or IRIs. The slash between them is the one before
/// an absolute IRI (`…/https://example.org/speed`, `…/urn:x:speed`), else the last. Nothing where
/// there are not two names.
[[nodiscard]] std::optional<store::wanted_index> read_attribute_of_type(const std::string& text);

/// The option `indexed-attributes`, of which each is as above.
/// Fails with invalid_request for a text without two names.
[[nodiscard]] result<std::vector<store::wanted_index>>
read_indexed_attributes(const std::vector<std::string>& texts);

} // namespace meridian::app
