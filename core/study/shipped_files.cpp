// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/shipped_files.h"

#include <algorithm>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace lamscope {

namespace {

using Json = nlohmann::json;

/// Reads an index file and makes an item of each entry of its array `name`.
template <typename Item>
std::vector<Item> readList(const std::filesystem::path& file, const std::string& name,
                           const std::function<Item(const Json&)>& make) {
    std::ifstream stream(file);
    std::vector<Item> items;
    try {
        const auto index = Json::parse(stream);
        for (const auto& entry : index.at(name)) {
            items.push_back(make(entry));
        }
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: the list of what ships with the program is missing or damaged ({}); install the "
                                "program anew",
                                file.string(), error.what()));
    }
    return items;
}

ModelSpec networkOf(const std::filesystem::path& models, const Json& entry) {
    ModelSpec spec;
    spec.file = models / entry.at("file").get<std::string>();
    spec.settings.name = entry.at("name");
    return spec;
}

/// The scene that an entry of the list names.
ShippedScene sceneOf(const std::filesystem::path& list, const std::vector<ShippedScene>& scenes, const Json& entry) {
    const auto scene = std::ranges::find(scenes, entry.at("scene").get<std::string>(), &ShippedScene::name);
    if (scene == scenes.end()) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: no scene is called {}; install the program anew",
                                                    list.string(), entry.at("scene").dump()));
    }
    return *scene;
}

}  // namespace

std::filesystem::path shippedFolder() {
    std::error_code ignored;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    const std::filesystem::path beside = program.parent_path().parent_path() / "share" / "lamscope";
    for (const auto& folder : {beside, std::filesystem::path(LAMSCOPE_SOURCE_FOLDER)}) {
        if (std::filesystem::exists(folder / "resources" / "scenes" / "scenes.json", ignored)) {
            return folder;
        }
    }
    throw Error(ErrorCode::BadFile, fmt::format("{}: the scenes and networks that ship with the program are not there; "
                                                "install it anew",
                                                beside.string()));
}

std::vector<ShippedScene> shippedScenes(const std::filesystem::path& folder) {
    const auto scenes = folder / "resources" / "scenes";
    return readList<ShippedScene>(scenes / "scenes.json", "scenes", [&](const Json& entry) {
        ShippedScene scene{.name = entry.at("name"),
                           .title = entry.at("title"),
                           .description = entry.at("description"),
                           .hr = scenes / entry.at("hr").get<std::string>(),
                           .telling = entry.at("telling"),
                           .patches = {}};
        for (const auto& patch : entry.at("patches")) {
            scene.patches.push_back(
                {.patch = {patch.at("x"), patch.at("y"), patch.at("size")}, .about = patch.at("about")});
        }
        return scene;
    });
}

std::vector<ModelSpec> shippedNetworks(const std::filesystem::path& folder) {
    const auto models = folder / "models";
    return readList<ModelSpec>(models / "networks.json", "networks",
                               [&](const Json& entry) { return networkOf(models, entry); });
}

std::vector<ShippedPair> shippedPairs(const std::filesystem::path& folder) {
    const auto list = folder / "models" / "networks.json";
    const auto scenes = shippedScenes(folder);
    return readList<ShippedPair>(list, "pairs", [&](const Json& entry) {
        ShippedPair pair{.name = entry.at("name"),
                         .title = entry.at("title"),
                         .description = entry.at("description"),
                         .baseline = networkOf(list.parent_path(), entry.at("baseline")),
                         .target = networkOf(list.parent_path(), entry.at("target")),
                         .scene = sceneOf(list, scenes, entry),
                         .reduction = reductionFromString(entry.at("reduce").get<std::string>()),
                         .degradations = {}};
        pair.degradations = namedDegradations(entry.at("degrade").get<std::vector<std::string>>());
        return pair;
    });
}

std::vector<ShippedRestoration> shippedRestorations(const std::filesystem::path& folder) {
    const auto list = folder / "models" / "networks.json";
    const auto scenes = shippedScenes(folder);
    return readList<ShippedRestoration>(list, "restorations", [&](const Json& entry) {
        ShippedRestoration restoration{.name = entry.at("name"),
                                       .title = entry.at("title"),
                                       .description = entry.at("description"),
                                       .networks = {},
                                       .scene = sceneOf(list, scenes, entry),
                                       .degradation = degradationFromString(entry.at("degrade").get<std::string>()),
                                       .seed = entry.at("seed")};
        for (const auto& network : entry.at("networks")) {
            restoration.networks.push_back(networkOf(list.parent_path(), network));
        }
        return restoration;
    });
}

}  // namespace lamscope
