#include "change_builder.hpp"
#include "merge.hpp"

#include <algorithm>
#include <map>

namespace meridian::ngsild {

namespace {

enum class operation { append, append_new, update, partial_update, replace, merge };

/// An instance of a fragment.
struct patch {
    name_id attribute;
    name_id dataset;
    std::string_view name;
    const json* body;
    bool deletes;
    bool is_applied = false;
};

/// Applies a fragment's Attributes to a document, in the document's order.
class fragment_application {
public:
    fragment_application(const stored_entity& old, const entity_fragment& fragment, operation is,
                         const merge_options& options, const change_scope& scope)
        : old_(old), fragment_(fragment), operation_(is), options_(options), scope_(scope),
          made_(old, scope) {}

    result<change> run() {
        list_patches();
        if (auto wrong = apply_to_document())
            return std::move(*wrong);
        if (auto wrong = append_rest())
            return std::move(*wrong);
        made_.add_types(fragment_.types);
        apply_scope();
        apply_expires_at();
        return made_.finish();
    }

private:
    using number_pair = std::pair<name_id, name_id>;

    void list_patches() {
        for (const auto& [name, body] : fragment_.attributes.items()) {
            if (body.is_array())
                for (const auto& one : body)
                    add_patch(name, one);
            else
                add_patch(name, body);
        }
        for (std::size_t index = 0; index < patches_.size(); ++index)
            by_number_.emplace(number_pair{patches_[index].attribute, patches_[index].dataset},
                               index);
    }

    void add_patch(const std::string& name, const json& body) {
        name_id dataset = 0;
        if (body.is_object())
            if (const auto found = body.find("datasetId"); found != body.end())
                dataset = scope_.dictionary.find(found->get_ref<const std::string&>());
        patches_.push_back({scope_.dictionary.find(name), dataset, name, &body, is_deletion(body)});
    }

    std::optional<problem> apply_to_document() {
        const auto& document = old_.document;
        for (std::size_t index = 0; index < document.size(); ++index) {
            const auto one = document.instance(index);
            const auto found = by_number_.find(number_pair{one.attribute, one.dataset});
            if (found == by_number_.end()) {
                made_.keep(one);
            } else {
                patches_[found->second].is_applied = true;
                if (auto wrong = meet(patches_[found->second], one))
                    return wrong;
            }
            // New instances of an Attribute stand behind those that it has.
            const bool ends = index + 1 == document.size() ||
                              document.instance(index + 1).attribute != one.attribute;
            if (!ends)
                continue;
            if (auto wrong = append_instances(one.attribute))
                return wrong;
        }
        return std::nullopt;
    }

    /// The rest of the patches of one Attribute, those for which there is no instance.
    std::optional<problem> append_instances(name_id attribute) {
        auto next = by_number_.lower_bound(number_pair{attribute, 0});
        for (; next != by_number_.end() && next->first.first == attribute; ++next) {
            auto& one = patches_[next->second];
            if (one.is_applied)
                continue;
            one.is_applied = true;
            if (auto wrong = append(one))
                return wrong;
        }
        return std::nullopt;
    }

    std::optional<problem> append_rest() {
        for (auto& one : patches_)
            if (!one.is_applied)
                if (auto wrong = append(one))
                    return wrong;
        return std::nullopt;
    }

    instance_source source(const patch& one) const { return {one.name, scope_.limits}; }

    depth how() const noexcept {
        return operation_ == operation::merge ? depth::values : depth::members;
    }

    /// A patch for which there is no instance.
    std::optional<problem> append(const patch& one) {
        if (operation_ == operation::partial_update || operation_ == operation::replace)
            return problem{problem_kind::resource_not_found,
                           "The Entity has no such Attribute instance: " + std::string(one.name)};
        if (one.deletes && operation_ == operation::update) {
            made_.not_updated(one.name, "The Entity has no such Attribute instance to delete.");
            return std::nullopt;
        }
        if (one.deletes && operation_ == operation::merge)
            return std::nullopt; // RFC 7396: what is not there need not be removed
        MERIDIAN_TRY(auto after, to_instance(alone(one), source(one)));
        stamp(after, scope_.now);
        made_.create(one.attribute, std::move(after));
        return std::nullopt;
    }

    /// What a patch makes of nothing. Append and replace know no NGSI-LD Nulls: they stay, and are
    /// refused (5.5.4).
    json alone(const patch& one) const {
        if (operation_ == operation::update || operation_ == operation::merge)
            return new_instance(*one.body, how());
        return *one.body;
    }

    /// A patch and the instance that it is for.
    std::optional<problem> meet(const patch& one, const instance_view& before) {
        if (operation_ == operation::append_new) {
            made_.not_updated(one.name, "The Attribute exists and is not to be overwritten.");
            made_.keep(before);
            return std::nullopt;
        }
        const bool knows_nulls = operation_ == operation::update ||
                                 operation_ == operation::partial_update ||
                                 operation_ == operation::merge;
        if (one.deletes && knows_nulls) {
            made_.remove(before);
            return std::nullopt;
        }
        auto decoded = decode(before, scope_.dictionary);
        MERIDIAN_TRY(auto body, met(one, decoded));
        MERIDIAN_TRY(auto after, to_instance(std::move(body), source(one)));
        stamp(after, decoded, scope_.now);
        made_.update(before, std::move(decoded), std::move(after));
        return std::nullopt;
    }

    /// What comes of an instance and its patch.
    result<json> met(const patch& one, const attribute_instance& before) const {
        if (operation_ != operation::partial_update && operation_ != operation::merge)
            return alone(one);
        // 5.6.4.4: the kind cannot change.
        if (operation_ == operation::partial_update && one.body->is_object() &&
            one.body->contains("type") && kind_of(*one.body) != before.kind)
            return problem{problem_kind::bad_request_data,
                           "The type of the Attribute cannot change: " + std::string(one.name)};
        auto body = to_body(attribute_instance(before));
        merge_instance(body, *one.body, how(), options_.lang);
        if (options_.observed_at && before.observed_at && !one.body->contains("observedAt"))
            body["observedAt"] = to_text(*options_.observed_at);
        return body;
    }

    void apply_scope() {
        const bool overwrites = operation_ != operation::append_new;
        if (fragment_.scopes_are_null) {
            if (overwrites)
                made_.set_scopes({});
        } else if (fragment_.scopes) {
            // 5.6.2.4: only where there is one.
            const bool has_scope = !made_.so_far().scopes_before.empty();
            if (operation_ == operation::update && !has_scope)
                made_.not_updated(std::string(scope_iri), "The Entity has no scope to replace.");
            else if (overwrites)
                made_.set_scopes(*fragment_.scopes);
            else
                made_.add_scopes(*fragment_.scopes);
        }
    }

    void apply_expires_at() {
        const bool overwrites = operation_ != operation::append_new;
        if (fragment_.expires_at_is_null && overwrites)
            made_.set_expires_at(std::nullopt);
        else if (fragment_.expires_at && (overwrites || !made_.so_far().expires_before))
            made_.set_expires_at(fragment_.expires_at);
    }

    const stored_entity& old_;
    const entity_fragment& fragment_;
    operation operation_;
    const merge_options& options_;
    const change_scope& scope_;
    change_builder made_;
    std::vector<patch> patches_;
    std::map<number_pair, std::size_t> by_number_;
};

result<change> apply(const stored_entity& old, const entity_fragment& fragment, operation is,
                     const change_scope& scope, const merge_options& options = {}) {
    return fragment_application(old, fragment, is, options, scope).run();
}

} // namespace

result<change> append_attributes(const stored_entity& old, const entity_fragment& fragment,
                                 overwrite mode, const change_scope& scope) {
    return apply(old, fragment, mode == overwrite::yes ? operation::append : operation::append_new,
                 scope);
}

result<change> update_attributes(const stored_entity& old, const entity_fragment& fragment,
                                 const change_scope& scope) {
    return apply(old, fragment, operation::update, scope);
}

result<change> partial_update_attribute(const stored_entity& old, const entity_fragment& fragment,
                                        const change_scope& scope) {
    return apply(old, fragment, operation::partial_update, scope);
}

result<change> replace_attribute(const stored_entity& old, const entity_fragment& fragment,
                                 const change_scope& scope) {
    return apply(old, fragment, operation::replace, scope);
}

result<change> merge_entity(const stored_entity& old, const entity_fragment& fragment,
                            const merge_options& options, const change_scope& scope) {
    return apply(old, fragment, operation::merge, scope, options);
}

} // namespace meridian::ngsild
