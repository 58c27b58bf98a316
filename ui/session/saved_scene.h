// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "live/live_input.h"

namespace lamscope::ui {

/// An image with a place in it.
struct SavedScene {
    std::filesystem::path image;  ///< empty: none
    std::string imageSha256;
    bool upright = false;                  ///< turned as its EXIF data ask
    std::filesystem::path referenceImage;  ///< HR beside an LR image, for figures; empty: none
    ImageRole role = ImageRole::Hr;
    Reduction reduction = Reduction::Pillow;
    Box box;
    int gridScale = 1;  ///< of the grid that `box` is on

    friend bool operator==(const SavedScene&, const SavedScene&) = default;
};

}  // namespace lamscope::ui
