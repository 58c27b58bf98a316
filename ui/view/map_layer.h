// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "view/pane_layer.h"

namespace lamscope::ui {

/// Puts the map of the network into `picture`, as makeLayer() draws it in the layer of the view; nothing while there is
/// no map. The map of an older box is dimmed.
/// @param reference  the network to compare with; null: none.
void addMap(PanePicture& picture, const LayerInput& input, const NetworkEntry* reference = nullptr);

/// Why there is no map; empty while a new one is on its way.
[[nodiscard]] QString noticeOfMap(const NetworkEntry& entry, const PanePicture& picture);

/// The attribution map and the signed attribution, on white.
class MapLayer : public PaneLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] ColourScale scale(const LayerInput& input, const PanePicture& picture) const override;
    [[nodiscard]] QString readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const override;
    [[nodiscard]] std::optional<LayerRange> range(const NetworkEntry& entry) const override;
};

/// The map over the image.
class OverlayLayer final : public MapLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
};

/// The map minus the reference network's, on white.
class DifferenceLayer final : public MapLayer {
public:
    [[nodiscard]] PanePicture picture(const LayerInput& input) const override;
    [[nodiscard]] QString notice(const LayerInput& input, const PanePicture& picture) const override;
};

}  // namespace lamscope::ui
