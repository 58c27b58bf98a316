// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faithfulness/faithfulness_document.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.h"
#include "base/json_text.h"
#include "base/table_text.h"
#include "method/faithfulness/faithfulness_columns.h"
#include "scene/experiment_file.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

Json curveJson(const ReplacementCurve& curve) {
    return {{"order", toString(curve.order)},
            {"seed", valueOrNull(curve.seed)},
            {"kind", toString(curve.kind)},
            {"pixels", curve.pixels},
            {"fraction", curve.fraction},
            {"detector", numbersOrNull(curve.detector)},
            {"psnr", curve.psnr.empty() ? Json(nullptr) : numbersOrNull(curve.psnr)},
            {"auc", numberOrNull(curve.auc)},
            {"half_fraction", numberOrNull(curve.halfFraction)},
            {"overshoot", numberOrNull(curve.overshoot)}};
}

Json spreadJson(const RandomSpread& spread) {
    return {{"auc_mean", numberOrNull(spread.aucMean)},
            {"auc_sd", numberOrNull(spread.aucSd)},
            {"half_mean", numberOrNull(spread.halfMean)},
            {"half_sd", numberOrNull(spread.halfSd)}};
}

/// The map's numbers minus those of the two controls.
Json againstJson(const FaithfulnessResult& result, Replacement kind, const RandomSpread& random) {
    const auto* const map = result.curve(PixelOrder::Map, kind);
    const auto* const radial = result.curve(PixelOrder::Radial, kind);
    if (map == nullptr || radial == nullptr) {
        return nullptr;
    }
    return {{"auc_minus_radial", numberOrNull(map->auc - radial->auc)},
            {"auc_minus_random", numberOrNull(map->auc - random.aucMean)},
            {"half_minus_radial", numberOrNull(map->halfFraction - radial->halfFraction)},
            {"half_minus_random", numberOrNull(map->halfFraction - random.halfMean)}};
}

Json infidelityJson(const std::optional<Infidelity>& infidelity) {
    if (!infidelity) {
        return nullptr;
    }
    return {{"square", infidelity->square},
            {"stride", infidelity->stride},
            {"perturbations", infidelity->perturbations},
            {"value", numberOrNull(infidelity->value)},
            {"scaled", numberOrNull(infidelity->scaled)},
            {"zero_map", numberOrNull(infidelity->zeroMap)},
            {"explained", numberOrNull(infidelity->explained)}};
}

/// Turns the result of a map into that of its faithfulness.
void complete(Json& json, const FaithfulnessResult& result, bool isGiven) {
    if (isGiven) {
        for (const auto* unknown : {"rule", "nodes", "estimated_map_error", "nonfinite_gradients"}) {
            json[unknown] = nullptr;
        }
    }
    json["map_seconds"] = isGiven ? Json(nullptr) : json.at("seconds");
    auto warnings = json.at("warnings");
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    const auto files = json.at("files");
    for (const auto* moved : {"curves", "seconds", "warnings", "files"}) {  // to the end
        json.erase(moved);
    }
    json["completeness_error"] = numberOrNull(result.completenessError);
    json["curves"] = Json::array();
    std::ranges::transform(result.curves, std::back_inserter(json["curves"]), curveJson);
    json["random"] = {{"insertion", spreadJson(result.randomInsertion)},
                      {"deletion", spreadJson(result.randomDeletion)}};
    json["against"] = {{"insertion", againstJson(result, Replacement::Insertion, result.randomInsertion)},
                       {"deletion", againstJson(result, Replacement::Deletion, result.randomDeletion)}};
    json["infidelity"] = infidelityJson(result.infidelity);
    json["sensitivity_max"] = Json::array();
    for (const auto& each : result.sensitivity) {
        json["sensitivity_max"].push_back({{"radius", each.radius},
                                           {"draws", each.draws},
                                           {"value", numberOrNull(each.value)},
                                           {"worst_draw", each.worstDraw}});
    }
    json["window"] = {{"x", result.window.x},
                      {"y", result.window.y},
                      {"width", result.window.width},
                      {"height", result.window.height}};
    json["nonfinite_outputs"] = result.nonfiniteOutputs;
    json["forwards"] = result.forwards;
    json["backwards"] = result.backwards;
    json["seconds"] = result.seconds;
    json["warnings"] = warnings;
    json["files"] = files;
}

std::string sensitivityKey(const SensitivityMax& sensitivity) {
    return fmt::format("sensitivity_{}", sensitivity.radius);
}

/// The line of a result, or that of the headings.
std::vector<std::string> csvCells(const FaithfulnessDocument& document, std::size_t index, bool headings) {
    const auto& named = document.maps.results[index];
    const auto& result = document.results[index];
    std::vector<std::string> cells;
    const auto add = [&](std::string_view key, const std::string& text) {
        cells.push_back(headings ? std::string(key) : text);
    };
    add("network", csvField(named.card.name));
    add("scale", std::to_string(named.card.scale));
    add("patch_x", std::to_string(named.result.patch.x));
    add("patch_y", std::to_string(named.result.patch.y));
    add("patch_size", std::to_string(named.result.patch.size));
    add("context_width", std::to_string(named.result.context.width));
    add("context_height", std::to_string(named.result.context.height));
    add("di", csvNumber(orNan(named.result.diffusionIndex)));
    add("detector_image", csvNumber(result.ends.image));
    add("detector_baseline", csvNumber(result.ends.baseline));
    add("completeness_error", csvNumber(orNan(result.completenessError)));
    for (const auto& column : faithfulnessColumns()) {
        if (column.key != "sensitivity") {
            add(column.key, csvNumber(column.value(result)));
        }
    }
    for (const auto& each : result.sensitivity) {
        add(sensitivityKey(each), csvNumber(each.value));
    }
    add("forwards", std::to_string(result.forwards));
    add("backwards", std::to_string(result.backwards));
    add("seconds", csvNumber(result.seconds));
    return cells;
}

}  // namespace

std::string toJson(const FaithfulnessDocument& document) {
    auto json = jsonOf(document.maps);
    json["options"].update(optionsJson(faithfulnessOptionTable(), document.options));
    json["warnings"] = document.warnings;
    for (std::size_t i = 0; i < document.results.size(); ++i) {
        complete(json["results"][i], document.results[i], !document.options.attribution.empty());
    }
    json["experiment"] = jsonOf(withoutTokens(document.experiment));
    return dumpJson(json);
}

std::string toCsv(const FaithfulnessDocument& document) {
    std::string text;
    for (std::size_t i = 0; i < document.results.size(); ++i) {
        if (text.empty()) {
            text = fmt::format("{}\n", fmt::join(csvCells(document, i, /*headings=*/true), ","));
        }
        text += fmt::format("{}\n", fmt::join(csvCells(document, i, /*headings=*/false), ","));
    }
    return text;
}

std::vector<std::vector<std::string>> faithfulnessTable(const FaithfulnessDocument& document) {
    const bool several = hasSeveralPatches(document.maps);
    std::vector<std::string> headings{"network"};
    for (const auto& column : faithfulnessColumns()) {
        if (column.heading != nullptr) {
            headings.emplace_back(column.heading);
        }
    }
    headings.insert(headings.end(), {"compl. %", "seconds"});
    std::vector<std::vector<std::string>> rows{headings};
    for (std::size_t i = 0; i < document.results.size(); ++i) {
        const auto& named = document.maps.results[i];
        const auto& result = document.results[i];
        const auto& patch = named.result.patch;
        std::vector<std::string> row{several ? fmt::format("{} {},{}", named.card.name, patch.x, patch.y)
                                             : named.card.name};
        for (const auto& column : faithfulnessColumns()) {
            if (column.heading != nullptr) {
                row.push_back(cellText(column.value(result), fmt::format("{{:.{}f}}", column.decimals).c_str()));
            }
        }
        constexpr double percent = 100.0;
        row.push_back(cellText(percent * orNan(result.completenessError), "{:+.2f}"));
        row.push_back(cellText(result.seconds, "{:.1f}"));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string toText(const FaithfulnessDocument& document) {
    return aligned(faithfulnessTable(document));
}

std::vector<std::string> warningsOf(const FaithfulnessDocument& document) {
    auto warnings = warningsOf(document.maps);
    warnings.insert(warnings.end(), document.warnings.begin(), document.warnings.end());
    for (std::size_t i = 0; i < document.results.size(); ++i) {
        for (const auto& warning : document.results[i].warnings) {
            warnings.push_back(fmt::format("{}: {}", document.maps.results[i].card.name, warning));
        }
    }
    return warnings;
}

}  // namespace lamscope
