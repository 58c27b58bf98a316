// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "method/erf/erf_measurement.h"
#include "view/pane_layer.h"

namespace lamscope::ui {

/// An effective receptive field and where its map lies.
struct PlacedErf {
    const ErfResult* result = nullptr;
    Rect place;            ///< of the map, LR pixels
    double lrPixel = 1.0;  ///< side of an LR pixel, in pixels of the box grid
};

/// The layer of a field, whose result must not be null. Values are shownLevel() of the shares, 1 at the largest;
/// opacity follows them. The outline is the smallest square around the cell that holds more than the largest threshold
/// of the options, 99 % unless set; empty where there is none.
[[nodiscard]] LayerMap makeErfLayer(const PlacedErf& placed, const ViewSettings& view);

/// The effective receptive field at the box, over the image.
class ErfLayer final : public PaneLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] ColourScale scale(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] QString readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const override;
};

}  // namespace lamscope::ui
