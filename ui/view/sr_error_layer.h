// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "view/pane_layer.h"

namespace lamscope::ui {

/// SR minus HR in place of the image, and the PSNR of the patch in the header.
class SrErrorLayer final : public PaneLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] ColourScale scale(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] QString readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const override;
    [[nodiscard]] std::optional<HeaderMeasure> measure(const NetworkEntry& entry) const override;
};

}  // namespace lamscope::ui
