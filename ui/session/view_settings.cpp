// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/view_settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "session/layer_table.h"
#include "session/value_names.h"

namespace lamscope::ui {

namespace {

constexpr auto layers = [] {
    std::array<std::pair<Layer, std::string_view>, layerTable.size()> names;
    std::ranges::transform(layerTable, names.begin(),
                           [](const LayerRow& row) { return std::pair(row.layer, row.name); });
    return names;
}();
constexpr std::array<std::pair<OverlayStyle, std::string_view>, 2> overlayStyles{
    {{OverlayStyle::FollowMap, "follow-map"}, {OverlayStyle::HalfAndHalf, "half-and-half"}}};
constexpr std::array<std::pair<Normalisation, std::string_view>, 2> normalisations{
    {{Normalisation::Own, "own"}, {Normalisation::Shared, "shared"}}};

}  // namespace

std::string_view toString(Layer layer) {
    return nameOf(layers, layer);
}

std::string_view toString(OverlayStyle style) {
    return nameOf(overlayStyles, style);
}

std::string_view toString(Normalisation normalisation) {
    return nameOf(normalisations, normalisation);
}

Layer layerFromString(std::string_view name) {
    return valueOf(layers, "layer", name);
}

OverlayStyle overlayStyleFromString(std::string_view name) {
    return valueOf(overlayStyles, "overlay style", name);
}

Normalisation normalisationFromString(std::string_view name) {
    return valueOf(normalisations, "normalisation", name);
}

}  // namespace lamscope::ui
