// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "attribution/parameter_randomisation.h"
#include "study/lam_run.h"

namespace lamscope {

/// How far one network's map changes when weights are randomised.
struct RandomisedMap {
    std::string network;  ///< unique name, as in LamDocument
    Patch patch;
    Randomisation randomisation;
    // Pearson's correlation with the trained network's map, -1...1; nullopt where either map vanishes.
    std::optional<double> correlation;          ///< of signedMap(): decides, see acceptedCorrelation
    std::optional<double> unsignedCorrelation;  ///< of LamResult::map, which keeps the box and the reach in any case
    std::optional<double> completenessError;    ///< of the randomised network's map, see LamResult
};

/// Maps of all networks with the last layer, half of the layers and all of them randomised, compared with the trained
/// networks' (Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018).
/// @param options as for runLam(), without a grid; `randomisation` is unused.
/// @param draws   how often weights are drawn, at least 1; the first is that of the window's check.
/// @return the maps network by network, patch by patch, draw by draw; nullopt when stopped. Throws as runLam().
[[nodiscard]] std::optional<std::vector<RandomisedMap>> runSanity(const LamRunOptions& options, int draws,
                                                                  const std::stop_token& stop = {},
                                                                  const LamRunCallback& progress = {});

/// A header line, then a line a map, comma-separated (RFC 4180); values that are not defined are empty.
[[nodiscard]] std::string toCsv(const std::vector<RandomisedMap>& maps);

/// The same for a terminal: aligned columns, rounded for reading, with what each correlation says.
[[nodiscard]] std::string toText(const std::vector<RandomisedMap>& maps);

}  // namespace lamscope
