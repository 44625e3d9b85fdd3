#pragma once

#include "ngsild/representation/plan.hpp"

#include <string>

namespace meridian::ngsild {

/// Appends one Entity as `how` says; `style` is that of the plan, or one that joins more.
void append_entity_text(std::string& out, const entity_row& row, const plan& how,
                        const instance_style& style, const std::string& context_member);

/// The same of the Entity of a notification.
void append_notified_text(std::string& out, const entity_row& row, const shown_changes& changes,
                          const plan& how, const instance_style& style);

} // namespace meridian::ngsild
