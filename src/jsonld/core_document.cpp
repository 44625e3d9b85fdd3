#include "jsonld/core_document.hpp"

#include "meridian/jsonld/context.hpp"

namespace meridian::jsonld {
namespace {

/// The file name within an address of a core @context; empty where `url` is none.
std::string_view core_file_name(std::string_view url) noexcept {
    if (url.starts_with("https://"))
        url.remove_prefix(8);
    else if (url.starts_with("http://"))
        url.remove_prefix(7);
    else
        return {};
    constexpr std::string_view folder = "uri.etsi.org/ngsi-ld/v1/";
    if (!url.starts_with(folder))
        return {};
    url.remove_prefix(folder.size());
    if (url == "ngsi-ld-core-context.jsonld")
        return core_context_url.substr(core_context_url.rfind('/') + 1);
    return url;
}

} // namespace

std::string_view built_in_document(std::string_view url) noexcept {
    auto name = core_file_name(url);
    for (const auto& file : core_context_files())
        if (file.name == name)
            return file.text;
    return {};
}

bool is_core_url(std::string_view url) noexcept {
    return !built_in_document(url).empty();
}

const json& core_definitions() {
    static const json definitions =
        parse_json(built_in_document(core_context_url)).value().at("@context");
    return definitions;
}

} // namespace meridian::jsonld
