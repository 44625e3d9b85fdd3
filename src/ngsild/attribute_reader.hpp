#pragma once

#include "place.hpp"
#include "value_rules.hpp"

#include "meridian/base/result.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/parse.hpp"

#include <string>
#include <string_view>

namespace meridian::ngsild {

/// Appends a member that is known not to be there; `json` would search for it first.
inline void append_member(json& object, std::string_view name, json value) {
    object.get_ref<json::object_t&>().emplace_back(std::string(name), std::move(value));
}

/// Attributes as they were sent, checked and with their names expanded: normalized, whatever
/// mixture of normalized and concise they came in. The `type` of an instance comes first, its value
/// second. Two forms are left that say less: `{"value": …}` without type for a bare value, whose
/// kind a merge takes from what it meets (4.5.2.3, 5.6.17), and, in fragments, instances without a
/// value.
class attribute_reader {
public:
    attribute_reader(const jsonld::context& context, const parse_limits& limits, nulls mode)
        : context_(context), limits_(limits), mode_(mode) {}

    /// The fully qualified name of an Attribute or Entity Type.
    /// Fails with bad_request_data when `name` is none (4.6.2, 4.5.1).
    [[nodiscard]] result<std::string> expand(std::string_view name, const place& at) const;

    /// One Attribute: an instance, an array of them, or the text of the NGSI-LD Null.
    [[nodiscard]] result<json> attribute(const json& sent, std::string_view name, const place& at,
                                         std::size_t depth = 0) const;
    /// What an Attribute was at several times (4.5.7 to 4.5.9): an array of instances, whatever
    /// their datasetIds; sent so, as a single instance, or as the simplified `values` and the like.
    [[nodiscard]] result<json> evolution(const json& sent, std::string_view name,
                                         const place& at) const;
    /// The instance that an Attribute Fragment describes (5.4): an object always, never a bare
    /// value, but for a geometry (4.7.3).
    [[nodiscard]] result<json> attribute_fragment(const json& sent, std::string_view name) const;
    /// Whether this is an instance of an Attribute by itself: by its type, or by a value member
    /// (4.5.2.3 concise, 4.5.9 simplified).
    [[nodiscard]] static bool is_instance(const json& sent);
    /// A simplified Attribute (4.5.4) in normalized form, its kind open where the value leaves it.
    [[nodiscard]] result<json> simplified(const json& sent, std::string_view name,
                                          const place& at) const;

private:
    struct instance_scope;
    [[nodiscard]] result<json> bare(const json& sent, std::string_view name, const place& at) const;
    [[nodiscard]] result<json> instances(const json& sent, std::string_view name, const place& at,
                                         std::size_t depth) const;
    [[nodiscard]] std::optional<problem> add_element(json& out, const json& sent,
                                                     std::string_view name, const place& at) const;
    [[nodiscard]] result<json> series(const json& sent, attribute_kind kind, std::string_view name,
                                      const place& at) const;
    [[nodiscard]] result<json> object(const json& sent, std::string_view name, const place& at,
                                      std::size_t depth) const;
    [[nodiscard]] result<json> instance(const json& sent, std::optional<attribute_kind> kind,
                                        std::string_view name, const place& at,
                                        std::size_t depth) const;
    [[nodiscard]] std::optional<problem> member(json& out, const instance_scope& of,
                                                const std::string& name, const json& value) const;
    [[nodiscard]] std::optional<problem> nested(json& out, const instance_scope& of,
                                                const std::string& name, const json& value) const;
    [[nodiscard]] result<json> expanded_names(const json& value, const value_check& check,
                                              const place& at) const;
    [[nodiscard]] value_check check(std::string_view name) const { return {mode_, limits_, name}; }

    const jsonld::context& context_;
    const parse_limits& limits_;
    nulls mode_;
};

} // namespace meridian::ngsild
