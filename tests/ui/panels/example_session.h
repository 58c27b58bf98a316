// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "session/session.h"

namespace lamscope::ui::test {

/// A result whose numbers follow from `diffusionIndex` and `difference` (ΔD): D rises with the cube of α from 1.
inline LamResult exampleResult(double diffusionIndex, double difference, int nodes = 27) {
    LamResult result;
    result.patch = {120, 120, 16};
    result.context = {0, 0, 64, 64};
    result.diffusionIndex = diffusionIndex;
    result.gini = 1.0 - diffusionIndex / 100.0;
    result.mass95Pixels = static_cast<std::int64_t>(90.0 * diffusionIndex);
    result.radiusPixels = 4.0 + diffusionIndex / 2.0;
    result.detectorBaseline = 1.0;
    result.detectorImage = 1.0 + difference;
    result.attributionSum = difference * 0.996;
    result.completenessError = -0.004;
    result.nodes = nodes;
    result.estimatedMapError = 0.03;
    result.seconds = 0.82;
    for (int i = 0; i < nodes; ++i) {
        const double alpha = (i + 0.5) / nodes;
        result.curves.alpha.push_back(alpha);
        result.curves.sigma.push_back(1.2 * (1.0 - alpha));
        result.curves.detector.push_back(1.0 + difference * std::pow(alpha, 3.0));
        result.curves.pathSpeed.push_back(2.0 + 6.0 * alpha);
        result.curves.cumulative.push_back(difference * std::pow(alpha, 3.0));
    }
    return result;
}

/// Adds a network that is ready, with a card of scale 4.
inline NetworkId addReady(Session& session, const std::string& file, std::int64_t parameters = 715176,
                          ReceptiveField field = {.global = false, .radius = 36, .evidence = "analytic"}) {
    const auto id = session.addNetwork(ModelSpec::parse(file));
    session.updateNetwork(id, [&](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Ready;
        entry.card.file = file;
        entry.card.architecture = "IMDN";
        entry.card.hyperparameters = {{"features", "64"}, {"blocks", "6"}};
        entry.card.sha256 = "e660c38221147217a136debeb99eb304d62d9c0f73ac421ed66281b619719714";
        entry.card.container = "torch-legacy";
        entry.card.scale = 4;
        entry.card.scales = {4};
        entry.card.parameters = parameters;
        entry.card.receptiveField = field;
    });
    return id;
}

inline void giveResult(Session& session, NetworkId id, const LamResult& result) {
    session.updateNetwork(id, [&](NetworkEntry& entry) {
        entry.result = std::make_shared<LamResult>(result);
        entry.stale = false;
    });
}

inline void makeStale(Session& session, NetworkId id) {
    session.updateNetwork(id, [](NetworkEntry& entry) { entry.stale = true; });
}

}  // namespace lamscope::ui::test
