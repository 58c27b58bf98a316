// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/option_table.h"
#include "method/lam/lam_options.h"
#include "scene/experiment.h"

namespace lamscope {

/// Which numbers are measured.
struct FaithfulnessParts {
    bool curves = true;       ///< insertion and deletion
    bool infidelity = true;   ///< of squares
    bool sensitivity = true;  ///< the dear one: maps of perturbed images

    friend bool operator==(const FaithfulnessParts&, const FaithfulnessParts&) = default;
};

/// How the faithfulness of maps is measured.
struct FaithfulnessOptions {
    int points = 32;                             ///< M, steps of a curve after its start
    int random = 10;                             ///< R, random orders that the map is compared with
    int square = 8;                              ///< q, side of the squares of the infidelity, LR pixels
    int stride = 4;                              ///< t, from square to square, LR pixels
    std::vector<double> radii{0.02, 0.5 / 255};  ///< ρ of sensitivity-max, of [0, 1]; the second is what 8 bits hide
    int draws = 10;                              ///< K, perturbed images a radius
    FaithfulnessParts parts{};
    /// A NumPy file with the attribution that is judged, see readAttribution(); empty: the network's own LAM.
    std::string attribution{};

    friend bool operator==(const FaithfulnessOptions&, const FaithfulnessOptions&) = default;
};

/// The options in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<FaithfulnessOptions>>& faithfulnessOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range, a radius that is not above 0, and where nothing is
/// left to measure.
void checkFaithfulnessOptions(const FaithfulnessOptions& options);

/// The options of an experiment of this method. Options that are not there have their defaults. Throws
/// Error(InvalidArgument) for an experiment of another method, naming an option that is unknown or of the wrong type,
/// and as checkFaithfulnessOptions().
[[nodiscard]] FaithfulnessOptions faithfulnessOptionsOf(const Experiment& experiment);

/// The experiment of the method LAM whose maps an experiment of this method judges: the same scenes and networks.
/// Throws Error(InvalidArgument) for an experiment of another method.
[[nodiscard]] Experiment judgedExperiment(const Experiment& experiment);

/// Makes it an experiment of this method with these options; of LAM's, `patch` is not kept.
void setFaithfulnessOptions(Experiment& experiment, const LamOptions& lam, const FaithfulnessOptions& options);

}  // namespace lamscope
