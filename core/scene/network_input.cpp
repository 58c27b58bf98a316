// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/network_input.h"

#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

std::string_view nameOf(const Image& image, std::string_view otherwise) {
    return image.file.empty() ? otherwise : std::string_view(image.file);
}

Image referenceAt(const Image& reference, const Image& input, int scale) {
    const int width = input.width() * scale;
    const int height = input.height() * scale;
    const auto refuse = [&](std::string_view why) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, which is {} the {}x{} of {}", nameOf(reference, "the reference"),
                                reference.width(), reference.height(), why, input.width(), input.height(),
                                nameOf(input, "the input")));
    };
    if (reference.width() < width || reference.height() < height) {
        refuse(scale == 1 ? "less than" : fmt::format("less than {} times", scale));
    }
    // At scale 1 nothing is cut off by a reduction: a larger image shows something else.
    if (scale == 1 && (reference.width() > width || reference.height() > height)) {
        refuse("more than");
    }
    return reference.cropped({0, 0, width, height});
}

/// Whether `input` is brighter than `clean` in some colour, or, without a `clean`, at least half a level above black.
bool isAbove(const Image& input, const Image* clean, int y, int x) {
    constexpr float halfLevel = 0.5F / 255.0F;
    for (int channel = 0; channel < Image::channels; ++channel) {
        const float value = input.at(channel, y, x);
        if (clean != nullptr ? value > clean->at(channel, y, x) : value >= halfLevel) {
            return true;
        }
    }
    return false;
}

}  // namespace

InputRecipe inputRecipeOf(const Scene& scene) {
    return {.role = scene.role,
            .reduction = scene.reduction,
            .degradation = scene.degradation,
            .degradationSeed = scene.degradationSeed};
}

bool isInputItself(const InputRecipe& recipe, int scale) {
    return recipe.role == ImageRole::Lr || (scale == 1 && recipe.degradation.isClean());
}

LowResolutionPair makeInput(const Image& image, const Image& reference, const InputRecipe& recipe, int scale) {
    if (isInputItself(recipe, scale)) {
        return {.lr = image, .hr = reference.empty() ? Image() : referenceAt(reference, image, scale)};
    }
    if (recipe.degradation.isClean()) {
        return makeLowResolution(image, scale, recipe.reduction);
    }
    return degrade(image, scale, recipe.reduction, recipe.degradation, recipe.degradationSeed);
}

PixelMask rainMaskOf(const LowResolutionPair& pair, const InputRecipe& recipe, int scale) {
    const bool degraded = !isInputItself(recipe, scale);
    if (scale != 1 || (degraded ? pair.rain : pair.hr).empty()) {
        return {};
    }
    PixelMask mask{.width = pair.lr.width(), .height = pair.lr.height()};
    mask.pixels.reserve(static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height));
    for (int y = 0; y < mask.height; ++y) {
        for (int x = 0; x < mask.width; ++x) {
            const bool rains = degraded ? isAbove(pair.rain, nullptr, y, x) : isAbove(pair.lr, &pair.hr, y, x);
            mask.pixels.push_back(rains ? 1 : 0);
        }
    }
    return mask;
}

}  // namespace lamscope
