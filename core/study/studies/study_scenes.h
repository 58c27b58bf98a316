// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scene/scene.h"

namespace lamscope {

/// A scene an HR image among files and folders, without places; the rest is that of `like`. Throws as imagesNamed().
[[nodiscard]] std::vector<Scene> hrScenes(const std::vector<std::string>& given, const Scene& like);

/// A scene an LR image of one folder, with the HR image of another as its reference. Throws as pairImages().
[[nodiscard]] std::vector<Scene> pairedScenes(const std::filesystem::path& hrFolder,
                                              const std::filesystem::path& lrFolder, int scale, const Scene& like);

}  // namespace lamscope
