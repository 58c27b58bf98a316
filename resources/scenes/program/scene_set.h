// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "image/image.h"

namespace lamscope::scenes {

/// The scale between a scene's HR and LR image.
inline constexpr int scale = 4;
/// The side of the suggested patches in HR pixels.
inline constexpr int patchSide = 16;

/// A place worth probing: its top left corner in HR pixels, and what is seen there.
struct Patch {
    int x = 0;
    int y = 0;
    std::string about;
};

struct Scene {
    std::string name;            ///< part of the files' names
    std::string title;           ///< a word or two
    std::string description;     ///< one sentence for a newcomer
    bool telling = false;        ///< the first patch separates networks of narrow reach from networks of wide reach
    std::vector<Patch> patches;  ///< the first is the suggested one
    std::function<Image()> draw;
};

/// All scenes, in the order in which they are offered.
[[nodiscard]] const std::vector<Scene>& sceneSet();

/// The index of the set as JSON text: {"scale", "scenes": [{"name", "title", "description", "hr", "lr", "telling",
/// "patches": [{"x", "y", "size", "about"}]}]}; "hr" and "lr" are file names beside the index.
[[nodiscard]] std::string sceneIndex();

}  // namespace lamscope::scenes
