// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/experiment.h"

namespace lamscope {

std::vector<ModelSpec> shownNetworks(const Experiment& experiment) {
    std::vector<ModelSpec> shown;
    for (const auto& network : experiment.networks) {
        if (network.shown) {
            shown.push_back(network.spec);
        }
    }
    return shown;
}

Experiment withoutTokens(Experiment experiment) {
    for (auto& network : experiment.networks) {
        network.spec = network.spec.withoutToken();
    }
    return experiment;
}

void noteNetworkHashes(Experiment& experiment, const std::vector<std::string>& sha256) {
    auto found = sha256.begin();
    for (auto& network : experiment.networks) {
        if (network.shown && found != sha256.end()) {
            network.sha256 = *found++;
        }
    }
}

std::vector<std::filesystem::path> filesOf(const Experiment& experiment) {
    std::vector<ModelSpec> specs;
    for (const auto& network : experiment.networks) {
        specs.push_back(network.spec);
    }
    auto files = filesOf(specs);
    for (const auto& scene : experiment.scenes) {
        files.push_back(scene.image);
        files.push_back(scene.reference);
        if (const auto& rain = scene.degradation.rain; rain && rain->range.name.ends_with(".json")) {
            files.emplace_back(rain->range.name);
        }
    }
    return files;
}

}  // namespace lamscope
