// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/image_experiment.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "study/studies/patch_rule.h"
#include "study/studies/store_access.h"
#include "study/studies/study_places.h"

namespace lamscope {

namespace {

struct StoredImage {
    std::int64_t id = 0;
    Scene scene{};  // its files, as the store names them, and the hash of the image
};

std::vector<StoredImage> storedImagesIn(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        std::vector<StoredImage> images;
        SQLite::Statement query(store.database(), "SELECT id, file, sha256, coalesce(reference, '') FROM image");
        while (query.executeStep()) {
            images.push_back({.id = query.getColumn(0).getInt64(),
                              .scene = {.image = query.getColumn(1).getString(),
                                        .sha256 = query.getColumn(2).getString(),
                                        .reference = query.getColumn(3).getString()}});
        }
        return images;
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
std::vector<Scene> placedScenes(const StudyStore& store, const std::vector<StoredImage>& images,
                                const StudyDescription& description, const std::string& name) {
    std::vector<Scene> meant;
    for (const auto& [id, stored] : images) {
        if (!hasImageNamed(stored, name)) {
            continue;
        }
        auto scene = sceneOf(description, stored.image.string());
        const auto patch = scene ? firstPatch(store, id) : std::nullopt;
        if (!patch) {
            continue;
        }
        scene->sha256 = stored.sha256;
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
    const auto images = storedImagesIn(store);
    auto experiment = description.experiment;
    experiment.scenes.clear();
    for (const auto& name : names) {
        auto meant = placedScenes(store, images, description, name);
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
            experiment.networks.push_back({.spec = *spec, .sha256 = network.sha256});
        }
    }
    experiment.reference.reset();
    experiment.selected.reset();
    return experiment;
}

}  // namespace lamscope
