// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/view_settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/option_table.h"
#include "scene/experiment.h"
#include "session/layer_table.h"

namespace lamscope::ui {

namespace {

constexpr auto layers = [] {
    std::array<OptionChoice<Layer>, layerTable.size()> choices{};
    std::ranges::transform(layerTable, choices.begin(), [](const LayerRow& row) {
        return OptionChoice<Layer>{row.layer, {row.name}};
    });
    return choices;
}();
constexpr auto overlayStyles = std::to_array<OptionChoice<OverlayStyle>>(
    {{OverlayStyle::FollowMap, {"follow-map"}}, {OverlayStyle::HalfAndHalf, {"half-and-half"}}});
constexpr auto normalisations =
    std::to_array<OptionChoice<Normalisation>>({{Normalisation::Own, {"own"}}, {Normalisation::Shared, {"shared"}}});

/// A setting that is not known changes no number: it is passed over. Throws nlohmann::json::exception for a value of
/// the wrong type.
void setSetting(ViewSettings& view, const std::string& name, const nlohmann::ordered_json& value) {
    if (name == "layer") {
        view.layer = layerFromString(value.get<std::string>());
    } else if (name == "overlay") {
        view.overlay = overlayStyleFromString(value.get<std::string>());
    } else if (name == "overlay_on_lr") {
        view.overlayOnLr = value.get<bool>();
    } else if (name == "opacity") {
        view.opacity = value.get<double>();
    } else if (name == "colour_map") {
        view.colourMap = value.get<std::string>();
    } else if (name == "normalisation") {
        view.normalisation = normalisationFromString(value.get<std::string>());
    } else if (name == "areas_of_interest") {
        view.areasOfInterest = value.get<bool>();
    } else if (name == "di_map_stride") {
        view.diMapStride = std::max(value.get<int>(), 0);
    }
}

}  // namespace

std::string_view toString(Layer layer) {
    return choiceName(layers, layer);
}

std::string_view toString(OverlayStyle style) {
    return choiceName(overlayStyles, style);
}

std::string_view toString(Normalisation normalisation) {
    return choiceName(normalisations, normalisation);
}

Layer layerFromString(std::string_view name) {
    return choiceNamed(layers, "layer", name);
}

OverlayStyle overlayStyleFromString(std::string_view name) {
    return choiceNamed(overlayStyles, "overlay style", name);
}

Normalisation normalisationFromString(std::string_view name) {
    return choiceNamed(normalisations, "normalisation", name);
}

ViewSettings viewOf(const Experiment& experiment) {
    ViewSettings view;
    for (const auto& [name, value] : experiment.view.items()) {
        try {
            setSetting(view, name, value);
        } catch (const nlohmann::json::exception&) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the view's setting '{}' cannot be {}", name, value.dump()));
        }
    }
    return view;
}

void setView(Experiment& experiment, const ViewSettings& view) {
    experiment.view = {{"layer", toString(view.layer)},
                       {"overlay", toString(view.overlay)},
                       {"overlay_on_lr", view.overlayOnLr},
                       {"opacity", view.opacity},
                       {"colour_map", view.colourMap},
                       {"normalisation", toString(view.normalisation)},
                       {"areas_of_interest", view.areasOfInterest},
                       {"di_map_stride", view.diMapStride}};
}

}  // namespace lamscope::ui
