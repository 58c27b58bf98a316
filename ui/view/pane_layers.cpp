// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cstddef>
#include <memory>

#include "session/layer_table.h"
#include "view/area_layer.h"
#include "view/di_map_layer.h"
#include "view/erf_layer.h"
#include "view/image_layer.h"
#include "view/map_layer.h"
#include "view/pane_layer.h"
#include "view/restoration_layer.h"
#include "view/sr_error_layer.h"

namespace lamscope::ui {

namespace {

using PaneLayers = std::array<std::unique_ptr<const PaneLayer>, layerTable.size()>;

PaneLayers makePaneLayers() {
    PaneLayers layers;
    const auto at = [&](Layer layer) -> auto& {
        return layers.at(static_cast<std::size_t>(layer));
    };
    at(Layer::Sr) = std::make_unique<ImageLayer>(BaseImage::Sr);
    at(Layer::Map) = std::make_unique<MapLayer>();
    at(Layer::Overlay) = std::make_unique<OverlayLayer>();
    at(Layer::Signed) = std::make_unique<MapLayer>();
    at(Layer::Area) = std::make_unique<AreaLayer>();
    at(Layer::Difference) = std::make_unique<DifferenceLayer>();
    at(Layer::HrWithBox) = std::make_unique<ImageLayer>(BaseImage::Hr);
    at(Layer::SrError) = std::make_unique<SrErrorLayer>();
    at(Layer::ErfHere) = std::make_unique<ErfLayer>();
    at(Layer::DiMap) = std::make_unique<DiMapLayer>();
    for (const auto layer : {Layer::Rain, Layer::RainMask, Layer::Removed, Layer::LeftOver, Layer::Background}) {
        at(layer) = std::make_unique<RestorationLayer>(layer);
    }
    return layers;
}

}  // namespace

const PaneLayer& paneLayer(Layer layer) {
    static const auto layers = makePaneLayers();
    return *layers.at(static_cast<std::size_t>(layer));
}

}  // namespace lamscope::ui
