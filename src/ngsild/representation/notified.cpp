#include "ngsild/representation/entity_text.hpp"
#include "ngsild/representation/group.hpp"
#include "ngsild/representation/plan.hpp"

#include <algorithm>

namespace meridian::ngsild {

namespace {

/// One instance of a notified Attribute: as it is now, or the change that deleted it.
struct item {
    name_id attribute;
    name_id dataset;
    instance_view now;
    const attribute_change* change = nullptr;
    [[nodiscard]] bool is_deleted() const noexcept {
        return change != nullptr && change->happened == attribute_change::what::deleted;
    }
};

const attribute_change* find_change(const shown_changes& changes, const instance_view& instance) {
    const auto found = std::ranges::find_if(changes.attributes, [&](const auto& one) {
        return one.attribute == instance.attribute && one.dataset == instance.dataset &&
               one.happened != attribute_change::what::deleted;
    });
    return found == changes.attributes.end() ? nullptr : &*found;
}

/// Behind the last item of the same Attribute, or at the end.
void insert_in_group(std::vector<item>& items, item one) {
    const auto last = std::find_if(items.rbegin(), items.rend(), [&](const item& other) {
        return other.attribute == one.attribute;
    });
    items.insert(last == items.rend() ? items.end() : last.base(), one);
}

std::vector<item> items_of(const entity_row& row, const shown_changes& changes, const plan& how) {
    std::vector<item> out;
    const auto shows = [&](name_id attribute, name_id dataset) {
        return how.filter.shows_attribute(attribute) && how.filter.shows_dataset(dataset);
    };
    for (std::size_t index = 0; !changes.entity_deleted && index < row.document.size(); ++index) {
        const auto one = row.document.instance(index);
        if (shows(one.attribute, one.dataset) && !is_expired(one.expires_at, how.style.now))
            out.push_back({one.attribute, one.dataset, one, find_change(changes, one)});
    }
    // 5.8.6: of a deleted Entity the Attributes are told only where previous values are, or where
    // it was their deletion that somebody asked for.
    if (changes.entity_deleted && !changes.previous_values && !changes.lost_attributes)
        return out;
    for (const auto& one : changes.attributes)
        if (one.happened == attribute_change::what::deleted && shows(one.attribute, one.dataset))
            insert_in_group(out, {one.attribute, one.dataset, {}, &one});
    return out;
}

class item_writer {
public:
    item_writer(std::string& out, const shown_changes& changes, const instance_style& style)
        : out_(out), changes_(changes), style_(style) {}

    /// The only shown instance of its Attribute.
    void append_single(const item& one) {
        if (is_simplified() && !one.is_deleted())
            append_simplified(out_, one.now, style_);
        else if (is_simplified() || (one.is_deleted() && is_name_enough(one)))
            append_json_string(out_, ngsild_null);
        else if (one.is_deleted())
            append_deleted(one);
        else
            ngsild::append_single(out_, one.now, style_, before(one));
    }
    /// One of several.
    void append_several_item(const item& one) {
        if (is_simplified())
            append_single(one);
        else if (one.is_deleted())
            append_deleted(one);
        else
            append_object(out_, one.now, style_, before(one));
    }

private:
    [[nodiscard]] bool is_simplified() const noexcept {
        return style_.format == representation_format::simplified;
    }
    [[nodiscard]] const attribute_instance* before(const item& one) const noexcept {
        if (!changes_.previous_values || one.change == nullptr || !one.change->before)
            return nullptr;
        return &*one.change->before;
    }
    /// 5.8.6: an object only where it has more to say than that the Attribute is gone.
    [[nodiscard]] bool is_name_enough(const item& one) const noexcept {
        return one.dataset == 0 && !style_.sys_attrs && !changes_.previous_values;
    }
    void append_deleted(const item& one) {
        const auto kind = one.change->before ? one.change->before->kind : attribute_kind::property;
        out_ += '{';
        if (style_.format == representation_format::normalized) {
            out_ += R"("type":")";
            out_ += type_member(kind);
            out_ += R"(",)";
        }
        out_ += '"';
        out_ += value_member(kind);
        out_ += R"(":)";
        out_ += null_value(kind);
        if (one.dataset != 0) {
            out_ += R"(,"datasetId":)";
            append_json_string(out_, style_.names->dictionary().iri(one.dataset));
        }
        if (const auto* previous = before(one))
            append_previous(out_, *previous, style_);
        if (style_.sys_attrs)
            append_system_members(one);
        out_ += '}';
    }
    void append_system_members(const item& one) {
        if (one.change->before) {
            append_moment(out_, "createdAt", one.change->before->created_at);
            append_moment(out_, "modifiedAt", one.change->before->modified_at);
        }
        append_moment(out_, "deletedAt", changes_.at);
    }

    std::string& out_;
    const shown_changes& changes_;
    const instance_style& style_;
};

void append_items(std::string& out, std::span<const item> items, const shown_changes& changes,
                  const instance_style& style) {
    item_writer writer(out, changes, style);
    while (!items.empty()) {
        const auto attribute = items.front().attribute;
        const auto end = std::ranges::find_if(
            items, [&](const item& one) { return one.attribute != attribute; });
        const auto group = items.first(static_cast<std::size_t>(end - items.begin()));
        items = items.subspan(group.size());
        append_comma(out);
        out += style.names->member(attribute);
        if (group.size() == 1)
            writer.append_single(group.front());
        else
            append_several(
                out, group, style, [](const item& one) { return one.dataset; },
                [&](const item& one) { writer.append_several_item(one); });
    }
}

} // namespace

void append_notified_text(std::string& out, const entity_row& row, const shown_changes& changes,
                          const plan& how, const instance_style& style) {
    out.reserve(out.size() + row.document.bytes().size() + 512 + how.how.context_member.size());
    const auto items = items_of(row, changes, how);
    append_frame(out, row, how, how.how.context_member, [&](std::string& to) {
        // 5.8.6: deletedAt is told of a deleted Entity even without sys_attrs.
        if (changes.entity_deleted)
            append_moment(to, "deletedAt", changes.at);
        append_items(to, items, changes, style);
    });
}

void append_notified_entity(std::string& out, const entity_row& row, const shown_changes& changes,
                            const representation& how, compacted_names& names, timestamp now) {
    const plan ready(how, names, now);
    append_notified_text(out, row, changes, ready, ready.style);
}

} // namespace meridian::ngsild
