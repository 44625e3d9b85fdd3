#pragma once

#include "meridian/operations/services.hpp"

namespace meridian::operations {

/// The number under which the changes of an operation are recorded: 0 where nobody is named, which
/// costs nothing; else from memory, and once for each subject from the database. Fails with
/// unavailable.
asio::awaitable<result<store::subject_id>> numbered_subject(const request_scope& scope);

} // namespace meridian::operations
