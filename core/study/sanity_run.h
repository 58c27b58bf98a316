// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/lam/parameter_randomisation.h"
#include "method/lam/signed_map.h"
#include "study/lam_run.h"

namespace lamscope {

/// How far one network's map changes when weights are randomised.
struct RandomisedMap {
    std::string network;  ///< unique name, as in LamDocument
    Patch patch;
    Randomisation randomisation;
    /// With the trained network's map, see correlationOf(). The signed one decides, see dependsOnWeights(); unsigned
    /// maps share the box and the reach in any case.
    std::optional<MapCorrelation> correlation;
    std::optional<double> completenessError;  ///< of the map under random weights, see LamResult
};

struct SanityRun {
    /// Image by image, network by network, patch by patch, draw by draw, from Last to All.
    std::vector<RandomisedMap> maps;
    std::vector<std::string> warnings;  ///< warningsOf() the trained networks' maps, then about randomised ones
};

/// Maps of all networks with the last layer, half of the layers and all of them randomised, compared with the trained
/// networks' (Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018).
/// @param experiment as for runLam(), without a grid.
/// @param settings   as for runLam().
/// @param draws      how often weights are drawn, at least 1, with seeds from that of Randomisation upwards.
/// @return nullopt when stopped. Throws as runLam() and withRandomParameters(), and Error(InvalidArgument) for `draws`.
[[nodiscard]] std::optional<SanityRun> runSanity(const Experiment& experiment, const LamRunSettings& settings,
                                                 int draws, const std::stop_token& stop = {},
                                                 const LamRunCallback& progress = {});

/// A header line, then a line a map, comma-separated (RFC 4180); values that are not defined are empty.
[[nodiscard]] std::string toCsv(const std::vector<RandomisedMap>& maps);

/// The same for a terminal: aligned columns, rounded for reading, with what each correlation says.
[[nodiscard]] std::string toText(const std::vector<RandomisedMap>& maps);

}  // namespace lamscope
