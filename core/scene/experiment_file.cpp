// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/experiment_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/version.h"
#include "model/remote/address.h"
#include "scene/degradation_json.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// 1: of 0.1.0, see fromFormat1(). 2: scenes in one list, with any number of patches.
constexpr int formatVersion = 2;

Json sceneJson(const Scene& scene, const std::filesystem::path& folder) {
    Json json;
    json["image"] = {
        {"file", nameInDocument(scene.image, folder)},
        {"sha256", scene.sha256},
        {"role", toString(scene.role)},
        {"reduction", toString(scene.reduction)},
        {"reference", scene.reference.empty() ? Json(nullptr) : Json(nameInDocument(scene.reference, folder))}};
    addDegradation(json["image"], scene, folder);
    addReading(json["image"], scene.reading);
    json["grid_scale"] = scene.gridScale;
    json["patches"] = Json::array();
    for (const auto& box : scene.boxes) {
        json["patches"].push_back({{"x", box.x}, {"y", box.y}, {"size", box.size}});
    }
    return json;
}

Scene sceneFrom(const Json& json, const std::filesystem::path& folder) {
    const auto& image = json.at("image");
    Scene scene{.image = fileInDocument(image.at("file").get<std::string>(), folder)};
    scene.sha256 = image.at("sha256").get<std::string>();
    scene.role = roleFromString(image.at("role").get<std::string>());
    scene.reduction = reductionFromString(image.at("reduction").get<std::string>());
    readDegradation(image, folder, scene);
    for (const auto& row : imageReadingTable) {
        scene.reading.*row.member = optionalMember<bool>(image, row.name).value_or(false);
    }
    if (const auto reference = optionalMember<std::string>(image, "reference")) {
        scene.reference = fileInDocument(*reference, folder);
    }
    scene.gridScale = json.at("grid_scale").get<int>();
    for (const auto& patch : json.at("patches")) {
        scene.boxes.push_back({patch.at("x").get<int>(), patch.at("y").get<int>(), patch.at("size").get<int>()});
    }
    if (scene.gridScale < 0 || std::ranges::any_of(scene.boxes, [](const Box& box) { return box.size < 1; })) {
        throw Error(ErrorCode::BadFile, "its patch is not a square of pixels");
    }
    return scene;
}

Json networkJson(const ExperimentNetwork& network, const std::filesystem::path& folder) {
    const auto& settings = network.spec.settings;
    const bool builtIn = network.spec.isAnalytic();
    const bool isFile = !builtIn && !network.spec.isRemote();
    Json json{{"file", isFile ? nameInDocument(network.spec.file, folder) : network.spec.file.string()},
              {"built_in", builtIn},
              {"settings",
               {{"scale", valueOrNull(settings.scale)},
                {"range", valueOrNull(settings.range)},
                {"name", valueOrNull(settings.name)},
                {"weights", valueOrNull(settings.weights)},
                {"arch", valueOrNull(settings.architecture)},
                {"assumptions", settings.assumptions}}},
              {"sha256", network.sha256},
              {"shown", network.shown}};
    if (settings.colour) {  // files of networks that have none stay as they are
        json["settings"]["colour"] = *settings.colour;
    }
    return json;
}

ExperimentNetwork networkFrom(const Json& json, const std::filesystem::path& folder) {
    ExperimentNetwork network;
    const auto file = json.at("file").get<std::string>();
    const bool isFile = !json.at("built_in").get<bool>() && !remote::isAddress(file);
    network.spec.file = isFile ? fileInDocument(file, folder) : std::filesystem::path(file);
    const auto& settings = json.at("settings");
    network.spec.settings = {
        .scale = optionalMember<int>(settings, "scale"),
        .range = optionalMember<double>(settings, "range"),
        .name = optionalMember<std::string>(settings, "name"),
        .weights = optionalMember<std::string>(settings, "weights"),
        .colour = optionalMember<std::string>(settings, "colour"),
        .architecture = optionalMember<std::string>(settings, "arch"),
        .assumptions = optionalMember<Assumptions>(settings, "assumptions").value_or(Assumptions())};
    network.sha256 = json.at("sha256").get<std::string>();
    network.shown = json.at("shown").get<bool>();
    return network;
}

std::optional<std::size_t> indexFrom(const Json& json, const char* name, std::size_t count) {
    const auto index = optionalMember<std::size_t>(json, name);
    return index && *index < count ? index : std::nullopt;
}

/// A part that belongs to another room; `missing` where there is none.
Json partFrom(const Json& json, const char* name, Json missing) {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) {
        return missing;
    }
    if (!found->is_object()) {
        throw Error(ErrorCode::BadFile, fmt::format("its \"{}\" must be a JSON object", name));
    }
    return *found;
}

/// In format 1 the first image and its patch stood apart from the further ones, and each patch had its grid.
Json fromFormat1(Json json) {
    auto scenes = Json::array();
    const auto add = [&](const Json& image, const Json& patches) {
        if (!image.is_null()) {
            Json scene;
            scene["image"] = image;
            scene["grid_scale"] = patches.at(0).at("grid_scale");
            scene["patches"] = patches;
            scenes.push_back(std::move(scene));
        }
    };
    add(json.at("image"), json.at("patches"));
    if (const auto more = json.find("more_scenes"); more != json.end()) {
        for (const auto& scene : *more) {
            add(scene.at("image"), Json::array({scene.at("patch")}));
        }
    }
    json["scenes"] = std::move(scenes);
    return json;
}

Experiment experimentFrom(const Json& json, const std::filesystem::path& folder) {
    Experiment experiment;
    for (const auto& scene : json.at("scenes")) {
        experiment.scenes.push_back(sceneFrom(scene, folder));
    }
    experiment.gridStride = optionalMember<int>(json, "grid");
    if (experiment.gridStride && *experiment.gridStride < 1) {
        throw Error(ErrorCode::BadFile, fmt::format("its grid has a stride of {}", *experiment.gridStride));
    }
    for (const auto& network : json.at("networks")) {
        experiment.networks.push_back(networkFrom(network, folder));
    }
    experiment.reference = indexFrom(json, "reference", experiment.networks.size());
    experiment.selected = indexFrom(json, "selected", experiment.networks.size());
    experiment.method = optionalMember<std::string>(json, "method").value_or(experiment.method);
    experiment.options = partFrom(json, "options", Json::object());
    experiment.view = partFrom(json, "view", Json::object());
    experiment.figure = partFrom(json, "figure", nullptr);
    experiment.workspaces = partFrom(json, "workspaces", nullptr);
    return experiment;
}

}  // namespace

Json jsonOf(const Experiment& experiment, const std::filesystem::path& folder) {
    Json json;
    json["format"] = formatVersion;
    json["scenes"] = Json::array();
    for (const auto& scene : experiment.scenes) {
        json["scenes"].push_back(sceneJson(scene, folder));
    }
    json["grid"] = valueOrNull(experiment.gridStride);
    json["networks"] = Json::array();
    for (const auto& network : experiment.networks) {
        json["networks"].push_back(networkJson(network, folder));
    }
    json["reference"] = valueOrNull(experiment.reference);
    json["selected"] = valueOrNull(experiment.selected);
    json["method"] = experiment.method;
    json["options"] = experiment.options;
    json["view"] = experiment.view;
    json["figure"] = experiment.figure;
    if (!experiment.workspaces.is_null()) {  // results and figures state none
        json["workspaces"] = experiment.workspaces;
    }
    return json;
}

std::string toJson(const Experiment& experiment, const std::filesystem::path& folder) {
    Json json;
    json["lamscope"] = {{"version", version()}};
    json.update(jsonOf(experiment, folder));
    return dumpJson(json);
}

Experiment experimentFromJson(const Json& json, const std::filesystem::path& folder) {
    try {
        const int format = json.at("format").get<int>();
        if (format > formatVersion) {
            throw Error(ErrorCode::BadFile, "it was written by a newer Lamscope: update to open it");
        }
        return experimentFrom(format == 1 ? fromFormat1(json) : json, folder);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile, fmt::format("not a session of Lamscope, or damaged ({})", error.what()));
    }
}

Experiment experimentFromText(const std::string& text, const std::filesystem::path& file) {
    try {
        return experimentFromJson(Json::parse(text), std::filesystem::absolute(file).parent_path());
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: not a session of Lamscope, or damaged ({})", file.string(), error.what()));
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {}", file.string(), error.what()));
    }
}

Experiment readExperiment(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: cannot be opened; check the name and the permissions", file.string()));
    }
    return experimentFromText(std::string(std::istreambuf_iterator<char>(stream), {}), file);
}

void writeExperiment(const Experiment& experiment, const std::filesystem::path& file) {
    writeFileAtomically(file, std::string_view(toJson(experiment, std::filesystem::absolute(file).parent_path())));
}

}  // namespace lamscope
