#include "meridian/query/search_values.hpp"

#include "query/search_keys.hpp"
#include "query/values.hpp"

#include <functional>
#include <utility>

namespace meridian::query {
namespace {

using ngsild::attribute;
using ngsild::attribute_instance;
using ngsild::attribute_kind;

/// The members of one JSON object, written as text. Numbers are written as the filters write them.
class object_text {
public:
    void add(std::string_view key, std::string_view json_text) {
        text_ += text_.empty() ? '{' : ',';
        append_json_string(text_, key);
        text_ += ':';
        text_ += json_text;
    }
    [[nodiscard]] std::string finish() && { return text_.empty() ? "{}" : std::move(text_) + '}'; }

private:
    std::string text_;
};

void append_scalar(std::string& out, const json& scalar) {
    if (scalar.is_number())
        out += number_text(canonical_number(scalar));
    else if (scalar.is_string())
        append_json_string(out, scalar.get_ref<const std::string&>());
    else
        out += to_text(scalar);
}

/// A value without what no filter can reach: arrays keep their scalars, typed values their @value.
void append_reduced(std::string& out, const json& value) {
    const auto& plain = plain_value(value);
    if (!plain.is_structured()) {
        append_scalar(out, plain);
        return;
    }
    char before = plain.is_array() ? '[' : '{';
    const auto separate = [&] { out += std::exchange(before, ','); };
    if (plain.is_array()) {
        for (const auto& one : plain) {
            const auto& member = plain_value(one);
            if (member.is_structured())
                continue;
            separate();
            append_scalar(out, member);
        }
        out += before == '[' ? "[]" : "]";
        return;
    }
    for (const auto& [name, member] : plain.items()) {
        separate();
        append_json_string(out, name);
        out += ':';
        append_reduced(out, member);
    }
    out += before == '{' ? "{}" : "}";
}

/// The members of a value that `seconds` makes a number of: one number for a scalar, an array for
/// an array. Empty where there is none.
std::string times_text(
    const json& value,
    const std::function<std::optional<std::chrono::microseconds>(std::string_view)>& seconds) {
    const auto& plain = plain_value(value);
    const auto number = [&](const json& scalar) {
        const auto time =
            scalar.is_string() ? seconds(scalar.get_ref<const std::string&>()) : std::nullopt;
        return time ? seconds_text(*time) : std::string();
    };
    if (!plain.is_array())
        return number(plain);
    std::string out;
    for (const auto& one : plain) {
        if (auto text = number(plain_value(one)); !text.empty())
            out += (out.empty() ? '[' : ',') + text;
    }
    return out.empty() ? out : out + ']';
}

std::optional<std::chrono::microseconds> since_epoch(const std::optional<timestamp>& moment) {
    return moment ? std::optional(moment->time_since_epoch()) : std::nullopt;
}

class writer {
public:
    writer(object_text& into, const ngsild::names& dictionary)
        : into_(into), dictionary_(dictionary) {}

    void add_attribute(std::string_view prefix, const attribute& subject) {
        const auto id = dictionary_.find(subject.name);
        if (id == 0 || subject.instances.empty())
            return;
        const auto key = search_key::of_attribute(prefix, id);
        add_kind(key, subject.instances.front());
        if (subject.instances.size() == 1) {
            add_instance(key, subject.instances.front());
            return;
        }
        std::string instances;
        for (const auto& one : subject.instances) {
            object_text own;
            writer nested(own, dictionary_);
            nested.add_kind("", one);
            nested.add_instance("", one);
            instances += (instances.empty() ? '[' : ',') + std::move(own).finish();
        }
        into_.add(search_key::with_suffix(key, search_key::instances), instances + ']');
    }

    void add_time(std::string_view key, const std::optional<timestamp>& moment) {
        if (moment && *moment != timestamp{})
            into_.add(key, seconds_text(moment->time_since_epoch()));
    }

private:
    void add_kind(std::string_view prefix, const attribute_instance& of) {
        into_.add(search_key::with_suffix(prefix, search_key::kind),
                  std::to_string(static_cast<int>(of.kind)));
    }

    void add_instance(std::string_view prefix, const attribute_instance& of) {
        add_value(prefix, of);
        add_time(search_key::with_suffix(prefix, search_key::observed_at), of.observed_at);
        for (const auto& nested : of.attributes)
            add_attribute(prefix, nested);
    }

    void add_value(std::string_view prefix, const attribute_instance& of) {
        switch (of.kind) {
        case attribute_kind::geo_property:
            // No filter of q is made for geometries: what little q can ask is looked up.
            into_.add(search_key::with_suffix(prefix, search_key::too_long), "true");
            return;
        case attribute_kind::relationship:
        case attribute_kind::list_relationship:
            add_bounded(prefix, search_key::with_suffix(prefix, search_key::objects),
                        objects_text(of.value));
            return;
        case attribute_kind::vocab_property: {
            std::string text;
            append_reduced(text, of.value);
            add_bounded(prefix, search_key::of_vocabulary(prefix), text);
            return;
        }
        case attribute_kind::language_property:
            add_languages(prefix, of.value);
            return;
        case attribute_kind::property:
        case attribute_kind::json_property:
        case attribute_kind::list_property:
            add_plain(prefix, of.value);
            return;
        }
    }

    /// False where the text is too long and the mark for it was set instead.
    bool add_bounded(std::string_view prefix, std::string_view key, const std::string& text) {
        const bool fits = text.size() <= longest_search_value;
        into_.add(fits ? std::string(key) : search_key::with_suffix(prefix, search_key::too_long),
                  fits ? text : "true");
        return fits;
    }

    void add_plain(std::string_view prefix, const json& value) {
        std::string text;
        append_reduced(text, value);
        if (!add_bounded(prefix, search_key::of_value(prefix), text))
            return;
        const auto add = [&](std::string_view suffix, std::string times) {
            if (!times.empty())
                into_.add(search_key::with_suffix(prefix, suffix), times);
        };
        add(search_key::date_times, times_text(value, [](std::string_view one) {
                return since_epoch(parse_date_time(one));
            }));
        add(search_key::dates,
            times_text(value, [](std::string_view one) { return since_epoch(parse_date(one)); }));
        add(search_key::times, times_text(value, parse_time));
    }

    static std::string objects_text(const json& objects) {
        if (!objects.is_array()) {
            std::string text;
            append_reduced(text, objects);
            return text;
        }
        json uris = json::array();
        for (const auto& one : objects) // objectList holds {"object": URI}
            uris.push_back(one.is_object() && one.contains("object") ? one["object"] : one);
        return to_text(uris);
    }

    void add_languages(std::string_view prefix, const json& map) {
        json by_tag = json::object();
        json all = json::array();
        for (const auto& [tag, text] : map.items()) {
            auto& own = by_tag[lower_tag(tag)];
            if (!own.is_array())
                own = json::array();
            const auto add = [&](const json& one) {
                if (one.is_structured())
                    return;
                own.push_back(one);
                all.push_back(one);
            };
            if (text.is_array()) {
                for (const auto& one : text)
                    add(plain_value(one));
            } else {
                add(text);
            }
        }
        std::string tags;
        append_reduced(tags, by_tag);
        if (!add_bounded(prefix, search_key::with_suffix(prefix, search_key::languages), tags))
            return;
        std::string texts;
        append_reduced(texts, all);
        into_.add(search_key::of_value(prefix), texts);
    }

    object_text& into_;
    const ngsild::names& dictionary_;
};

} // namespace

std::string make_search_values(const ngsild::entity& subject, const ngsild::names& dictionary) {
    object_text whole;
    writer to(whole, dictionary);
    to.add_time(search_key::entity_created_at, subject.created_at);
    to.add_time(search_key::entity_modified_at, subject.modified_at);
    to.add_time(search_key::entity_expires_at, subject.expires_at);
    for (const auto& one : subject.attributes)
        to.add_attribute("", one);
    return std::move(whole).finish();
}

std::string make_search_values(const attribute& subject, const ngsild::names& dictionary) {
    object_text whole;
    writer(whole, dictionary).add_attribute("", subject);
    return std::move(whole).finish();
}

std::vector<std::string> search_keys(const attribute& subject, const ngsild::names& dictionary) {
    std::vector<std::string> keys;
    const auto text = make_search_values(subject, dictionary);
    if (const auto members = parse_json(text)) {
        for (const auto& [key, value] : members->items())
            keys.push_back(key);
    }
    return keys;
}

} // namespace meridian::query
