// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/option_table.h"
#include "scene/experiment.h"

namespace lamscope {

/// The recipe of an effective receptive field (ERF).
enum class ErfPreset {
    /// As the published scripts of RepLKNet and MambaIR: ReLU of the gradient, mean over the images, squares on a
    /// logarithmic scale.
    Official,
    /// Absolute gradient, every image with the weight 1, squares on the map's own scale, with standard errors.
    Exact,
};

/// What is differentiated.
enum class ErfCentre {
    Pixel,  ///< one SR pixel
    Cell,   ///< each of the scale x scale SR pixels of one LR pixel, one after the other; the map is the mean
};

struct ErfOptions {
    ErfPreset preset = ErfPreset::Exact;
    int side = 64;                      ///< N, side of the crop that the network sees, LR pixels
    int images = 50;                    ///< the most images that the mean is over
    std::optional<ErfCentre> centre{};  ///< unset: the preset's, see centreOf()
    /// Shares of the map, ascending, each above 0 and below 1. A square is sought that holds more than that.
    std::vector<double> thresholds{0.2, 0.3, 0.5, 0.99};

    friend bool operator==(const ErfOptions&, const ErfOptions&) = default;
};

/// The option, or the preset's: official a pixel, exact a cell.
[[nodiscard]] ErfCentre centreOf(const ErfOptions& options);

[[nodiscard]] std::string_view toString(ErfPreset preset);
[[nodiscard]] std::string_view toString(ErfCentre centre);

/// The options in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<ErfOptions>>& erfOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range and for thresholds that are not as stated above.
void checkErfOptions(const ErfOptions& options);

/// The options of an experiment of this method. Options that are not there have their defaults. Throws
/// Error(InvalidArgument) for an experiment of another method, naming an option that is unknown or of the wrong type,
/// and as checkErfOptions().
[[nodiscard]] ErfOptions erfOptionsOf(const Experiment& experiment);

/// Makes it an experiment of this method with these options.
void setErfOptions(Experiment& experiment, const ErfOptions& options);

}  // namespace lamscope
