// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_scenes.h"

#include "study/image_pairs.h"

namespace lamscope {

std::vector<Scene> hrScenes(const std::vector<std::string>& given, const Scene& like) {
    std::vector<Scene> scenes;
    for (const auto& image : imagesNamed(given, ImageRole::Hr)) {
        scenes.push_back(like);
        scenes.back().image = image;
        scenes.back().role = ImageRole::Hr;
        scenes.back().gridScale = 1;
    }
    return scenes;
}

std::vector<Scene> pairedScenes(const std::filesystem::path& hrFolder, const std::filesystem::path& lrFolder, int scale,
                                const Scene& like) {
    std::vector<Scene> scenes;
    for (const auto& [hr, lr] : pairImages(hrFolder, lrFolder, scale)) {
        scenes.push_back(like);
        scenes.back().image = *lr;
        scenes.back().reference = hr;
        scenes.back().role = ImageRole::Lr;
        scenes.back().gridScale = 0;  // patches are on the SR pixels of each network
    }
    return scenes;
}

}  // namespace lamscope
