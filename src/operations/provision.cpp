#include "meridian/operations/provision.hpp"

#include "meridian/base/uri.hpp"
#include "meridian/ngsild/parse.hpp"
#include "operations/apply.hpp"
#include "operations/commit.hpp"
#include "operations/distribute.hpp"
#include "operations/numbered_attribute.hpp"
#include "operations/subject.hpp"

#include <algorithm>
#include <utility>

namespace meridian::operations {
namespace {

using outcome = asio::awaitable<result<update_outcome>>;

/// Commits a change here.
outcome commit_own(request_scope& scope, prepared_change change, adds_entity creates) {
    MERIDIAN_CO_TRY(auto done, co_await commit(scope, std::move(change), creates));
    co_return update_outcome{std::move(done.change.updated), std::move(done.change.not_updated)};
}

asio::awaitable<result<void>> without_outcome(outcome running) {
    MERIDIAN_CO_CHECK(co_await std::move(running));
    co_return result<void>{};
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

void keep(ngsild::entity& subject, const std::vector<std::string>& attributes) {
    if (attributes.size() < subject.attributes.size())
        std::erase_if(subject.attributes,
                      [&](const auto& one) { return !contains(attributes, one.name); });
}

void keep(ngsild::entity_fragment& fragment, const std::vector<std::string>& attributes) {
    if (attributes.size() >= fragment.attributes.size())
        return;
    json kept = json::object();
    for (auto& [name, value] : fragment.attributes.items())
        if (contains(attributes, name))
            kept[name] = std::move(value);
    fragment.attributes = std::move(kept);
}

/// What is common to writes on `id`.
distributed_write write_on(federation::operation operation, std::string method,
                           const std::string& id, const expected_types& types) {
    distributed_write made;
    made.operation = operation;
    made.method = std::move(method);
    made.path = "/entities/" + encode_path_segment(id);
    made.id = id;
    made.types = types;
    made.sends_types = true;
    return made;
}

void set_body(distributed_write& write, const ngsild::entity& subject) {
    for (const auto& one : subject.attributes)
        write.attributes.push_back(one.name);
    write.body = [subject](const auto& attributes, const auto& types, const auto& context) {
        return federation::render_entity(subject, attributes, types, context);
    };
}

void set_body(distributed_write& write, const ngsild::entity_fragment& fragment) {
    for (const auto& [name, value] : fragment.attributes.items())
        write.attributes.push_back(name);
    write.body = [fragment](const auto& attributes, const auto&, const auto& context) {
        return federation::render_fragment(fragment, attributes, context);
    };
}

/// The payload of an operation on attrs/ (6.6.3).
void set_attributes(distributed_write& write, const ngsild::entity_fragment& fragment) {
    write.path += "/attrs";
    set_body(write, fragment);
}

/// The payload of an operation on one Attribute: the Attribute itself (6.7.3).
void set_attribute(distributed_write& write, const ngsild::entity_fragment& fragment) {
    write.path += "/attrs";
    for (const auto& [name, value] : fragment.attributes.items()) {
        write.attribute = name;
        write.attributes.push_back(name);
    }
    write.body = [fragment](const auto& attributes, const auto&, const auto& context) {
        const auto whole = federation::render_fragment(fragment, attributes, context);
        return whole.empty() ? json::object() : whole.front();
    };
}

outcome create_own(request_scope& scope, ngsild::entity subject) {
    auto id = subject.id;
    auto names = ngsild::names_of(subject);
    prepared_change change(std::move(id), std::move(names), apply::creation(std::move(subject)));
    co_return co_await commit_own(scope, std::move(change), adds_entity::yes);
}

outcome replace_own(request_scope& scope, ngsild::entity subject, expected_types types) {
    auto id = subject.id;
    auto names = ngsild::names_of(subject);
    auto function = apply::replacement(std::move(subject), std::move(types));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    co_return co_await commit_own(scope, std::move(change), adds_entity::no);
}

/// 5.6.5 of an Entity that is known by its Temporal Evolution alone.
asio::awaitable<result<void>> record_deletion(request_scope& scope, std::string id,
                                              attribute_selector which) {
    auto numbering = numbered(scope, id, std::move(which));
    MERIDIAN_CO_TRY(const auto found, co_await std::move(numbering));
    MERIDIAN_CO_TRY(const auto subject, co_await numbered_subject(scope));
    auto recording = scope.with.evolutions.record_deletion(scope.tenant, std::move(id),
                                                           found.attribute, found.dataset, subject);
    co_return co_await std::move(recording);
}

outcome delete_own(request_scope& scope, std::string id, attribute_selector which,
                   expected_types types) {
    // CHOICE: "no existing Entity held locally" is said of 5.7.3 in the same words as here, so that
    // an Entity that was only recorded (5.6.11) is known too; its Attribute is deleted in the
    // Temporal Evolution.
    const bool may_be_evolution = !types && !scope.expected;
    auto function = apply::attribute_deletion(id, which, std::move(types));
    prepared_change change(id, std::vector<std::string>{}, std::move(function));
    auto deleting = commit_own(scope, std::move(change), adds_entity::no);
    auto deleted = co_await std::move(deleting);
    if (deleted || !may_be_evolution || deleted.error().kind() != problem_kind::resource_not_found)
        co_return deleted;
    auto recording = record_deletion(scope, std::move(id), std::move(which));
    const auto recorded = co_await std::move(recording);
    if (recorded || recorded.error().kind() != problem_kind::resource_not_found)
        deleted = recorded ? result<update_outcome>{update_outcome{}} : recorded.error();
    co_return deleted;
}

outcome delete_own(request_scope& scope, std::string id, expected_types types) {
    auto function = apply::deletion(id, std::move(types));
    prepared_change change(std::move(id), std::vector<std::string>{}, std::move(function));
    co_return co_await commit_own(scope, std::move(change), adds_entity::no);
}

/// A change by a fragment; `make` makes the lane's function of it.
template <typename Make>
outcome change_own(request_scope& scope, std::string id, ngsild::entity_fragment fragment,
                   Make make) {
    auto names = ngsild::names_of(fragment);
    auto function = make(id, std::move(fragment));
    prepared_change change(std::move(id), std::move(names), std::move(function));
    co_return co_await commit_own(scope, std::move(change), adds_entity::no);
}

/// A change by a fragment, shared where Registrations may matter. `prepare` makes what is forwarded
/// of the id and the fragment, only then.
template <typename Make, typename Prepare>
outcome change_by(request_scope& scope, std::string id, ngsild::entity_fragment fragment, Make make,
                  Prepare prepare) {
    if (!may_distribute(scope)) {
        auto changing = change_own(scope, std::move(id), std::move(fragment), std::move(make));
        co_return co_await std::move(changing);
    }
    distributed_write write = prepare(id, fragment);
    own_part own = [&scope, id, fragment, make](std::vector<std::string> left) mutable {
        keep(fragment, left);
        return change_own(scope, std::move(id), std::move(fragment), std::move(make));
    };
    co_return co_await distribute(scope, std::move(write), std::move(own));
}

} // namespace

asio::awaitable<result<void>> create_entity(request_scope& scope, ngsild::entity subject) {
    if (!may_distribute(scope))
        co_return co_await without_outcome(create_own(scope, std::move(subject)));
    distributed_write write;
    write.method = "POST";
    write.path = "/entities";
    write.id = subject.id;
    write.types.emplace();
    for (const auto& type : subject.types)
        write.types->any_of.push_back({type});
    set_body(write, subject);
    own_part own = [&scope, subject](std::vector<std::string> left) mutable {
        keep(subject, left);
        return create_own(scope, std::move(subject));
    };
    auto running = distribute(scope, std::move(write), std::move(own));
    co_return co_await without_outcome(std::move(running));
}

asio::awaitable<result<update_outcome>> update_attributes(request_scope& scope, std::string id,
                                                          ngsild::entity_fragment fragment,
                                                          expected_types types) {
    auto make = [types](const std::string& of, ngsild::entity_fragment part) {
        return apply::update(of, std::move(part), types);
    };
    auto prepare = [types](const std::string& of, const ngsild::entity_fragment& part) {
        auto write = write_on(federation::operation::update_entity, "PATCH", of, types);
        set_attributes(write, part);
        return write;
    };
    auto running =
        change_by(scope, std::move(id), std::move(fragment), std::move(make), std::move(prepare));
    co_return co_await std::move(running);
}

asio::awaitable<result<update_outcome>> append_attributes(request_scope& scope, std::string id,
                                                          ngsild::entity_fragment fragment,
                                                          ngsild::overwrite mode,
                                                          expected_types types) {
    auto make = [types, mode](const std::string& of, ngsild::entity_fragment part) {
        return apply::appending(of, std::move(part), mode, types);
    };
    auto prepare = [types, mode](const std::string& of, const ngsild::entity_fragment& part) {
        auto write = write_on(federation::operation::append_attrs, "POST", of, types);
        if (mode == ngsild::overwrite::no)
            write.parameters.emplace_back("options", "noOverwrite");
        set_attributes(write, part);
        return write;
    };
    auto running =
        change_by(scope, std::move(id), std::move(fragment), std::move(make), std::move(prepare));
    co_return co_await std::move(running);
}

asio::awaitable<result<void>> partial_update_attribute(request_scope& scope, std::string id,
                                                       ngsild::entity_fragment fragment,
                                                       expected_types types) {
    auto make = [types](const std::string& of, ngsild::entity_fragment part) {
        return apply::partial_update(of, std::move(part), types);
    };
    auto prepare = [types](const std::string& of, const ngsild::entity_fragment& part) {
        auto write = write_on(federation::operation::update_attrs, "PATCH", of, types);
        set_attribute(write, part);
        return write;
    };
    auto running =
        change_by(scope, std::move(id), std::move(fragment), std::move(make), std::move(prepare));
    co_return co_await without_outcome(std::move(running));
}

asio::awaitable<result<void>> delete_attribute(request_scope& scope, std::string id,
                                               attribute_selector which, expected_types types) {
    if (!may_distribute(scope)) {
        auto deleting = delete_own(scope, std::move(id), std::move(which), std::move(types));
        co_return co_await without_outcome(std::move(deleting));
    }
    auto write = write_on(federation::operation::delete_attrs, "DELETE", id, types);
    write.path += "/attrs";
    write.attribute = which.name;
    write.attributes.push_back(which.name);
    if (!which.dataset_id.empty())
        write.parameters.emplace_back("datasetId", which.dataset_id);
    if (which.all == ngsild::delete_all::yes)
        write.parameters.emplace_back("deleteAll", "true");
    own_part own = [&scope, id, which, types](const std::vector<std::string>&) {
        return delete_own(scope, id, which, types);
    };
    auto running = distribute(scope, std::move(write), std::move(own));
    co_return co_await without_outcome(std::move(running));
}

asio::awaitable<result<void>> delete_entity(request_scope& scope, std::string id,
                                            expected_types types) {
    if (!may_distribute(scope)) {
        auto deleting = delete_own(scope, std::move(id), std::move(types));
        co_return co_await without_outcome(std::move(deleting));
    }
    auto write = write_on(federation::operation::delete_entity, "DELETE", id, types);
    write.whole_entity = true;
    own_part own = [&scope, id, types](const std::vector<std::string>&) {
        return delete_own(scope, id, types);
    };
    auto running = distribute(scope, std::move(write), std::move(own));
    co_return co_await without_outcome(std::move(running));
}

asio::awaitable<result<void>> merge_entity(request_scope& scope, std::string id,
                                           ngsild::entity_fragment fragment,
                                           ngsild::merge_options options, expected_types types) {
    auto make = [types, options](const std::string& of, ngsild::entity_fragment part) {
        return apply::merging(of, std::move(part), options, types);
    };
    auto prepare = [types, options](const std::string& of, const ngsild::entity_fragment& part) {
        auto write = write_on(federation::operation::merge_entity, "PATCH", of, types);
        if (part.simplified)
            write.parameters.emplace_back("format", "simplified");
        if (!options.lang.empty())
            write.parameters.emplace_back("lang", options.lang);
        if (options.observed_at)
            write.parameters.emplace_back("observedAt", to_text(*options.observed_at));
        set_body(write, part);
        return write;
    };
    auto running =
        change_by(scope, std::move(id), std::move(fragment), std::move(make), std::move(prepare));
    co_return co_await without_outcome(std::move(running));
}

asio::awaitable<result<void>> replace_entity(request_scope& scope, ngsild::entity subject,
                                             expected_types types) {
    if (!may_distribute(scope)) {
        auto replacing = replace_own(scope, std::move(subject), std::move(types));
        co_return co_await without_outcome(std::move(replacing));
    }
    auto write = write_on(federation::operation::replace_entity, "PUT", subject.id, types);
    set_body(write, subject);
    own_part own = [&scope, subject, types](std::vector<std::string> left) mutable {
        keep(subject, left);
        return replace_own(scope, std::move(subject), std::move(types));
    };
    auto running = distribute(scope, std::move(write), std::move(own));
    co_return co_await without_outcome(std::move(running));
}

asio::awaitable<result<void>> replace_attribute(request_scope& scope, std::string id,
                                                ngsild::entity_fragment fragment,
                                                expected_types types) {
    auto make = [types](const std::string& of, ngsild::entity_fragment part) {
        return apply::attribute_replacement(of, std::move(part), types);
    };
    auto prepare = [types](const std::string& of, const ngsild::entity_fragment& part) {
        auto write = write_on(federation::operation::replace_attrs, "PUT", of, types);
        set_attribute(write, part);
        return write;
    };
    auto running =
        change_by(scope, std::move(id), std::move(fragment), std::move(make), std::move(prepare));
    co_return co_await without_outcome(std::move(running));
}

} // namespace meridian::operations
