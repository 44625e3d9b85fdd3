#pragma once

#include "meridian/ngsild/temporal.hpp"
#include "ngsild/representation/plan.hpp"

#include <optional>
#include <string>

namespace meridian::ngsild {

/// A temporal representation made ready: what is the same for every instance of an answer.
struct temporal_plan {
    const temporal_representation& how;
    instance_filter filter;
    std::optional<language_preference> lang;
    instance_style style;
    temporal_plan(const temporal_representation& of, compacted_names& names)
        : how(of), filter(of.shown, of.dataset_ids, names.dictionary()),
          lang(parse_preference(of.lang)), style{representation_format::normalized,
                                                 of.sys_attrs,
                                                 lang ? &*lang : nullptr,
                                                 &names,
                                                 {}} {}
    temporal_plan(const temporal_plan&) = delete;
    temporal_plan& operator=(const temporal_plan&) = delete;

    [[nodiscard]] bool shows(time_property property) const noexcept {
        return how.sys_attrs || how.property == property;
    }
    [[nodiscard]] bool shows(const history_row& row) const noexcept {
        if (row.attribute == scope_attribute)
            return how.shown.scope;
        return filter.shows_attribute(row.attribute) && filter.shows_dataset(row.dataset);
    }
};

/// The value as JSON text, named as the normalized representation has it.
void append_value(std::string& out, const history_row& row, compacted_names& names);

} // namespace meridian::ngsild
