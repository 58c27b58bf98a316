// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/version.h"
#include "method/lam/lam_option_table.h"
#include "model/model_spec.h"

namespace lamscope::ui {

namespace {

using Json = nlohmann::ordered_json;

constexpr int formatVersion = 1;

std::string relativeTo(const std::filesystem::path& folder, const std::filesystem::path& file) {
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(file, failed);
    const auto relative = std::filesystem::proximate(absolute, std::filesystem::absolute(folder), failed);
    return (failed ? file : relative).generic_string();
}

std::filesystem::path resolved(const std::filesystem::path& folder, const std::string& file) {
    const std::filesystem::path path(file);
    return path.is_absolute() ? path : (folder / path).lexically_normal();
}

template <typename Value>
Json optionalJson(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

template <typename Value>
std::optional<Value> optionalFrom(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? std::nullopt : std::optional(found->template get<Value>());
}

Json settingsJson(const ModelSettings& settings) {
    return {{"scale", optionalJson(settings.scale)},       {"range", optionalJson(settings.range)},
            {"name", optionalJson(settings.name)},         {"weights", optionalJson(settings.weights)},
            {"arch", optionalJson(settings.architecture)}, {"assumptions", settings.assumptions}};
}

ModelSettings settingsFrom(const Json& json) {
    return {.scale = optionalFrom<int>(json, "scale"),
            .range = optionalFrom<double>(json, "range"),
            .name = optionalFrom<std::string>(json, "name"),
            .weights = optionalFrom<std::string>(json, "weights"),
            .architecture = optionalFrom<std::string>(json, "arch"),
            .assumptions = optionalFrom<Assumptions>(json, "assumptions").value_or(Assumptions())};
}

/// Options that a file does not have keep their defaults; members that are no options are left to newer programs.
LamOptions optionsFrom(const Json& json) {
    if (!json.is_object()) {
        throw Error(ErrorCode::BadFile, "its options are no JSON object");
    }
    LamOptions options;
    for (const auto& row : lamOptionTable()) {
        if (json.contains(row.name)) {
            setOption(lamOptionTable(), options, row.name, json.at(row.name));
        }
    }
    static_cast<void>(makePlan(options));
    return options;
}

Json viewJson(const ViewSettings& view) {
    return {{"layer", toString(view.layer)},
            {"overlay", toString(view.overlay)},
            {"overlay_on_lr", view.overlayOnLr},
            {"opacity", view.opacity},
            {"colour_map", view.colourMap},
            {"normalisation", toString(view.normalisation)},
            {"areas_of_interest", view.areasOfInterest},
            {"di_map_stride", view.diMapStride}};
}

ViewSettings viewFrom(const Json& json) {
    ViewSettings view;
    view.layer = layerFromString(json.at("layer").get<std::string>());
    view.overlay = overlayStyleFromString(json.at("overlay").get<std::string>());
    view.overlayOnLr = json.at("overlay_on_lr").get<bool>();
    view.opacity = json.at("opacity").get<double>();
    view.colourMap = json.at("colour_map").get<std::string>();
    view.normalisation = normalisationFromString(json.at("normalisation").get<std::string>());
    view.areasOfInterest = json.at("areas_of_interest").get<bool>();
    view.diMapStride = std::max(optionalFrom<int>(json, "di_map_stride").value_or(0), 0);  // older files have none
    return view;
}

std::optional<std::size_t> indexFrom(const Json& json, const char* key, std::size_t count) {
    const auto index = optionalFrom<std::size_t>(json, key);
    return index && *index < count ? index : std::nullopt;
}

Json imageJson(const SavedScene& scene, const std::filesystem::path& folder) {
    if (scene.image.empty()) {
        return nullptr;
    }
    Json json{{"file", relativeTo(folder, scene.image)},
              {"sha256", scene.imageSha256},
              {"role", toString(scene.role)},
              {"reduction", toString(scene.reduction)},
              {"reference", nullptr}};
    if (scene.upright) {  // as rare as it is, it is left out where it says nothing
        json["upright"] = true;
    }
    if (!scene.referenceImage.empty()) {
        json["reference"] = relativeTo(folder, scene.referenceImage);
    }
    return json;
}

Json patchJson(const SavedScene& scene) {
    return {{"x", scene.box.x}, {"y", scene.box.y}, {"size", scene.box.size}, {"grid_scale", scene.gridScale}};
}

void readScene(SavedScene& scene, const Json& image, const Json& patch, const std::filesystem::path& folder) {
    if (!image.is_null()) {
        scene.image = resolved(folder, image.at("file").get<std::string>());
        scene.imageSha256 = image.at("sha256").get<std::string>();
        scene.upright = image.value("upright", false);
        scene.role = roleFromString(image.at("role").get<std::string>());
        scene.reduction = reductionFromString(image.at("reduction").get<std::string>());
        if (const auto reference = optionalFrom<std::string>(image, "reference")) {
            scene.referenceImage = resolved(folder, *reference);
        }
    }
    scene.box = {patch.at("x").get<int>(), patch.at("y").get<int>(), patch.at("size").get<int>()};
    scene.gridScale = patch.at("grid_scale").get<int>();
    if (scene.gridScale < 1 || scene.box.size < 1) {
        throw Error(ErrorCode::BadFile, "its patch is not a square of pixels");
    }
}

SavedSession sessionFrom(const Json& json, const std::filesystem::path& folder) {
    if (json.at("format").get<int>() > formatVersion) {
        throw Error(ErrorCode::BadFile, "it was written by a newer Lamscope: update to open it");
    }
    SavedSession session;
    readScene(session, json.at("image"), json.at("patches").at(0), folder);
    if (const auto more = json.find("more_scenes"); more != json.end()) {
        for (const auto& scene : *more) {
            readScene(session.moreScenes.emplace_back(), scene.at("image"), scene.at("patch"), folder);
        }
    }
    for (const auto& network : json.at("networks")) {
        SavedNetwork saved;
        const auto file = network.at("file").get<std::string>();
        saved.spec.file = network.at("built_in").get<bool>() ? std::filesystem::path(file) : resolved(folder, file);
        saved.spec.settings = settingsFrom(network.at("settings"));
        saved.sha256 = network.at("sha256").get<std::string>();
        saved.shown = network.at("shown").get<bool>();
        session.networks.push_back(std::move(saved));
    }
    session.reference = indexFrom(json, "reference", session.networks.size());
    session.selected = indexFrom(json, "selected", session.networks.size());
    session.options = optionsFrom(json.at("options"));
    session.view = viewFrom(json.at("view"));
    if (const auto figure = json.find("figure"); figure != json.end() && !figure->is_null()) {
        session.figure = figureLayoutFromJson(figure->dump());
    }
    return session;
}

}  // namespace

std::vector<std::filesystem::path> filesOf(const SavedSession& session) {
    std::vector<ModelSpec> specs;
    for (const auto& network : session.networks) {
        specs.push_back(network.spec);
    }
    auto files = lamscope::filesOf(specs);
    const auto add = [&](const SavedScene& scene) {
        files.push_back(scene.image);
        files.push_back(scene.referenceImage);
    };
    add(session);
    std::ranges::for_each(session.moreScenes, add);
    return files;
}

SavedSession snapshot(const Session& session) {
    SavedSession saved;
    if (session.hasImage()) {
        saved.image = session.image().file;
        saved.imageSha256 = session.image().sha256;
        saved.upright = session.image().upright;
    }
    saved.role = session.role();
    saved.reduction = session.reduction();
    saved.box = session.box();
    saved.gridScale = session.gridScale();
    for (const auto& entry : session.networks()) {
        if (entry.id == session.selected()) {
            saved.selected = saved.networks.size();
        }
        if (entry.id == session.reference()) {
            saved.reference = saved.networks.size();
        }
        saved.networks.push_back({entry.spec, entry.card.sha256, entry.shown});
    }
    saved.options = session.options();
    saved.view = session.view();
    saved.figure = session.figureLayout();
    saved.moreScenes = session.moreScenes();
    return saved;
}

std::string toJson(const SavedSession& session, const std::filesystem::path& folder) {
    Json json;
    json["lamscope"] = {{"version", version()}};
    json["format"] = formatVersion;
    json["image"] = imageJson(session, folder);
    json["networks"] = Json::array();
    for (const auto& network : session.networks) {
        const bool builtIn = network.spec.isAnalytic();
        json["networks"].push_back(
            {{"file", builtIn ? network.spec.file.string() : relativeTo(folder, network.spec.file)},
             {"built_in", builtIn},
             {"settings", settingsJson(network.spec.settings)},
             {"sha256", network.sha256},
             {"shown", network.shown}});
    }
    json["reference"] = optionalJson(session.reference);
    json["selected"] = optionalJson(session.selected);
    json["patches"] = Json::array({patchJson(session)});
    if (!session.moreScenes.empty()) {
        auto& more = json["more_scenes"] = Json::array();
        for (const auto& scene : session.moreScenes) {
            more.push_back({{"image", imageJson(scene, folder)}, {"patch", patchJson(scene)}});
        }
    }
    json["options"] = optionsJson(lamOptionTable(), session.options);
    json["view"] = viewJson(session.view);
    json["figure"] = session.figure ? Json::parse(toJson(*session.figure)) : Json(nullptr);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

SavedSession sessionFromText(const std::string& text, const std::filesystem::path& file) {
    try {
        return sessionFrom(Json::parse(text), std::filesystem::absolute(file).parent_path());
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: not a session of Lamscope, or damaged ({})", file.string(), error.what()));
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {}", file.string(), error.what()));
    }
}

SavedSession readSession(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: cannot be opened; check the name and the permissions", file.string()));
    }
    return sessionFromText(std::string(std::istreambuf_iterator<char>(stream), {}), file);
}

void writeSession(const SavedSession& session, const std::filesystem::path& file) {
    writeFileAtomically(file, std::string_view(toJson(session, std::filesystem::absolute(file).parent_path())));
}

}  // namespace lamscope::ui
