// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of the panes: menu, toolbar, key L, session files and exported pictures read this list. What the panes
// show of a layer is its PaneLayer, in ui/view.
#pragma once

#include <QObject>
#include <QString>
#include <array>
#include <cstddef>
#include <string_view>

#include "session/view_settings.h"

namespace lamscope::ui {

class Session;

/// What a layer shows nothing without.
struct LayerNeeds {
    bool map = false;        ///< a map of the network
    bool reference = false;  ///< a reference network with a map
    bool hr = false;         ///< the HR image; without it the LR image stands in
    bool clean = false;      ///< a network of scale 1 and the clean image of its input
};

struct LayerRow {
    Layer layer;
    std::string_view name;    ///< in session files and in names of exported pictures; never renamed
    const char* title;        ///< in the menu
    const char* shortTitle;   ///< on the toolbar
    const char* explanation;  ///< what is seen, one phrase
    LayerNeeds needs;
    bool hasOpacity;  ///< the opacity of ViewSettings changes the layer
};

/// In the order of Layer, which is that of the menu and of the key L.
inline constexpr auto layerTable = std::to_array<LayerRow>(
    {{.layer = Layer::Sr,
      .name = "sr",
      .title = QT_TRANSLATE_NOOP("QObject", "SR image"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "SR image"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "What the network makes of the LR image"),
      .needs = {},
      .hasOpacity = false},
     {.layer = Layer::Map,
      .name = "map",
      .title = QT_TRANSLATE_NOOP("QObject", "Map"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "map"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "Which LR pixels the patch was made from, on white"),
      .needs = {.map = true},
      .hasOpacity = false},
     {.layer = Layer::Overlay,
      .name = "overlay",
      .title = QT_TRANSLATE_NOOP("QObject", "Overlay"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "overlay"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The map over the SR or the LR image"),
      .needs = {.map = true},
      .hasOpacity = true},
     {.layer = Layer::Signed,
      .name = "signed",
      .title = QT_TRANSLATE_NOOP("QObject", "Signed attribution"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "signed attribution"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "Which LR pixels raised the detector's value, and which lowered it"),
      .needs = {.map = true},
      .hasOpacity = false},
     {.layer = Layer::Area,
      .name = "area",
      .title = QT_TRANSLATE_NOOP("QObject", "Area of contribution"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "area of contribution"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "How far the network looks: contours of the map's density"),
      .needs = {.map = true},
      .hasOpacity = false},
     {.layer = Layer::Difference,
      .name = "difference",
      .title = QT_TRANSLATE_NOOP("QObject", "Difference to the reference network"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "difference to reference"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The map minus the reference network's map"),
      .needs = {.map = true, .reference = true},
      .hasOpacity = false},
     {.layer = Layer::HrWithBox,
      .name = "hr-with-box",
      .title = QT_TRANSLATE_NOOP("QObject", "HR with box"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "HR with box"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The HR image with the patch, as the LAM paper prints it"),
      .needs = {.hr = true},
      .hasOpacity = false},
     {.layer = Layer::SrError,
      .name = "sr-error",
      .title = QT_TRANSLATE_NOOP("QObject", "Difference of SR to HR"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "SR − HR"),
      .explanation =
          QT_TRANSLATE_NOOP("QObject", "Where the SR image is too bright or too dark, with the patch's PSNR"),
      .needs = {.hr = true},
      .hasOpacity = false},
     {.layer = Layer::ErfHere,
      .name = "erf-here",
      .title = QT_TRANSLATE_NOOP("QObject", "ERF here"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "ERF here"),
      .explanation = QT_TRANSLATE_NOOP("QObject",
                                       "How strongly each LR pixel influences the one in the middle of the box "
                                       "(effective receptive field), with the square that holds 99 %"),
      .needs = {},
      .hasOpacity = true},
     {.layer = Layer::DiMap,
      .name = "di-map",
      .title = QT_TRANSLATE_NOOP("QObject", "DI map of the whole image"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "DI map"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The diffusion index of every patch of a grid over the image"),
      .needs = {},
      .hasOpacity = true},
     {.layer = Layer::Rain,
      .name = "rain",
      .title = QT_TRANSLATE_NOOP("QObject", "Rain: input − reference"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "rain"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "What rain, noise or blur have added to the clean image"),
      .needs = {.clean = true},
      .hasOpacity = false},
     {.layer = Layer::RainMask,
      .name = "rain-mask",
      .title = QT_TRANSLATE_NOOP("QObject", "Rain mask"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "rain mask"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "Where the degradation lies: E_R is measured there, E_B beside it"),
      .needs = {.clean = true},
      .hasOpacity = false},
     {.layer = Layer::Removed,
      .name = "removed",
      .title = QT_TRANSLATE_NOOP("QObject", "Removed: input − output"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "removed"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "What the network has taken away: red where it darkens"),
      .needs = {.clean = true},
      .hasOpacity = false},
     {.layer = Layer::LeftOver,
      .name = "left-over",
      .title = QT_TRANSLATE_NOOP("QObject", "Left over: output − reference where it rains"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "left over"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "What is left of the degradation, red, or was taken beside it, blue"),
      .needs = {.clean = true},
      .hasOpacity = false},
     {.layer = Layer::Background,
      .name = "background-error",
      .title = QT_TRANSLATE_NOOP("QObject", "Background error: output − reference beside the rain"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "background error"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "What the network has changed where nothing was to be removed"),
      .needs = {.clean = true},
      .hasOpacity = false}});

[[nodiscard]] constexpr const LayerRow& layerRow(Layer layer) {
    return layerTable[static_cast<std::size_t>(layer)];
}

/// The explanation, then what the layer needs, for a tool tip; in the words for networks that keep the size or not.
[[nodiscard]] QString layerHelp(const LayerRow& row, bool keepsSize = false);
[[nodiscard]] QString layerTitle(const LayerRow& row, bool keepsSize);
[[nodiscard]] QString layerShortTitle(const LayerRow& row, bool keepsSize);

/// Why a layer cannot be chosen now, a sentence that says what to do; empty if it can.
[[nodiscard]] QString whyUnavailable(const LayerRow& row, const Session& session);

}  // namespace lamscope::ui
