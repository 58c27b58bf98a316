// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/sanity_run.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/csv_field.h"
#include "base/error.h"
#include "base/table_text.h"
#include "method/lam/batch_calibration.h"
#include "study/run_maps.h"

namespace lamscope {

namespace {

/// What is compared with networks of random weights, and their input: a network on one image.
struct TrainedNetwork {
    ModelSpec spec;
    std::string name;
    LowResolutionPair pair;
    std::vector<PlacedPatch> patches;
    std::vector<LamResult> maps;  // patch by patch
};

/// Image by image, network by network. @param trained of that experiment, a document a scene.
std::vector<TrainedNetwork> networksOf(std::vector<LamDocument> trained, const Experiment& experiment) {
    const auto specs = shownNetworks(experiment);
    std::vector<TrainedNetwork> networks;
    for (auto& document : trained) {
        const auto& scene = document.scene();
        const auto images = readImages(scene);
        for (std::size_t i = 0; i < document.results.size(); ++i) {
            auto& [card, result, attributionFile, mapFile, restoration] = document.results[i];
            const auto patches = scene.boxes.size();
            if (i % patches == 0) {
                networks.push_back({.spec = specs[i / patches],
                                    .name = card.name,
                                    .pair = imagesFor(images, scene, card.scale),
                                    .patches = {},
                                    .maps = {}});
            }
            networks.back().patches.push_back({result.patch, result.context});
            networks.back().maps.push_back(std::move(result));
        }
    }
    return networks;
}

/// Draw by draw, from Last to All.
std::vector<Randomisation> randomisationsOf(int draws) {
    std::vector<Randomisation> all;
    for (int draw = 0; draw < draws; ++draw) {
        for (const auto layers : everyRandomisation) {
            auto& next = all.emplace_back();
            next.layers = layers;
            next.seed += static_cast<std::uint64_t>(draw);
        }
    }
    return all;
}

double signedOf(const RandomisedMap& map) {
    return map.correlation ? map.correlation->signedMaps : std::numeric_limits<double>::quiet_NaN();
}

double unsignedOf(const RandomisedMap& map) {
    return map.correlation ? map.correlation->unsignedMaps : std::numeric_limits<double>::quiet_NaN();
}

const char* verdictOn(const RandomisedMap& map) {
    if (!map.correlation) {
        return "-";
    }
    return dependsOnWeights(map.correlation->signedMaps) ? "depends on them" : "hardly changes";
}

}  // namespace

std::optional<SanityRun> runSanity(const Experiment& experiment, const LamRunSettings& settings, int draws,
                                   const std::stop_token& stop, const LamRunCallback& progress) {
    if (draws < 1) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("weights cannot be drawn {} times", draws));
    }
    const auto randomisations = randomisationsOf(draws);
    const std::size_t runs = 1 + randomisations.size();
    std::size_t run = 0;
    const auto report = [&](LamRunProgress state) {
        if (progress) {
            state.model += run * state.models;
            state.models *= runs;
            progress(state);
        }
    };
    auto trained = runLam(experiment, settings, stop, report);
    if (!trained) {
        return std::nullopt;
    }
    SanityRun result;
    for (const auto& document : *trained) {
        std::ranges::move(warningsOf(document), std::back_inserter(result.warnings));
    }
    const auto plan = trained->front().plan;
    const auto networks = networksOf(*std::move(trained), experiment);
    std::vector<std::vector<std::vector<RandomisedMap>>> maps(networks.size());  // of a network and patch
    BatchCalibration batches(BatchCalibration::defaultFile());
    const EvaluationOptions evaluation{.batches = &batches};
    for (const auto& randomisation : randomisations) {
        ++run;
        for (std::size_t i = 0; i < networks.size(); ++i) {
            const auto& network = networks[i];
            const ComputeMaps compute = [&](const SrModel& model) {
                return computeMaps(model, network.pair, network.patches, plan, evaluation, stop,
                                   [&](std::int64_t done, std::int64_t planned) {
                                       report({i, networks.size(), network.name, done, planned});
                                   });
            };
            const auto effects =
                effectsOfRandomising(loadModel(network.spec, settings.device), randomisation, network.maps, compute);
            if (!effects) {
                return std::nullopt;
            }
            maps[i].resize(effects->size());
            for (std::size_t p = 0; p < effects->size(); ++p) {
                const auto& effect = effects->at(p);
                maps[i][p].push_back({.network = network.name,
                                      .patch = network.patches[p].patch,
                                      .randomisation = randomisation,
                                      .correlation = effect.correlation,
                                      .completenessError = effect.completenessError});
                for (const auto& warning : effect.warnings) {
                    result.warnings.push_back(fmt::format("{} with random weights ({}, seed {}): {}", network.name,
                                                          toString(randomisation.layers), randomisation.seed, warning));
                }
            }
        }
    }
    for (auto& ofNetwork : maps) {
        for (auto& ofPatch : ofNetwork) {
            std::ranges::move(ofPatch, std::back_inserter(result.maps));
        }
    }
    return result;
}

std::string toCsv(const std::vector<RandomisedMap>& maps) {
    std::string text =
        "network,patch_x,patch_y,patch_size,randomised,seed,correlation,unsigned_correlation,completeness_error\n";
    for (const auto& map : maps) {
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{}\n", csvField(map.network), map.patch.x, map.patch.y, map.patch.size,
                        toString(map.randomisation.layers), map.randomisation.seed, csvNumber(signedOf(map)),
                        csvNumber(unsignedOf(map)), csvNumber(orNan(map.completenessError)));
    }
    return text;
}

std::string toText(const std::vector<RandomisedMap>& maps) {
    std::vector<std::vector<std::string>> rows{
        {"network", "patch", "randomised", "seed", "correlation", "unsigned", "compl. %", "the map"}};
    for (const auto& map : maps) {
        rows.push_back({map.network, fmt::format("{},{},{}", map.patch.x, map.patch.y, map.patch.size),
                        std::string(toString(map.randomisation.layers)), std::to_string(map.randomisation.seed),
                        cellText(signedOf(map), "{:.3f}"), cellText(unsignedOf(map), "{:.3f}"),
                        cellText(100.0 * orNan(map.completenessError), "{:+.2f}"), verdictOn(map)});
    }
    return aligned(rows);
}

}  // namespace lamscope
