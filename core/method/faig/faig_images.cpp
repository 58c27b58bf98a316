// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/faig_images.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "image/degradation.h"

namespace lamscope {

namespace {

/// As the authors crop: to what the scales 2, 3 and 4 divide.
constexpr int authorsMultiple = 12;

std::string shownName(const Image& image, const std::string& name) {
    return image.file.empty() ? name : image.file;
}

}  // namespace

FaigImages degradedImages(const Image& hr, const std::string& name, int scale, const FaigOptions& options) {
    // Unsigned: g++ 12 miscompiles the absolute value within std::lcm of two int here, and gives -12.
    const auto multiple =
        static_cast<int>(std::lcm(static_cast<unsigned>(authorsMultiple), static_cast<unsigned>(scale)));
    if (std::min(hr.width(), hr.height()) < multiple) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels: HR images are cropped to multiples of {}; leave it out",
                                shownName(hr, name), hr.width(), hr.height(), multiple));
    }
    FaigImages images{.name = name, .hr = hr.croppedToMultiple(multiple), .clean = {}, .lr = {}};
    images.hr.file = name + ".png";  // its stem is the noise's key, dots and all
    const auto seed = static_cast<std::uint64_t>(options.seed);
    const auto make = [&](const Degradation& degradation) {
        return degrade(images.hr, scale, options.reduction, degradation, seed).lr;
    };
    images.clean = make(Degradation{});
    for (const auto& [degradationName, recipe] : options.degradations) {
        if (recipe.empty()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the degradation '{}' has no recipe; give one such as {}=blur:2:21, or a folder of "
                                    "LR images",
                                    degradationName, degradationName));
        }
        images.lr.push_back(make(degradationFromString(recipe)));
    }
    images.hr.file = hr.file;
    return images;
}

FaigImages pairedImages(const Image& hr, const std::string& name, int scale, std::vector<Image> lr,
                        Reduction reduction) {
    int width = hr.width() / scale;
    int height = hr.height() / scale;
    for (const auto& one : lr) {
        width = std::min(width, one.width());
        height = std::min(height, one.height());
    }
    // An LR image may be a crop's; anything else is another image.
    for (const auto& one : lr) {
        if (one.width() != width || one.height() != height || hr.width() - width * scale >= authorsMultiple
            || hr.height() - height * scale >= authorsMultiple) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels, {} has {}x{}: at scale {} it should have {}x{}",
                                    shownName(hr, name), hr.width(), hr.height(), shownName(one, "its LR image"),
                                    one.width(), one.height(), scale, hr.width() / scale, hr.height() / scale));
        }
    }
    FaigImages images{.name = name, .hr = hr, .clean = {}, .lr = std::move(lr)};
    if (width < 1 || height < 1) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} has {}x{} pixels: too few at scale {}",
                                                            shownName(hr, name), hr.width(), hr.height(), scale));
    }
    images.hr = hr.cropped({0, 0, width * scale, height * scale});
    images.hr.file = hr.file;
    images.clean = degrade(images.hr, scale, reduction, Degradation{}, 0).lr;
    return images;
}

}  // namespace lamscope
