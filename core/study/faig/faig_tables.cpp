// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faig/faig_tables.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "study/command_words.h"

namespace lamscope {

namespace {

ResultValue scoreOf(const std::vector<double>& scores, int filter) {
    return scores.empty() ? ResultValue() : ResultValue(scores[static_cast<std::size_t>(filter)]);
}

const FaigDegradationResult* degradationNamed(const FaigDocument& document, const std::string& name) {
    const auto found = std::ranges::find_if(
        document.degradations, [&](const FaigDegradationResult& result) { return result.degradation.name == name; });
    return found == document.degradations.end() ? nullptr : &*found;
}

void addReadouts(ReportTable& table, const std::vector<FaigMasking>& masks, const FaigDocument& document) {
    for (const auto& mask : masks) {
        for (const auto& readout : mask.readouts) {
            std::string rule(toString(mask.rule));
            if (mask.rule == FilterRule::Faig && !mask.against && document.degradations.size() > 1) {
                rule += " alone";
            }
            table.rows.push_back({rule, mask.percent, std::int64_t{mask.filters},
                                  mask.seed ? ResultValue(static_cast<std::int64_t>(*mask.seed)) : ResultValue(),
                                  mask.lambda, readout.degradation, readout.psnr, valueIfKnown(readout.gainLost),
                                  valueIfKnown(readout.gradientMse)});
        }
    }
}

}  // namespace

ReportTable filterTable(const FaigDocument& document, int top, const std::vector<double>& changes) {
    ReportTable table{.columns = {{.key = "rank", .heading = "rank"},
                                  {.key = "filter", .heading = "filter"},
                                  {.key = "layer", .heading = "layer", .side = ColumnSide::Left},
                                  {.key = "out", .heading = "out"},
                                  {.key = "in", .heading = "in"},
                                  {.key = "score", .heading = "score", .decimals = -4, .withSign = true},
                                  {.key = "score_of", .heading = "for", .decimals = -4},
                                  {.key = "score_against", .heading = "against", .decimals = -4}},
                      .rows = {}};
    if (!changes.empty()) {
        table.columns.push_back({.key = "change", .heading = "Σ|Δθ|", .decimals = -4});
    }
    const auto& ranking = document.ranking;
    const auto* const of = degradationNamed(document, ranking.of);
    const auto* const against = ranking.against ? degradationNamed(document, *ranking.against) : nullptr;
    const auto count = top > 0 ? std::min(static_cast<std::size_t>(top), ranking.order.size()) : ranking.order.size();
    for (std::size_t k = 0; k < count; ++k) {
        const int filter = ranking.order[k];
        const auto [layer, out, in] = document.filters.place(filter);
        table.rows.push_back({static_cast<std::int64_t>(k + 1), std::int64_t{filter},
                              document.filters.layers()[layer].key, std::int64_t{out}, std::int64_t{in},
                              scoreOf(ranking.score, filter),
                              of != nullptr ? scoreOf(of->scores, filter) : ResultValue(),
                              against != nullptr ? scoreOf(against->scores, filter) : ResultValue()});
        if (!changes.empty()) {
            table.rows.back().push_back(scoreOf(changes, filter));
        }
    }
    return table;
}

ReportTable maskingTable(const FaigDocument& document) {
    ReportTable table{.columns = {{.key = "rule", .heading = "filters by", .side = ColumnSide::Left},
                                  {.key = "percent", .heading = "%", .decimals = -3},
                                  {.key = "filters", .heading = "filters"},
                                  {.key = "seed", .heading = "seed"},
                                  {.key = "lambda", .heading = "λ", .decimals = 2},
                                  {.key = "degradation", .heading = "on", .side = ColumnSide::Left},
                                  {.key = "psnr", .heading = "PSNR dB", .decimals = 2},
                                  {.key = "gain_lost", .heading = "gain lost", .decimals = 3},
                                  {.key = "gradient_mse_x1000", .heading = "gradient MSE", .decimals = 3}},
                      .rows = {}};
    addReadouts(table, document.masking, document);
    addReadouts(table, document.reweighting, document);
    return table;
}

ReportTable degradationTable(const FaigDocument& document) {
    ReportTable table{.columns = {{.key = "degradation", .heading = "degradation", .side = ColumnSide::Left},
                                  {.key = "recipe", .heading = "recipe", .side = ColumnSide::Left},
                                  {.key = "images", .heading = "images"},
                                  {.key = "psnr_target", .heading = "target dB", .decimals = 2},
                                  {.key = "psnr_baseline", .heading = "baseline dB", .decimals = 2},
                                  {.key = "score_sum", .heading = "Σ scores", .decimals = -4},
                                  {.key = "completeness_error", .heading = "completeness", .decimals = 4},
                                  {.key = "estimated_error", .heading = "est. error", .decimals = 4},
                                  {.key = "nodes", .heading = "nodes"}},
                      .rows = {}};
    for (const auto& result : document.degradations) {
        std::optional<double> error;
        int nodes = 0;
        for (const auto& image : result.images) {
            nodes = std::max(nodes, image.scores.nodes);
            if (image.scores.estimatedError) {
                error = std::max(error.value_or(0.0), *image.scores.estimatedError);
            }
        }
        const bool isScored = !result.scores.empty();
        table.rows.push_back(
            {result.degradation.name, result.degradation.recipe, static_cast<std::int64_t>(result.images.size()),
             result.psnrTarget, result.psnrBaseline,
             isScored ? ResultValue(std::accumulate(result.scores.begin(), result.scores.end(), 0.0)) : ResultValue(),
             isScored ? ResultValue(worstCompleteness(result)) : ResultValue(), valueIfKnown(error),
             isScored ? ResultValue(std::int64_t{nodes}) : ResultValue()});
    }
    return table;
}

std::string faigCommandLine(const Experiment& experiment, DeviceChoice device, int threads) {
    const auto options = faigOptionsOf(experiment);
    const auto networks = shownNetworks(experiment);
    if (networks.size() != 2 || experiment.scenes.empty()) {
        throw Error(ErrorCode::InvalidArgument, "a command needs a baseline, its target and an HR image");
    }
    CommandWords words("faig");
    for (const auto& [name, recipe] : options.degradations) {
        if (recipe.empty()) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("the LR images of '{}' come from a folder, which the experiment does not name", name));
        }
    }
    words.add("--baseline", networks[0].toString());
    words.add("--target", networks[1].toString());
    for (const auto& scene : experiment.scenes) {
        words.add("--hr", scene.image.string());
    }
    for (const auto& row : imageReadingTable) {
        if (experiment.scenes.front().reading.*row.member) {
            words.add(fmt::format("--{}", row.name));
        }
    }
    for (const auto& [name, recipe] : options.degradations) {
        words.add("--degrade", fmt::format("{}={}", name, recipe));
    }
    words.addOptions(faigOptionTable(), options);
    if (options.biases) {
        words.add("--biases");
    }
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
