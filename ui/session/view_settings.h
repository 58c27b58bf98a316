// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lamscope {
struct Experiment;
}

namespace lamscope::ui {

/// What a network's pane shows; layerTable has a row for each.
enum class Layer {
    Sr,          ///< the SR image
    Map,         ///< the attribution map on white
    Overlay,     ///< the map over the SR or the LR image
    Signed,      ///< the signed attribution, summed over RGB, diverging around zero
    Area,        ///< area of contribution: density contours over the image
    Difference,  ///< map minus the reference network's map, diverging around zero
    HrWithBox,   ///< the HR image (the LR where HR is not known) with the box, as the paper prints it
    SrError,     ///< SR minus HR, diverging around zero
    ErfHere,     ///< the effective receptive field of the LR pixel in the box's middle
    DiMap,       ///< the diffusion index of every patch of a grid over the image
    Rain,        ///< input minus clean image: rain, or what else makes the input worse
    RainMask,    ///< where that lies
    Removed,     ///< input minus output
    LeftOver,    ///< output minus clean image where the degradation lies
    Background,  ///< the same beside it
};

enum class OverlayStyle {
    FollowMap,    ///< opacity follows the map: the image keeps its contrast where nothing is attributed
    HalfAndHalf,  ///< the paper's: half map on white, half image
};

enum class Normalisation {
    Own,     ///< each map divided by its own maximum
    Shared,  ///< all maps divided by the largest attribution among the networks shown
};

/// How the panes look; nothing here changes a number of a patch.
struct ViewSettings {
    Layer layer = Layer::Overlay;
    OverlayStyle overlay = OverlayStyle::FollowMap;
    bool overlayOnLr = false;             ///< the image under the overlay is the LR, not the SR
    double opacity = 1.0;                 ///< of the overlay, 0…1
    std::string colourMap = "white-red";  ///< a name of colourMapNames()
    Normalisation normalisation = Normalisation::Own;
    bool areasOfInterest = false;  ///< the input pane shows where most networks look and where only few do
    int diMapStride = 0;           ///< of Layer::DiMap, pixels of the box grid; 0: the box's size

    friend bool operator==(const ViewSettings&, const ViewSettings&) = default;
};

[[nodiscard]] std::string_view toString(Layer layer);
[[nodiscard]] std::string_view toString(OverlayStyle style);
[[nodiscard]] std::string_view toString(Normalisation normalisation);
/// The inverse. Throw Error(InvalidArgument) listing the known names.
[[nodiscard]] Layer layerFromString(std::string_view name);
[[nodiscard]] OverlayStyle overlayStyleFromString(std::string_view name);
[[nodiscard]] Normalisation normalisationFromString(std::string_view name);

/// The view of an experiment. Settings that are not there have their defaults, those of newer programs are passed over.
/// Throws Error(InvalidArgument) naming a setting that is of the wrong type.
[[nodiscard]] ViewSettings viewOf(const Experiment& experiment);
void setView(Experiment& experiment, const ViewSettings& view);

}  // namespace lamscope::ui
