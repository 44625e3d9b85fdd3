#pragma once

#include "meridian/ngsild/change.hpp"

#include <string_view>

namespace meridian::ngsild {

/// Puts a change of a stored Entity together: the new document, instance after instance in its
/// order, and what differs.
class change_builder {
public:
    change_builder(const stored_entity& old, const change_scope& scope);

    /// An instance that stays: copied as it is.
    void keep(const instance_view& instance);
    void update(const instance_view& before, attribute_instance decoded, attribute_instance after);
    void create(name_id attribute, attribute_instance after);
    void remove(const instance_view& before);

    void not_updated(std::string_view attribute, std::string_view reason);

    /// 4.16: types that are not there yet are added.
    void add_types(const std::vector<std::string>& types);
    void set_types(const std::vector<std::string>& types);
    void set_scopes(std::vector<std::string> scopes) { made_.scopes_after = std::move(scopes); }
    /// 4.18: Scopes that are not there yet are added.
    void add_scopes(const std::vector<std::string>& scopes);
    void set_expires_at(std::optional<timestamp> moment) { made_.expires_after = moment; }

    [[nodiscard]] const change& so_far() const noexcept { return made_; }
    /// What has come of it; none where nothing differs.
    /// Fails with bad_request_data where the Entity would grow beyond what this broker takes.
    [[nodiscard]] result<change> finish();

private:
    void changed(std::string_view attribute);

    const change_scope& scope_;
    document_builder document_;
    change made_;
};

} // namespace meridian::ngsild
