/// 4.5.23: answers that hold linked Entities.
#include "meridian/ngsild/linked.hpp"
#include "ngsild/representation/entity_text.hpp"
#include "ngsild/representation/joiner.hpp"
#include "ngsild/representation/links.hpp"

#include <memory>
#include <unordered_map>
#include <utility>

namespace meridian::ngsild {
namespace {

/// How Entities with one projection are written.
struct projected {
    projected(const representation& of, const projection& shown, compacted_names& names,
              timestamp now)
        : how(with(of, shown)), ready(how, names, now) {}

    static representation with(const representation& of, const projection& shown) {
        representation made = of;
        made.shown = shown;
        return made;
    }

    representation how;
    plan ready;
};

/// Plans by projection, each made once an answer.
class plans {
public:
    plans(const representation& of, compacted_names& names, timestamp now)
        : how_(of), names_(names), now_(now) {}

    const plan& of(const projection& shown) {
        auto& made = plans_[&shown];
        if (!made)
            made = std::make_unique<projected>(how_, shown, names_, now_);
        return made->ready;
    }

private:
    const representation& how_;
    compacted_names& names_;
    timestamp now_;
    std::unordered_map<const projection*, std::unique_ptr<projected>> plans_;
};

/// Joins the targets of one Entity's Relationships, on the way that led to it.
class joiner final : public entity_joiner {
public:
    /// What is the same for all of an answer.
    struct answer {
        const linked_entities& linked;
        plans inner; ///< of linked Entities
    };

    joiner(answer& in, std::string_view id, const projection& shown, std::uint32_t levels,
           const joiner* outer = nullptr)
        : in_(in), id_(id), shown_(shown), levels_(levels), outer_(outer) {}

    void append_targets(std::string& out, const instance_view& of) const override {
        const bool is_list = of.kind == attribute_kind::list_relationship;
        const bool is_array = of.value.starts_with('[');
        const auto before = out.size();
        append_comma(out);
        out += is_list ? R"("entityList":)" : R"("entity":)";
        if (is_array)
            out += '[';
        bool any = false;
        for_each_target(of, [&](std::string_view uri) {
            const auto* row = target(uri);
            if (row == nullptr)
                return;
            if (any)
                out += ',';
            any = true;
            append_target(out, *row, of.attribute);
        });
        if (!any)
            out.resize(before);
        else if (is_array)
            out += ']';
    }

    bool append_simplified_targets(std::string& out, const instance_view& of) const override {
        bool any = false;
        for_each_target(of, [&](std::string_view uri) { any = any || target(uri) != nullptr; });
        if (!any)
            return false;
        const bool is_array = of.value.starts_with('[');
        if (is_array)
            out += '[';
        bool first = true;
        for_each_target(of, [&](std::string_view uri) {
            if (!std::exchange(first, false))
                out += ',';
            if (const auto* row = target(uri))
                append_target(out, *row, of.attribute);
            else
                append_json_string(out, uri);
        });
        if (is_array)
            out += ']';
        return true;
    }

private:
    /// What is joined at this place: never an Entity that it is within.
    [[nodiscard]] const entity_row* target(std::string_view uri) const {
        for (const auto* at = this; at != nullptr; at = at->outer_)
            if (at->id_ == uri)
                return nullptr;
        return in_.linked.find(uri);
    }

    void append_target(std::string& out, const entity_row& row, name_id relationship) const {
        const auto& shown = linked_projection_of(shown_, relationship);
        const auto& ready = in_.inner.of(shown);
        const joiner next(in_, row.id, shown, levels_ - 1, this);
        auto style = ready.style;
        if (levels_ > 1)
            style.join = &next;
        append_entity_text(out, row, ready, style, {});
    }

    answer& in_;
    std::string_view id_;
    const projection& shown_;
    std::uint32_t levels_; ///< that may follow, at least one
    const joiner* outer_;
};

/// Linked Entities within others are never Features, and have no @context of their own.
representation without_frame(const representation& how) {
    representation made = how;
    made.geojson = false;
    made.context_member.clear();
    return made;
}

/// Writes linking Entities, and what is linked with them.
class joined_writer {
public:
    joined_writer(const representation& how, const linked_entities& linked, compacted_names& names,
                  timestamp now)
        : how_(how), linked_(linked), ready_(how, names, now), flat_(how, names, now),
          inner_how_(without_frame(how)), answer_{linked, plans(inner_how_, names, now)} {}

    void append_linking(std::string& out, const entity_row& row,
                        const std::string& context_member) {
        with_style(row, [&](const instance_style& style) {
            append_entity_text(out, row, ready_, style, context_member);
        });
    }

    void append_notified(std::string& out, const entity_row& row, const shown_changes& changes) {
        with_style(row, [&](const instance_style& style) {
            append_notified_text(out, row, changes, ready_, style);
        });
    }

    /// The linked Entities of a flat answer, after the linking ones.
    void append_flat(std::string& out, const std::string& context_member) {
        for (const auto& one : linked_.flat()) {
            const auto before = out.size();
            append_comma(out);
            const auto& ready = flat_.of(*one.shown);
            append_entity_text(out, *one.row, ready, ready.style, context_member);
            if (out.ends_with("{}")) // braces leave nothing of it
                out.resize(before);
        }
    }

    /// 4.5.23.3.
    void append_array(std::string& out, std::span<const entity_row> rows) {
        static const std::string none;
        // 4.5.16.3: the Features of a collection have no @context of their own.
        const std::string& context_of_one = how_.geojson ? none : how_.context_member;
        out += how_.geojson ? R"({"type":"FeatureCollection","features":[)" : "[";
        for (const auto& row : rows) {
            append_comma(out);
            append_linking(out, row, context_of_one);
        }
        if (linked_.how_far().form == join_form::flat)
            append_flat(out, context_of_one);
        out += ']';
        if (!how_.geojson)
            return;
        append_context(out, how_.context_member);
        out += '}';
    }

private:
    template <typename Write>
    void with_style(const entity_row& row, const Write& write) {
        const joiner next(answer_, row.id, how_.shown, linked_.how_far().levels);
        auto style = ready_.style;
        if (linked_.how_far().form == join_form::nested)
            style.join = &next;
        write(style);
    }

    const representation& how_;
    const linked_entities& linked_;
    plan ready_;
    plans flat_; ///< of linked Entities beside the linking ones
    representation inner_how_;
    joiner::answer answer_;
};

} // namespace

void append_joined_entity(std::string& out, const entity_row& row, const representation& how,
                          const linked_entities& linked, compacted_names& names, timestamp now) {
    joined_writer to(how, linked, names, now);
    if (linked.how_far().form == join_form::flat)
        to.append_array(out, std::span(&row, 1));
    else
        to.append_linking(out, row, how.context_member);
}

void append_joined_entities(std::string& out, const std::vector<entity_row>& rows,
                            const representation& how, const linked_entities& linked,
                            compacted_names& names, timestamp now) {
    joined_writer(how, linked, names, now).append_array(out, rows);
}

class joined_notification::writer {
public:
    writer(const representation& how, const linked_entities& linked, compacted_names& names,
           timestamp now)
        : how_(how), is_flat_(linked.how_far().form == join_form::flat),
          to_(how, linked, names, now) {}

    const representation& how_;
    bool is_flat_;
    joined_writer to_;
};

joined_notification::joined_notification(const representation& how, const linked_entities& linked,
                                         compacted_names& names, timestamp now)
    : writer_(std::make_unique<writer>(how, linked, names, now)) {}
joined_notification::~joined_notification() = default;

void joined_notification::append(std::string& out, const entity_row& row,
                                 const shown_changes& changes) {
    writer_->to_.append_notified(out, row, changes);
}

void joined_notification::append(std::string& out, const entity_row& row) {
    writer_->to_.append_linking(out, row, writer_->how_.context_member);
}

void joined_notification::append_flat(std::string& out) {
    if (writer_->is_flat_)
        writer_->to_.append_flat(out, writer_->how_.context_member);
}

} // namespace meridian::ngsild
