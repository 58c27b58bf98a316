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

/// The scene of an image with the place of its first map; nullopt where it has none or is no longer described.
std::optional<Scene> placedScene(const StudyStore& store, const StudyDescription& description, std::int64_t image,
                                 const std::string& file) {
    constexpr std::size_t most = 1000;  // of which the first may have failed
    auto scene = sceneOf(description, file);
    const auto places = placesOf(store, "", image, most);
    const auto found =
        std::ranges::find_if(places, [](const StudyPlace& place) { return place.error.empty() && place.patch; });
    if (!scene || found == places.end()) {
        return std::nullopt;
    }
    if (scene->role == ImageRole::Lr) {
        scene->gridScale = 0;  // SR pixels
    }
    scene->boxes = {{.x = found->patch->x, .y = found->patch->y, .size = found->patch->size}};
    return scene;
}

}  // namespace

Experiment experimentOfImages(const StudyStore& store, std::span<const NetworkNumbers> networks,
                              std::span<const std::string> names) {
    const auto description = descriptionIn(store);
    const auto images = imageFilesIn(store);
    auto experiment = description.experiment;
    experiment.scenes.clear();
    for (const auto& name : names) {
        std::vector<Scene> meant;
        for (const auto& [image, file] : images) {
            if (auto scene = placedScene(store, description, image, file); scene && isNamed(*scene, name)) {
                meant.push_back(*std::move(scene));
            }
        }
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
