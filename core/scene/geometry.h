// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamscope {

/// A square of SR-output pixels, (x, y) its top-left pixel.
struct Patch {
    int x = 0;
    int y = 0;
    int size = 16;

    friend bool operator==(const Patch&, const Patch&) = default;
};

/// A square of the scene that all networks share, (x, y) its top-left pixel, on the box grid: HR pixels when the image
/// is HR; otherwise LR pixels times a scale (see Scene::gridScale).
struct Box {
    int x = 0;
    int y = 0;
    int size = 16;

    friend bool operator==(const Box&, const Box&) = default;
};

}  // namespace lamscope
