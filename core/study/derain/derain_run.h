// SPDX-License-Identifier: GPL-3.0-or-later
// Restoration networks over image files: the run of `derain`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/image_reading.h"
#include "method/restoration/derain_document.h"
#include "model/model_spec.h"

namespace lamscope {

/// Which networks restore what, and where. The degraded images are made of clean ones by recipes, or read.
struct DerainRunInput {
    std::vector<ModelSpec> networks{};             ///< of scale 1
    std::vector<std::filesystem::path> clean{};    ///< images, for recipes
    std::vector<NamedDegradation> degradations{};  ///< one range each
    int middle = 0;                                ///< with recipes: side of middleSquare(); 0: whole images
    std::filesystem::path rainyFolder{};           ///< in place of recipes, see rainPairs()
    std::filesystem::path cleanFolder{};           ///< with `rainyFolder`
    std::filesystem::path layerFolder{};           ///< with `rainyFolder`; empty: the layer is O - B
    ImageReading reading{};                        ///< of all images, which are stretched alike: see sharedReading()
    bool blurLine = false;                         ///< also measures Gaussian blurs in place of a network
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
};

/// Where a run stands.
struct DerainProgress {
    std::string image;   ///< at work
    std::string name;    ///< of the network at work; empty for blurs
    double share = 0.0;  ///< of all that is done, 0…1
};

/// Called on the calling thread; must not throw; may be empty.
using DerainRunCallback = std::function<void(const DerainProgress&)>;

/// The ranges that are measured where none are named: rain small, medium and large.
[[nodiscard]] std::vector<NamedDegradation> usualDerainRanges();

/// The square in the middle of an image, which keeps its `file`. Throws Error(InvalidArgument), naming the file, where
/// a side of the image is below `side`.
[[nodiscard]] Image middleSquare(const Image& image, int side);

/// Measures every network on every range: for each image one evaluation of the clean image, and one for each range.
///
/// The mask is of the pixels in which the recipe's rain, the layer of the folder, or O - B is above the threshold; of a
/// recipe without rain it is of those in which O differs from B by more. Where O - B of a pair of files darkens too
/// much (see mostDarkened), it is not rain that was added: the transmission of that image is left out, with a warning.
/// An image for which a network returns values that are not finite is left out for that network, with a warning; a
/// network that fails is left out, unless none is left.
///
/// @return nullopt when stopped. Throws Error(InvalidArgument) without networks, without images, with both recipes and
/// folders, for a network that enlarges, and for images of a pair with different sizes; and as loadModel(),
/// rainPairs(), readImage(), middleSquare(), degrade(), checkOutputFiles() and checkDerainOptions().
[[nodiscard]] std::optional<DerainDocument> runDerain(const DerainRunInput& input, const DerainOptions& options,
                                                      const std::stop_token& stop = {},
                                                      const DerainRunCallback& progress = {});

}  // namespace lamscope
