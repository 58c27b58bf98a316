// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/sanity_run.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "base/csv_field.h"
#include "base/error.h"
#include "base/table_text.h"

namespace lamscope {

namespace {

std::vector<NamedLamResult> resultsOf(std::vector<LamDocument> documents) {
    std::vector<NamedLamResult> results;
    for (auto& document : documents) {
        std::ranges::move(document.results, std::back_inserter(results));
    }
    return results;
}

/// `maps`: a list for each trained result.
void compare(std::vector<std::vector<RandomisedMap>>& maps, const std::vector<NamedLamResult>& trained,
             const std::vector<NamedLamResult>& random, const Randomisation& randomisation) {
    for (std::size_t i = 0; i < trained.size(); ++i) {
        const auto& before = trained[i].result;
        const auto& after = random[i].result;
        maps[i].push_back({.network = trained[i].card.name,
                           .patch = before.patch,
                           .randomisation = randomisation,
                           .correlation = correlationOf(before, after),
                           .completenessError = after.completenessError});
    }
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
    const std::size_t runs = 1 + everyRandomisation.size() * static_cast<std::size_t>(draws);
    std::size_t run = 0;
    const auto compute = [&](const std::optional<Randomisation>& randomisation) {
        auto own = settings;
        own.randomisation = randomisation;
        auto documents = runLam(experiment, own, stop, [&](LamRunProgress state) {
            if (progress) {
                state.model += run * state.models;
                state.models *= runs;
                progress(state);
            }
        });
        ++run;
        return documents;
    };
    auto documents = compute(std::nullopt);
    if (!documents) {
        return std::nullopt;
    }
    SanityRun result;
    for (const auto& document : *documents) {
        std::ranges::move(warningsOf(document), std::back_inserter(result.warnings));
    }
    const auto trained = resultsOf(*std::move(documents));
    std::vector<std::vector<RandomisedMap>> maps(trained.size());
    for (int draw = 0; draw < draws; ++draw) {
        for (const auto layers : everyRandomisation) {
            Randomisation randomisation{.layers = layers};
            randomisation.seed += static_cast<std::uint64_t>(draw);
            auto randomised = compute(randomisation);
            if (!randomised) {
                return std::nullopt;
            }
            const auto random = resultsOf(*std::move(randomised));
            compare(maps, trained, random, randomisation);
            for (const auto& [card, lam, attributionFile, mapFile] : random) {
                for (const auto& warning : lam.warnings) {
                    result.warnings.push_back(fmt::format("{} with random weights ({}, seed {}): {}", card.name,
                                                          toString(layers), randomisation.seed, warning));
                }
            }
        }
    }
    for (auto& list : maps) {
        std::ranges::move(list, std::back_inserter(result.maps));
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
