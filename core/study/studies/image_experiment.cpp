// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/image_experiment.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "study/studies/study_places.h"
#include "study/studies/study_plots.h"

namespace lamscope {

namespace {

bool isNamed(const Scene& scene, const std::string& name) {
    return std::ranges::any_of(std::vector{scene.image, scene.reference}, [&](const std::filesystem::path& file) {
        return file.filename() == name || (file.stem() == name && !file.empty());
    });
}

/// The place of an image's first map; nullopt where it has none.
std::optional<Patch> firstPatch(const StudyStore& store, std::int64_t image) {
    constexpr std::size_t most = 1000;  // of which the first may have failed
    const auto places = placesOf(store, "", image, most);
    const auto found =
        std::ranges::find_if(places, [](const StudyPlace& place) { return place.error.empty() && place.patch; });
    return found == places.end() ? std::nullopt : found->patch;
}

/// The scenes of this name that have a map, placed there.
std::vector<Scene> placedScenes(const StudyStore& store, const StudyDescription& description, const std::string& name) {
    std::vector<Scene> meant;
    for (const auto& [image, file] : imageFilesIn(store)) {
        auto scene = sceneOf(description, file);
        const auto patch = scene && isNamed(*scene, name) ? firstPatch(store, image) : std::nullopt;
        if (!patch) {
            continue;
        }
        if (scene->role == ImageRole::Lr) {
            scene->gridScale = 0;  // SR pixels
        }
        scene->boxes = {{.x = patch->x, .y = patch->y, .size = patch->size}};
        meant.push_back(*std::move(scene));
    }
    return meant;
}

}  // namespace

Experiment experimentOfImages(const StudyStore& store, std::span<const NetworkNumbers> networks,
                              std::span<const std::string> names) {
    const auto description = descriptionIn(store);
    auto experiment = description.experiment;
    experiment.scenes.clear();
    for (const auto& name : names) {
        auto meant = placedScenes(store, description, name);
        if (meant.size() != 1) {
            throw Error(ErrorCode::InvalidArgument,
                        meant.empty() ? fmt::format("the study has no results of an image '{}'", name)
                                      : fmt::format("'{}' is the name of {} images: give it with its ending", name,
                                                    meant.size()));
        }
        experiment.scenes.push_back(std::move(meant.front()));
    }
    experiment.networks.clear();
    for (const auto& network : networks) {
        if (const auto spec = networkOf(description, network.name); spec && network.di) {
            experiment.networks.push_back({.spec = *spec});
        }
    }
    experiment.reference.reset();
    experiment.selected.reset();
    return experiment;
}

}  // namespace lamscope
