#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

/// The published normalized examples of the Smart Data Models, where a checkout of the corpus is at
/// hand.
namespace meridian::test {

/// MERIDIAN_SHARED names the corpus' parent folder, else it is looked for beside `sources`.
inline std::filesystem::path corpus_folder(const std::filesystem::path& sources) {
    const char* shared = std::getenv("MERIDIAN_SHARED");
    const auto base =
        shared != nullptr ? std::filesystem::path(shared) : sources.parent_path() / "shared";
    return base / "corpus" / "smart-data-models";
}

/// The models whose example is no valid Entity, each with what is wrong in it.
inline const std::map<std::string, std::string>& faulty_examples() {
    static const std::map<std::string, std::string> faults{
        {"BicycleParkingStation", "names with dots (4.6.2)"},
        {"Catalogue", "a Relationship with value in the place of object"},
        {"CityWork", "a type with a trailing blank"},
        {"Device", "an Attribute called value (4.5.1)"},
        {"FloodMonitoring", "an Attribute of type string"},
        {"Lamp", "several default instances (4.5.5)"},
        {"PhreaticObserved", "times with two T"},
        {"Sensor", "several default instances (4.5.5)"},
        {"SolarEnergy", "a Point of several positions"},
        {"Vehicle", "a time with an offset, which is not Z (4.6.3)"},
        {"WaterObserved", "a time as the object of a Relationship"},
        {"WaterQualityObserved", "names with hyphens (4.6.2)"},
        {"WeatherForecast", "an id that is no URI"},
    };
    return faults;
}

} // namespace meridian::test
