// What it costs to write the answer to "20 Entities by type" from stored documents, in the client's
// own @context, over what parsing and dumping the same bytes costs nlohmann::json.
//
//   rendering TOWN.ndjson [rounds [render|parse]]
//
// TOWN.ndjson: docs/demo/town.ndjson. Without the last word it measures both by CPU time and prints
// the ratio; with it it does one alone, so that callgrind can count instructions: the difference of
// two runs with different rounds is what the rounds took.

#include "ngsild/known_names.hpp"

#include "meridian/ngsild/document.hpp"
#include "meridian/ngsild/parse.hpp"
#include "meridian/ngsild/representation.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace meridian;

namespace {

constexpr std::size_t page = 20;
constexpr std::string_view shown_type = "Streetlight";

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "rendering: %s\n", why.c_str());
    std::exit(1);
}

template <typename T>
T need(result<T> read) {
    if (!read)
        fail(read.error().detail());
    return std::move(*read);
}

/// An Entity as the store has it.
struct stored {
    std::string id;
    std::string document;
};

/// 20 Entities of one type, stored, and the @context that they were sent in.
struct town {
    ngsild::known_names names;
    std::vector<stored> rows;
    jsonld::context_ptr context;
};

void read_town(town& into, const char* path) {
    std::ifstream file(path);
    std::string line;
    while (into.rows.size() < page && std::getline(file, line)) {
        const auto payload = need(parse_json(line));
        if (payload.at("type") != shown_type)
            continue;
        auto outcome = need(jsonld::build_context(payload.at("@context"),
                                                  [](std::string_view) { return nullptr; }));
        if (!outcome.built)
            fail("the town needs a remote @context");
        into.context = std::move(outcome.built);
        const auto entity = need(ngsild::parse_entity(payload, *into.context));
        into.names.learn_all(ngsild::names_of(entity));
        into.rows.push_back({entity.id, ngsild::encode(entity, into.names)});
    }
    if (into.rows.size() < page)
        fail(std::string(path) + " has too few Entities of the type");
}

/// From the bytes that the database gives to the body of the answer.
std::string render(const town& of, ngsild::compacted_names& names) {
    std::vector<ngsild::entity_row> rows;
    rows.reserve(of.rows.size());
    for (const auto& one : of.rows)
        rows.push_back({one.id, {}, {}, need(ngsild::document_view::open(one.document))});
    std::string body;
    ngsild::append_entities(body, rows, ngsild::representation{}, names, timestamp::min());
    return body;
}

template <typename Work>
double seconds(std::size_t rounds, const Work& work) {
    const auto begun = std::clock();
    std::size_t bytes = 0;
    for (std::size_t round = 0; round < rounds; ++round)
        bytes += work();
    if (bytes == 0 && rounds != 0)
        fail("nothing was made");
    return static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
}

} // namespace

int main(int count, char** words) {
    if (count < 2)
        fail("usage: rendering TOWN.ndjson [rounds [render|parse]]");
    const std::size_t rounds = count > 2 ? std::strtoul(words[2], nullptr, 10) : 2'000;
    const std::string_view only = count > 3 ? words[3] : "";
    town all;
    read_town(all, words[1]);
    ngsild::compacted_names names(all.context, all.names);
    const auto body = render(all, names);
    double rendering = 0;
    double parsing = 0;
    if (only != "parse")
        rendering = seconds(rounds, [&] { return render(all, names).size(); });
    if (only != "render")
        parsing = seconds(rounds, [&] { return nlohmann::json::parse(body).dump().size(); });
    std::printf("%zu bytes, %zu rounds", body.size(), rounds);
    if (only.empty() && rounds != 0)
        std::printf(": %.1f µs to render, %.1f µs to parse and dump, ratio %.3f",
                    rendering / static_cast<double>(rounds) * 1e6,
                    parsing / static_cast<double>(rounds) * 1e6, rendering / parsing);
    std::printf("\n");
    return 0;
}
