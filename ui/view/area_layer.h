// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "view/pane_layer.h"

namespace lamscope::ui {

/// The area of contribution: contours of the map's density over the image.
class AreaLayer final : public PaneLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] ColourScale scale(const LayerInput& input, const PanePicture& picture) const override;
    /// Densities are shares of each map's own largest one.
    [[nodiscard]] bool sharesBar() const override { return false; }
};

}  // namespace lamscope::ui
