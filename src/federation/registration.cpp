#include "meridian/federation/registration.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <random>

namespace meridian::federation {
namespace {

std::vector<std::string> texts_of(const json& value) {
    if (value.is_string())
        return {value.get<std::string>()};
    return value.get<std::vector<std::string>>();
}

std::vector<std::string> texts_of(const json& body, const char* member) {
    const auto found = body.find(member);
    return found == body.end() ? std::vector<std::string>{} : texts_of(*found);
}

result<entity_info> read_entity(const json& stored) {
    entity_info made;
    made.types = texts_of(stored, "type");
    made.id = stored.value("id", std::string());
    if (made.id.empty() && stored.contains("idPattern")) {
        MERIDIAN_TRY(
            auto pattern,
            query::pattern::create(stored["idPattern"].get_ref<const std::string&>(), "idPattern"));
        made.id_pattern = std::move(pattern);
    }
    return made;
}

result<registration_info> read_info(const json& stored) {
    registration_info made;
    for (const auto* member : {"propertyNames", "relationshipNames"})
        for (auto& name : texts_of(stored, member))
            made.attributes.push_back(std::move(name));
    std::ranges::sort(made.attributes);
    const auto twice = std::ranges::unique(made.attributes);
    made.attributes.erase(twice.begin(), twice.end());
    if (stored.contains("entities"))
        for (const auto& one : stored["entities"]) {
            MERIDIAN_TRY(auto entity, read_entity(one));
            made.entities.push_back(std::move(entity));
        }
    return made;
}

std::optional<time_interval> read_interval(const json& body, const char* member) {
    const auto found = body.find(member);
    if (found == body.end())
        return std::nullopt;
    time_interval made;
    made.start = parse_date_time(found->at("startAt").get_ref<const std::string&>()).value();
    if (found->contains("endAt"))
        made.end = parse_date_time((*found)["endAt"].get_ref<const std::string&>());
    return made;
}

mode read_mode(const json& body) {
    const auto text = body.value("mode", std::string("inclusive"));
    if (text == "exclusive")
        return mode::exclusive;
    if (text == "redirect")
        return mode::redirect;
    return text == "auxiliary" ? mode::auxiliary : mode::inclusive;
}

std::chrono::milliseconds read_milliseconds(const json& management, const char* member) {
    const auto count = management.value(member, 0.0);
    if (count <= 0)
        return std::chrono::milliseconds{0};
    return std::chrono::milliseconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(count))};
}

void read_management(registration& made) {
    const auto found = made.body.find("management");
    if (found == made.body.end())
        return;
    made.timeout = read_milliseconds(*found, "timeout");
    made.cooldown = read_milliseconds(*found, "cooldown");
    made.local_only = found->value("localOnly", false);
}

result<void> read_body(registration& made) {
    const auto& body = made.body;
    made.mode = read_mode(body);
    // 4.20: the default.
    const auto operations = body.contains("operations") ? texts_of(body, "operations")
                                                        : std::vector<std::string>{"federationOps"};
    for (const auto& name : operations) {
        MERIDIAN_TRY(const auto some, operations_of(name));
        made.operations.add(some);
    }
    for (const auto& stored : body.at("information")) {
        MERIDIAN_TRY(auto info, read_info(stored));
        made.information.push_back(std::move(info));
    }
    made.endpoint = body.at("endpoint").get<std::string>();
    while (made.endpoint.ends_with('/'))
        made.endpoint.pop_back();
    made.tenant = body.value("tenant", std::string());
    made.alias = body.value("contextSourceAlias", std::string());
    if (body.contains("contextSourceInfo"))
        for (const auto& pair : body["contextSourceInfo"])
            made.source_info.emplace_back(pair.at("key").get<std::string>(),
                                          pair.at("value").get<std::string>());
    made.dataset_ids = texts_of(body, "datasetId");
    made.scopes = texts_of(body, "scope");
    made.observation_interval = read_interval(body, "observationInterval");
    made.management_interval = read_interval(body, "managementInterval");
    read_management(made);
    return {};
}

} // namespace

std::string_view registration::source_info_of(std::string_view key) const noexcept {
    const auto same = [&](const std::string& other) {
        return std::ranges::equal(key, other, [](unsigned char a, unsigned char b) {
            return std::tolower(a) == std::tolower(b);
        });
    };
    for (const auto& [name, value] : source_info)
        if (same(name))
            return value;
    return {};
}

std::string make_registration_id() {
    thread_local std::mt19937_64 source = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    return fmt::format("urn:ngsi-ld:ContextSourceRegistration:{:016x}{:016x}", source(), source());
}

result<registration_ptr> compile(const store::registration_row& row,
                                 std::shared_ptr<bookkeeping> books) {
    const auto damaged = [&](std::string_view why) {
        return problem{problem_kind::internal_error, "the stored Context Source Registration '" +
                                                         row.uri +
                                                         "' is damaged: " + std::string(why)};
    };
    auto made = std::make_shared<registration>();
    made->number = row.id;
    made->id = row.uri;
    made->created_at = row.created_at;
    made->modified_at = row.modified_at;
    made->expires_at = row.expires_at;
    if (books)
        made->books = std::move(books);
    auto body = parse_json(row.body);
    if (!body)
        return damaged(body.error().detail());
    made->body = std::move(*body);
    try {
        if (const auto read = read_body(*made); !read)
            return damaged(read.error().detail());
    } catch (const std::exception& error) { // a member of another type than `to_body` writes
        return damaged(error.what());
    }
    return registration_ptr(std::move(made));
}

ngsild::entity as_entity(const registration& one, const jsonld::context& context) {
    ngsild::entity made;
    made.id = one.id;
    const auto add = [&](std::string iri, const json& value) {
        ngsild::attribute_instance instance;
        instance.value = value;
        made.attributes.push_back({std::move(iri), {std::move(instance)}});
    };
    for (const auto& [name, value] : one.body.items()) {
        if (name != "properties") {
            add(context.expand(name), value);
            continue;
        }
        for (const auto& [iri, property] : value.items())
            add(iri, property);
    }
    return made;
}

} // namespace meridian::federation
