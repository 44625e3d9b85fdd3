#pragma once

#include "api/call.hpp"
#include "api/projection_parameters.hpp"
#include "meridian/ngsild/representation.hpp"
#include "meridian/query/ast.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meridian::api {

/// The keywords of `options` (6.3.7, 6.3.11 …). Fails with invalid_request for one that is not in
/// `known` (6.3.20).
[[nodiscard]] result<std::vector<std::string>>
read_options(const call& request, std::initializer_list<std::string_view> known);
[[nodiscard]] bool has_option(const std::vector<std::string>& options,
                              std::string_view keyword) noexcept;

/// 6.3.7: `format`, or its deprecated spelling in `options`; `format` takes precedence.
/// Fails with invalid_request.
[[nodiscard]] result<ngsild::representation_format>
read_format(const call& request, const std::vector<std::string>& options);

/// Makes the dictionary know the names of `texts`, of geometryProperty and of `dataset_ids` that
/// another broker on the database added: `read_projection` and `read_representation` take what it
/// does not know for names that nothing has. Texts that are wrong are left to them.
/// Fails with unavailable.
asio::awaitable<result<void>> learn_names(const call& request, projection_texts texts,
                                          std::vector<std::string> dataset_ids,
                                          const jsonld::context& context);
/// Whether the request's parameters name what `learn_names` would look for.
[[nodiscard]] bool names_attributes(const call& request);
/// The same of the request's own parameters.
asio::awaitable<result<void>> learn_names(const call& request, const jsonld::context& context);

/// The parameter `datasetId`; empty where it is absent. Fails with bad_request_data.
[[nodiscard]] result<std::vector<std::string>> read_dataset_ids(const call& request);

/// How the answer of 5.7.1 and 5.7.2 is to be written, by the query's parameters and the negotiated
/// media type. `context_member` is set where the body must have an @context (6.3.5).
/// Fails with bad_request_data, invalid_request, operation_not_supported.
[[nodiscard]] result<ngsild::representation>
read_representation(const call& request, media_type type, const jsonld::context& context);

/// Parameters that stand for what this broker does not do yet: fails with operation_not_supported
/// where one is given with an effect, so that nothing is skipped silently.
[[nodiscard]] result<void> refuse_unsupported(const call& request);

} // namespace meridian::api
