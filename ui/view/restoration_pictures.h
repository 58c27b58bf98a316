// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "image/image.h"
#include "method/restoration/degraded_pair.h"
#include "session/view_settings.h"
#include "view/pyramid.h"

namespace lamscope::ui {

/// The value with the strongest colour, 8-bit levels: one scale for all networks and images, so that they compare.
inline constexpr int restorationRange = 64;

/// From what the layers of a restoration are made: images of one size.
struct RestorationImages {
    std::shared_ptr<const Image> degraded{};
    std::shared_ptr<const Image> clean{};
    std::shared_ptr<const Image> rain{};  ///< that a recipe added; null: none, or not known
    DegradationSource source = DegradationSource::Recipe;
};

/// A signed map in colours: red above 0, blue below, white at 0.
struct SignedPicture {
    std::vector<float> levels;  ///< row by row, 8-bit levels, mean over RGB
    Pyramid pyramid;
};

/// What was done to the clean image.
struct DegradationPictures {
    PixelMask mask;
    SignedPicture added;
    Pyramid maskPyramid;  ///< white inside, black beside
};

/// What a network has done to the degraded one; see RestorationMaps.
struct RestorationPictures {
    SignedPicture removed;
    SignedPicture leftOver;
    SignedPicture background;
};

[[nodiscard]] DegradationPictures makeDegradationPictures(const RestorationImages& images);

/// @param output  of the network: of the whole of the images, or of a part of them.
/// @param place   of that part.
[[nodiscard]] RestorationPictures makeRestorationPictures(const Image& output, const RestorationImages& images,
                                                          const Rect& place);

}  // namespace lamscope::ui
