#pragma once

#include "meridian/base/result.hpp"
#include "meridian/base/uri.hpp"

#include <string>
#include <vector>

namespace meridian::api {

/// Tables 6.4.3.2-1, 6.18.3.2-1, 5.2.23-1: datasetIds are URIs, or "@none" for the default
/// instance. Fails with bad_request_data.
[[nodiscard]] inline result<void> check_dataset_ids(const std::vector<std::string>& ids) {
    for (const auto& id : ids)
        if (id != "@none" && !is_uri(id))
            return problem{problem_kind::bad_request_data,
                           "the datasetId '" + id + "' is neither a valid URI nor @none"};
    return {};
}

} // namespace meridian::api
