// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of the panes: menu, toolbar, key L, session files, exported pictures and panes read this list.
#pragma once

#include <QObject>
#include <QString>
#include <array>
#include <cstddef>
#include <string_view>

#include "session/view_settings.h"

namespace lamscope::ui {

/// What the colours of a layer stand for.
enum class LayerScale {
    None,      ///< the layer is an image: no colour bar
    Unsigned,  ///< one value a pixel of the map, 0…1
    Signed,    ///< one value a pixel of the map, −1…1, diverging around zero
    Density,   ///< outlines at shares of the map's largest density
    Index,     ///< diffusion indices
    Share,     ///< shares of a field, logarithmic, downwards from the largest
    SrError,   ///< one value a pixel of the SR image, 8-bit levels, diverging around zero
};

/// How a layer lies on the SR or LR image.
enum class LayerCover {
    Image,        ///< the layer is the image
    Opaque,       ///< the image is seen only outside the context
    Translucent,  ///< over the SR image, or over the LR image where the user wants it
};

/// What a layer shows nothing without.
struct LayerNeeds {
    bool map = false;        ///< a map of the network
    bool reference = false;  ///< a reference network with a map
    bool hr = false;         ///< the HR image; without it the LR image stands in
};

struct LayerRow {
    Layer layer;
    std::string_view name;    ///< in session files and in names of exported pictures; never renamed
    const char* title;        ///< in the menu
    const char* shortTitle;   ///< on the toolbar
    const char* explanation;  ///< what is seen, one phrase
    LayerNeeds needs;
    LayerScale scale;
    LayerCover cover;
    bool hasOpacity;  ///< the opacity of ViewSettings changes the layer
};

/// In the order of Layer, which is that of the menu and of the key L.
inline constexpr std::array<LayerRow, 10> layerTable{
    {{.layer = Layer::Sr,
      .name = "sr",
      .title = QT_TRANSLATE_NOOP("QObject", "SR image"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "SR image"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "What the network makes of the LR image"),
      .needs = {},
      .scale = LayerScale::None,
      .cover = LayerCover::Image,
      .hasOpacity = false},
     {.layer = Layer::Map,
      .name = "map",
      .title = QT_TRANSLATE_NOOP("QObject", "Map"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "map"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "Which LR pixels the patch was made from, on white"),
      .needs = {.map = true},
      .scale = LayerScale::Unsigned,
      .cover = LayerCover::Opaque,
      .hasOpacity = false},
     {.layer = Layer::Overlay,
      .name = "overlay",
      .title = QT_TRANSLATE_NOOP("QObject", "Overlay"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "overlay"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The map over the SR or the LR image"),
      .needs = {.map = true},
      .scale = LayerScale::Unsigned,
      .cover = LayerCover::Translucent,
      .hasOpacity = true},
     {.layer = Layer::Signed,
      .name = "signed",
      .title = QT_TRANSLATE_NOOP("QObject", "Signed attribution"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "signed attribution"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "Which LR pixels raised the detector's value, and which lowered it"),
      .needs = {.map = true},
      .scale = LayerScale::Signed,
      .cover = LayerCover::Opaque,
      .hasOpacity = false},
     {.layer = Layer::Area,
      .name = "area",
      .title = QT_TRANSLATE_NOOP("QObject", "Area of contribution"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "area of contribution"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "How far the network looks: contours of the map's density"),
      .needs = {.map = true},
      .scale = LayerScale::Density,
      .cover = LayerCover::Translucent,
      .hasOpacity = false},
     {.layer = Layer::Difference,
      .name = "difference",
      .title = QT_TRANSLATE_NOOP("QObject", "Difference to the reference network"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "difference to reference"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The map minus the reference network's map"),
      .needs = {.map = true, .reference = true},
      .scale = LayerScale::Signed,
      .cover = LayerCover::Opaque,
      .hasOpacity = false},
     {.layer = Layer::HrWithBox,
      .name = "hr-with-box",
      .title = QT_TRANSLATE_NOOP("QObject", "HR with box"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "HR with box"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The HR image with the patch, as the LAM paper prints it"),
      .needs = {.hr = true},
      .scale = LayerScale::None,
      .cover = LayerCover::Image,
      .hasOpacity = false},
     {.layer = Layer::SrError,
      .name = "sr-error",
      .title = QT_TRANSLATE_NOOP("QObject", "Difference of SR to HR"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "SR − HR"),
      .explanation =
          QT_TRANSLATE_NOOP("QObject", "Where the SR image is too bright or too dark, with the patch's PSNR"),
      .needs = {.hr = true},
      .scale = LayerScale::SrError,
      .cover = LayerCover::Image,
      .hasOpacity = false},
     {.layer = Layer::ErfHere,
      .name = "erf-here",
      .title = QT_TRANSLATE_NOOP("QObject", "ERF here"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "ERF here"),
      .explanation = QT_TRANSLATE_NOOP("QObject",
                                       "How strongly each LR pixel influences the one in the middle of the box "
                                       "(effective receptive field), with the square that holds 99 %"),
      .needs = {},
      .scale = LayerScale::Share,
      .cover = LayerCover::Translucent,
      .hasOpacity = true},
     {.layer = Layer::DiMap,
      .name = "di-map",
      .title = QT_TRANSLATE_NOOP("QObject", "DI map of the whole image"),
      .shortTitle = QT_TRANSLATE_NOOP("QObject", "DI map"),
      .explanation = QT_TRANSLATE_NOOP("QObject", "The diffusion index of every patch of a grid over the image"),
      .needs = {},
      .scale = LayerScale::Index,
      .cover = LayerCover::Translucent,
      .hasOpacity = true}}};

[[nodiscard]] constexpr const LayerRow& layerRow(Layer layer) {
    return layerTable[static_cast<std::size_t>(layer)];
}

/// The explanation, then what the layer needs, for a tool tip.
[[nodiscard]] QString layerHelp(const LayerRow& row);

}  // namespace lamscope::ui
