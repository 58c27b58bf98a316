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

/// What is compared with networks of random weights, and their input.
struct TrainedNetwork {
    std::string name;
    LowResolutionPair pair;
    std::vector<LamResult> maps;  // patch by patch
};

std::vector<TrainedNetwork> networksOf(LamDocument trained, const LamRunOptions& options) {
    const auto images = readImages(options);
    const auto patches = patchesOf(options).size();
    std::vector<TrainedNetwork> networks;
    for (std::size_t i = 0; i < trained.results.size(); ++i) {
        auto& [card, result, attributionFile, mapFile] = trained.results[i];
        if (i % patches == 0) {
            networks.push_back({.name = card.name, .pair = imagesFor(images, options, card.scale), .maps = {}});
        }
        networks.back().maps.push_back(std::move(result));
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

std::optional<SanityRun> runSanity(const LamRunOptions& options, int draws, const std::stop_token& stop,
                                   const LamRunCallback& progress) {
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
    auto trained = runLam(options, stop, report);
    if (!trained) {
        return std::nullopt;
    }
    SanityRun result{.maps = {}, .warnings = warningsOf(*trained)};
    const auto networks = networksOf(*std::move(trained), options);
    std::vector<std::vector<RandomisedMap>> maps(networks.size()
                                                 * patchesOf(options).size());  // of a network and patch
    BatchCalibration batches(BatchCalibration::defaultFile());
    const EvaluationOptions evaluation{.batches = &batches};
    const auto plan = makePlan(options.lam);
    const auto patches = patchesOf(options);
    for (const auto& randomisation : randomisations) {
        ++run;
        auto list = maps.begin();
        for (std::size_t i = 0; i < networks.size(); ++i) {
            const auto& network = networks[i];
            const ComputeMaps compute = [&](const SrModel& model) {
                return computeMaps(model, network.pair, patches, plan, evaluation, stop,
                                   [&](std::int64_t done, std::int64_t planned) {
                                       report({i, networks.size(), network.name, done, planned});
                                   });
            };
            const auto effects = effectsOfRandomising(loadModel(options.models[i], options.device), randomisation,
                                                      network.maps, compute);
            if (!effects) {
                return std::nullopt;
            }
            for (std::size_t p = 0; p < effects->size(); ++p) {
                const auto& effect = effects->at(p);
                list++->push_back({.network = network.name,
                                   .patch = network.maps[p].patch,
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
    for (auto& each : maps) {
        std::ranges::move(each, std::back_inserter(result.maps));
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
