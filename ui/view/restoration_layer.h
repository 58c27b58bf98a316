// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "view/pane_layer.h"

namespace lamscope::ui {

/// What a degradation has added, where, and what a network of scale 1 has made of it, in place of the image; with the
/// outlines of the areas where the network looks.
class RestorationLayer final : public PaneLayer {
public:
    /// @param which  one of the layers that need the clean image.
    explicit RestorationLayer(Layer which)
        : which_(which) {}

    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] ColourScale scale(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] QString readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const override;
    [[nodiscard]] std::optional<HeaderMeasure> measure(const NetworkEntry& entry) const override;

private:
    [[nodiscard]] bool isOfInput() const { return which_ == Layer::Rain || which_ == Layer::RainMask; }

    Layer which_;
};

}  // namespace lamscope::ui
