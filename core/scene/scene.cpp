// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/scene.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr int largestLrSide = 128;

}  // namespace

ImageRole guessRole(const Image& image) {
    return std::max(image.width(), image.height()) <= largestLrSide ? ImageRole::Lr : ImageRole::Hr;
}

std::string_view toString(ImageRole role) {
    return role == ImageRole::Hr ? "hr" : "lr";
}

ImageRole roleFromString(std::string_view name) {
    if (name == "lr") {
        return ImageRole::Lr;
    }
    if (name == "hr") {
        return ImageRole::Hr;
    }
    throw Error(ErrorCode::InvalidArgument, fmt::format("unknown role '{}' of an image; known: lr, hr", name));
}

Patch patchOfBox(const Box& box, ImageRole role, int gridScale, int networkScale) {
    if (role == ImageRole::Hr || gridScale == 0 || gridScale == networkScale) {
        return {.x = box.x, .y = box.y, .size = box.size};
    }
    const double ratio = static_cast<double>(networkScale) / gridScale;
    const auto scaled = [ratio](int value) { return static_cast<int>(std::lround(value * ratio)); };
    return {.x = scaled(box.x), .y = scaled(box.y), .size = std::max(scaled(box.size), 1)};
}

std::vector<Patch> patchesOf(const Scene& scene, int networkScale) {
    std::vector<Patch> patches;
    std::ranges::transform(scene.boxes, std::back_inserter(patches),
                           [&](const Box& box) { return patchOfBox(box, scene.role, scene.gridScale, networkScale); });
    return patches;
}

Box firstBoxOf(const Scene& scene) {
    return scene.boxes.empty() ? Box() : scene.boxes.front();
}

}  // namespace lamscope
