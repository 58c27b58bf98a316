// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "view/pane_layer.h"

namespace lamscope::ui {

/// The image in a pane, which most layers lie on.
enum class BaseImage {
    Sr,      ///< the SR; while it is not known the LR, with the parts of the SR that are known
    SrOrLr,  ///< the SR or the LR, as the user wants it under a translucent layer
    Hr,      ///< the HR; where it is not known the LR
};

/// Puts an image into `picture`, as far as it is known. `grey`: without its colours, under a layer that has some.
void addImage(PanePicture& picture, const LayerInput& input, BaseImage which, bool grey = false);

/// Makes the picture of a part, or null and starts it; see DerivedPictures.
using MakePyramid = std::function<std::shared_ptr<const Pyramid>(const live::SrPart& part)>;

/// Puts the parts of the SR that are known over the image while the whole is not: what the latest map was computed on,
/// and tiles.
void addParts(PanePicture& picture, const LayerInput& input, const MakePyramid& pyramid);

/// The place of an image at the top-left corner of the scene.
/// @param pixel  side of its pixels, in pixels of the box grid.
[[nodiscard]] QRectF placeOfImage(const Image& image, double pixel);

/// A layer that is an image alone.
class ImageLayer final : public PaneLayer {
public:
    explicit ImageLayer(BaseImage which)
        : which_(which) {}

    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;

private:
    BaseImage which_;
};

}  // namespace lamscope::ui
