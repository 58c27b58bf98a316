// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/view_settings.h"

#include <array>
#include <utility>

#include "session/value_names.h"

namespace lamscope::ui {

namespace {

constexpr std::array<std::pair<Layer, std::string_view>, 8> layers{{{Layer::Sr, "sr"},
                                                                    {Layer::Map, "map"},
                                                                    {Layer::Overlay, "overlay"},
                                                                    {Layer::Signed, "signed"},
                                                                    {Layer::Area, "area"},
                                                                    {Layer::Difference, "difference"},
                                                                    {Layer::HrWithBox, "hr-with-box"},
                                                                    {Layer::DiMap, "di-map"}}};
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
