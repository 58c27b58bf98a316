// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/sanity_run.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "attribution/signed_map.h"
#include "csv_field.h"
#include "error.h"
#include "metrics/correlation.h"
#include "table_text.h"

namespace lamscope {

namespace {

constexpr std::array allLayers{RandomisedLayers::Last, RandomisedLayers::Half, RandomisedLayers::All};

/// nullopt where it is not defined: a map vanishes, or random weights let it overflow.
std::optional<double> correlationOf(std::span<const double> first, std::span<const double> second) {
    try {
        return pearsonCorrelation(first, second);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// `maps`: a list for each trained result.
void addMaps(std::vector<std::vector<RandomisedMap>>& maps, const LamDocument& trained, const LamDocument& random,
             const Randomisation& randomisation) {
    for (std::size_t i = 0; i < trained.results.size(); ++i) {
        const auto& before = trained.results[i].result;
        const auto& after = random.results[i].result;
        maps[i].push_back({.network = trained.results[i].card.name,
                           .patch = before.patch,
                           .randomisation = randomisation,
                           .correlation = correlationOf(signedMap(before), signedMap(after)),
                           .unsignedCorrelation = correlationOf(before.map, after.map),
                           .completenessError = after.completenessError});
    }
}

const char* verdictOn(const RandomisedMap& map) {
    if (!map.correlation) {
        return "-";
    }
    return *map.correlation < acceptedCorrelation ? "depends on them" : "hardly changes";
}

}  // namespace

std::optional<std::vector<RandomisedMap>> runSanity(const LamRunOptions& options, int draws,
                                                    const std::stop_token& stop, const LamRunCallback& progress) {
    const std::size_t runs = 1 + allLayers.size() * static_cast<std::size_t>(draws);
    std::size_t run = 0;
    const auto compute = [&](const std::optional<Randomisation>& randomisation) {
        auto own = options;
        own.randomisation = randomisation;
        auto document = runLam(own, stop, [&](LamRunProgress state) {
            if (progress) {
                state.model += run * state.models;
                state.models *= runs;
                progress(state);
            }
        });
        ++run;
        return document;
    };
    const auto trained = compute(std::nullopt);
    if (!trained) {
        return std::nullopt;
    }
    std::vector<std::vector<RandomisedMap>> maps(trained->results.size());
    for (int draw = 0; draw < draws; ++draw) {
        for (const auto layers : allLayers) {
            Randomisation randomisation{.layers = layers};
            randomisation.seed += static_cast<std::uint64_t>(draw);
            const auto random = compute(randomisation);
            if (!random) {
                return std::nullopt;
            }
            addMaps(maps, *trained, *random, randomisation);
        }
    }
    std::vector<RandomisedMap> all;
    for (auto& list : maps) {
        std::ranges::move(list, std::back_inserter(all));
    }
    return all;
}

std::string toCsv(const std::vector<RandomisedMap>& maps) {
    std::string text =
        "network,patch_x,patch_y,patch_size,randomised,seed,correlation,unsigned_correlation,completeness_error\n";
    for (const auto& map : maps) {
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{}\n", csvField(map.network), map.patch.x, map.patch.y, map.patch.size,
                        toString(map.randomisation.layers), map.randomisation.seed, csvNumber(orNan(map.correlation)),
                        csvNumber(orNan(map.unsignedCorrelation)), csvNumber(orNan(map.completenessError)));
    }
    return text;
}

std::string toText(const std::vector<RandomisedMap>& maps) {
    std::vector<std::vector<std::string>> rows{
        {"network", "patch", "randomised", "correlation", "unsigned", "compl. %", "the map"}};
    for (const auto& map : maps) {
        rows.push_back({map.network, fmt::format("{},{}", map.patch.x, map.patch.y),
                        std::string(toString(map.randomisation.layers)), cellText(orNan(map.correlation), "{:.3f}"),
                        cellText(orNan(map.unsignedCorrelation), "{:.3f}"),
                        cellText(100.0 * orNan(map.completenessError), "{:+.2f}"), verdictOn(map)});
    }
    return aligned(rows);
}

}  // namespace lamscope
