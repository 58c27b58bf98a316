// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/faig_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "base/npy.h"
#include "method/faig/filter_ranking.h"
#include "scene/document_blocks.h"
#include "scene/experiment_file.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

Json fileOrNull(const std::filesystem::path& file) {
    return file.empty() ? Json(nullptr) : Json(file.string());
}

Json layersJson(const FilterIndex& filters) {
    auto json = Json::array();
    for (const auto& layer : filters.layers()) {
        Json one{{"key", layer.key}, {"filters", layer.filters()}, {"out", layer.out}, {"in", layer.in}};
        one["kernel"] = {layer.kernelHeight, layer.kernelWidth};
        json.push_back(std::move(one));
    }
    return json;
}

Json imageJson(const FaigImageResult& image) {
    const auto& scores = image.scores;
    return {{"file", image.file},
            {"loss_target", numberOrNull(scores.lossTarget)},
            {"loss_baseline", numberOrNull(scores.lossBaseline)},
            {"attribution_sum", numberOrNull(scores.attributionSum)},
            {"completeness_error", numberOrNull(scores.completenessError)},
            {"estimated_error", numberOrNull(scores.estimatedError)},
            {"nodes", scores.nodes},
            {"nonfinite_gradients", scores.nonfiniteGradients},
            {"seconds", scores.seconds}};
}

Json degradationJson(const FaigDegradationResult& result) {
    Json json{{"name", result.degradation.name},
              {"recipe", result.degradation.recipe.empty() ? Json(nullptr) : Json(result.degradation.recipe)}};
    json["images"] = Json::array();
    for (const auto& image : result.images) {
        json["images"].push_back(imageJson(image));
    }
    json["psnr_target"] = numberOrNull(result.psnrTarget);
    json["psnr_baseline"] = numberOrNull(result.psnrBaseline);
    json["readout_psnr_target"] = numberOrNull(result.readoutTarget);
    json["readout_psnr_baseline"] = numberOrNull(result.readoutBaseline);
    json["score_sum"] = result.scores.empty()
                            ? Json(nullptr)
                            : numberOrNull(std::accumulate(result.scores.begin(), result.scores.end(), 0.0));
    json["per_layer"] = numbersOrNull(result.perLayer);
    json["files"] = {{"scores", fileOrNull(result.scoresFile)}};
    return json;
}

Json rankingJson(const FaigRanking& ranking, const FilterIndex& filters, int top) {
    Json json{{"of", ranking.of},
              {"against", valueOrNull(ranking.against)},
              {"rule", toString(ranking.rule)},
              {"top", Json::array()}};
    const auto shown = std::min(ranking.order.size(), static_cast<std::size_t>(std::max(top, 0)));
    for (std::size_t k = 0; k < shown; ++k) {
        const int filter = ranking.order[k];
        const auto [layer, out, in] = filters.place(filter);
        json["top"].push_back(
            {{"filter", filter},
             {"layer", filters.layers()[layer].key},
             {"out", out},
             {"in", in},
             {"score",
              ranking.score.empty() ? Json(nullptr) : numberOrNull(ranking.score[static_cast<std::size_t>(filter)])}});
    }
    json["order_file"] = fileOrNull(ranking.orderFile);
    return json;
}

Json readoutsJson(const std::vector<FaigReadout>& readouts) {
    auto json = Json::array();
    for (const auto& readout : readouts) {
        json.push_back({{"degradation", readout.degradation},
                        {"psnr", numberOrNull(readout.psnr)},
                        {"gain_lost", numberOrNull(readout.gainLost)},
                        {"gradient_mse_x1000", numberOrNull(readout.gradientMse)}});
    }
    return json;
}

Json optionsJson(const FaigDocument& document) {
    Experiment stated;
    setFaigOptions(stated, document.options);
    auto json = stated.options;
    if (!document.experiment.scenes.empty()) {
        addReading(json, document.experiment.scenes.front().reading);
    }
    const auto& inputs = document.inputs;
    json["readout"] = Json::array();
    for (const auto& file : inputs.readout) {
        json["readout"].push_back(file.string());
    }
    json["lr"] = Json::object();
    for (const auto& [degradation, folder] : inputs.folders) {
        json["lr"][degradation] = folder.string();
    }
    json["side"] = inputs.side;
    json["order"] = fileOrNull(inputs.order);
    json["device"] = document.device;
    json["threads"] = document.threads;
    return json;
}

const std::vector<double>& wanted(const std::vector<double>& scores, FilterRule rule) {
    if (scores.empty()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("there are no scores to rank by '{}'; compute them first", toString(rule)));
    }
    return scores;
}

}  // namespace

FaigRanking rankFilters(const FaigOptions& options, const std::vector<FaigDegradationResult>& results,
                        const std::vector<double>& changes) {
    const auto [of, against] = rankedDegradations(options);
    const auto& first = results.at(of);
    FaigRanking ranking{
        .of = first.degradation.name, .against = std::nullopt, .rule = options.rank, .score = {}, .order = {}};
    switch (options.rank) {
        case FilterRule::Faig:
            ranking.score = wanted(first.scores, options.rank);
            if (against) {
                const auto& second = results.at(*against);
                ranking.against = second.degradation.name;
                ranking.score = scoreDifference(first.scores, wanted(second.scores, options.rank));
            }
            break;
        case FilterRule::PixelIg:
            ranking.score = wanted(first.pixelIg, options.rank);
            break;
        case FilterRule::Change:
            ranking.score = wanted(changes, options.rank);
            break;
        case FilterRule::Random:
            ranking.order = randomOrder(static_cast<int>(wanted(changes, options.rank).size()),
                                        static_cast<std::uint64_t>(options.seed));
            return ranking;
        case FilterRule::Order:
            throw Error(ErrorCode::InvalidArgument, "an order is read from a file, not ranked; give the file");
    }
    ranking.order = orderByScore(ranking.score);
    return ranking;
}

double worstCompleteness(const FaigDegradationResult& result) {
    double worst = 0.0;
    for (const auto& image : result.images) {
        worst = std::max(worst, std::abs(image.scores.completenessError.value_or(0.0)));
    }
    return worst;
}

std::vector<std::string> warningsAbout(const FaigDegradationResult& result) {
    std::vector<std::string> warnings;
    const auto& name = result.degradation.name;
    double target = 0.0;
    double baseline = 0.0;
    std::int64_t nonfinite = 0;
    for (const auto& [file, scores] : result.images) {
        target += scores.lossTarget;
        baseline += scores.lossBaseline;
        nonfinite += scores.nonfiniteGradients;
        for (const auto& warning : scores.warnings) {
            warnings.push_back(fmt::format("{}, {}: {}", name, file, warning));
        }
    }
    if (!result.images.empty() && !(baseline > target)) {
        warnings.push_back(
            fmt::format("on '{}' the target is not better than the baseline ({:.2f} dB, baseline {:.2f} "
                        "dB): there is no ability that a ranking for it could explain",
                        name, result.psnrTarget, result.psnrBaseline));
    }
    if (const double worst = worstCompleteness(result); worst > acceptedCompleteness) {
        warnings.push_back(
            fmt::format("on '{}' attributions miss the difference of the losses by up to {:.1f} %: use "
                        "more nodes",
                        name, 100.0 * worst));
    }
    if (nonfinite > 0) {
        warnings.push_back(
            fmt::format("on '{}' {} values of gradients were not finite and count as 0", name, nonfinite));
    }
    return warnings;
}

std::string titleOf(const FaigRanking& ranking) {
    switch (ranking.rule) {
        case FilterRule::Faig:
            return ranking.against ? fmt::format("Filters for {} against {}, FAIG", ranking.of, *ranking.against)
                                   : fmt::format("Filters for {} alone, FAIG", ranking.of);
        case FilterRule::PixelIg:
            return fmt::format("Filters for {} alone, pixel IG", ranking.of);
        case FilterRule::Change:
            return "Filters that fine-tuning changed most";
        case FilterRule::Random:
            return "Filters in random order";
        case FilterRule::Order:
            return fmt::format("Filters as listed in {}", ranking.orderFile.string());
    }
    return {};
}

std::string toJson(const FaigDocument& document, int top) {
    Json json;
    json["lamscope"] = programJson(document.device);
    json["options"] = optionsJson(document);
    json["baseline"] = modelJson(document.baseline);
    json["target"] = modelJson(document.target);
    json["layers"] = layersJson(document.filters);
    json["filters"] = document.filters.size();
    json["degradations"] = Json::array();
    for (const auto& result : document.degradations) {
        json["degradations"].push_back(degradationJson(result));
    }
    json["ranking"] = rankingJson(document.ranking, document.filters, top);
    json["masking"] = Json::array();
    for (const auto& mask : document.masking) {
        json["masking"].push_back({{"percent", mask.percent},
                                   {"filters", mask.filters},
                                   {"rule", toString(mask.rule)},
                                   {"against", valueOrNull(mask.against)},
                                   {"seed", valueOrNull(mask.seed)},
                                   {"readouts", readoutsJson(mask.readouts)}});
    }
    json["reweighting"] = Json::array();
    for (const auto& weighted : document.reweighting) {
        json["reweighting"].push_back({{"lambda", weighted.lambda},
                                       {"percent", weighted.percent},
                                       {"filters", weighted.filters},
                                       {"readouts", readoutsJson(weighted.readouts)}});
    }
    json["seconds"] = document.seconds;
    json["warnings"] = document.warnings;
    json["experiment"] = jsonOf(withoutTokens(document.experiment));
    return dumpJson(json);
}

void addFaigArrays(StagedFiles& files, FaigDocument& document, const std::filesystem::path& folder) {
    files.makeFolder(folder);
    for (auto& result : document.degradations) {
        const auto& scores = result.scores.empty() ? result.pixelIg : result.scores;
        if (scores.empty()) {
            continue;
        }
        const std::array<std::int64_t, 1> shape{static_cast<std::int64_t>(scores.size())};
        result.scoresFile = folder / (result.degradation.name + ".scores.npy");
        files.add(result.scoresFile, encodeNpy(shape, scores));
    }
}

}  // namespace lamscope
