// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/view_settings.h"

#include <array>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "error.h"

namespace lamscope::ui {

namespace {

template <typename Value>
using Names = std::span<const std::pair<Value, std::string_view>>;

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

template <typename Value>
std::string_view nameOf(Names<Value> names, Value value) {
    for (const auto& [candidate, name] : names) {
        if (candidate == value) {
            return name;
        }
    }
    return {};
}

template <typename Value>
Value valueOf(Names<Value> names, std::string_view what, std::string_view wanted) {
    std::vector<std::string_view> known;
    for (const auto& [value, name] : names) {
        if (name == wanted) {
            return value;
        }
        known.push_back(name);
    }
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("unknown {} '{}'; known: {}", what, wanted, fmt::join(known, ", ")));
}

}  // namespace

std::string_view toString(Layer layer) {
    return nameOf(Names<Layer>(layers), layer);
}

std::string_view toString(OverlayStyle style) {
    return nameOf(Names<OverlayStyle>(overlayStyles), style);
}

std::string_view toString(Normalisation normalisation) {
    return nameOf(Names<Normalisation>(normalisations), normalisation);
}

Layer layerFromString(std::string_view name) {
    return valueOf(Names<Layer>(layers), "layer", name);
}

OverlayStyle overlayStyleFromString(std::string_view name) {
    return valueOf(Names<OverlayStyle>(overlayStyles), "overlay style", name);
}

Normalisation normalisationFromString(std::string_view name) {
    return valueOf(Names<Normalisation>(normalisations), "normalisation", name);
}

}  // namespace lamscope::ui
