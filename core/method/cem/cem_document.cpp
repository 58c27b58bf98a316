// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.h"
#include "base/json_text.h"
#include "base/npy.h"
#include "base/table_text.h"
#include "scene/document_blocks.h"
#include "scene/experiment_file.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// The share of signs that chance makes certain.
constexpr double chance = 0.05;

Json rectJson(const Rect& rect) {
    return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

Json reachJson(const ReceptiveField& field) {
    return field.global ? Json("global") : valueOrNull(field.radius);
}

/// A list a row of blocks.
template <typename Value>
Json rowsJson(const CemResult& result, const Value& value) {
    auto rows = Json::array();
    const auto columns = static_cast<std::size_t>(result.place.grid.columns());
    for (std::size_t first = 0; first < result.blocks.size(); first += columns) {
        auto row = Json::array();
        for (std::size_t i = first; i < first + columns; ++i) {
            row.push_back(value(result.blocks[i]));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

Json countsJson(const CemCounts& counts) {
    return {{"negative", counts.negative},
            {"positive", counts.positive},
            {"zero", counts.zero},
            {"certain_negative", counts.certainNegative},
            {"certain_positive", counts.certainPositive},
            {"minimum", numberOrNull(counts.minimum)},
            {"maximum", numberOrNull(counts.maximum)},
            {"range", numberOrNull(counts.range())}};
}

Json optionsJsonOf(const CemDocument& document) {
    const auto& options = document.options;
    const auto& scene = document.experiment.scenes.front();
    auto json = Json::object();
    for (const auto& row : cemOptionTable()) {
        const auto value = row.get(options);
        json[row.name] = value.is_null() ? value : statedOptionValue(row, value);
    }
    addReading(json, scene.reading);
    json["reduce"] = scene.role == ImageRole::Hr ? Json(toString(scene.reduction)) : Json(nullptr);
    json["degrade"] = scene.degradation.isClean() ? Json(nullptr) : Json(toString(scene.degradation));
    json["device"] = document.device;
    json["threads"] = document.threads;
    return json;
}

Json resultJson(const CemOptions& options, const NamedCemResult& named) {
    const auto& [card, result, lr, effectFile, drawsFile] = named;
    const auto& place = result.place;
    Json json{{"model", modelJson(card)},
              {"roi", {{"x", place.roi.x}, {"y", place.roi.y}, {"size", place.roi.size}}},
              {"block", options.block},
              {"block_lr", place.grid.side},
              {"grid", {{"columns", place.grid.columns()}, {"rows", place.grid.rows()}}},
              {"psnr_origin", result.psnrOrigin}};
    json["effects"] = rowsJson(result, [](const CemBlock& block) { return numberOrNull(block.effect); });
    json["standard_errors"] = rowsJson(result, [](const CemBlock& block) { return numberOrNull(block.standardError); });
    json["draws"] = rowsJson(result, [](const CemBlock& block) { return Json(block.draws); });
    json["reach"] = reachJson(card.receptiveField);
    json["window"] = rectJson(place.window);
    json["evaluated_blocks"] = result.evaluatedBlocks;
    json["fine_blocks"] = result.fineBlocks;
    json["roi_blocks"] = rectJson(place.roiBlocks);
    json["outside_roi"] = countsJson(result.outside);
    json["counts_official"] = result.countsOfficial;
    json["forwards"] = result.forwards;
    json["nonfinite_outputs"] = result.nonfiniteOutputs;
    json["seconds"] = result.seconds;
    auto warnings = card.warnings;
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    json["warnings"] = warnings;
    const auto file = [](const std::filesystem::path& path) {
        return path.empty() ? Json(nullptr) : Json(path.string());
    };
    json["files"] = {{"effect", file(effectFile)}, {"draws", file(drawsFile)}};
    return json;
}

/// The line of a network, or that of the headings.
std::vector<std::string> csvCells(const CemDocument& document, const NamedCemResult& named, bool headings) {
    const auto& card = named.card;
    const auto& result = named.result;
    const auto& outside = result.outside;
    std::vector<std::string> cells;
    const auto add = [&](const char* key, const std::string& text) { cells.push_back(headings ? key : text); };
    const auto addWhole = [&](const char* key, std::int64_t value) { add(key, std::to_string(value)); };
    add("network", csvField(card.name));
    add("preset", std::string(toString(document.options.preset)));
    addWhole("scale", card.scale);
    addWhole("x", result.place.roi.x);
    addWhole("y", result.place.roi.y);
    addWhole("size", result.place.roi.size);
    addWhole("block_lr", result.place.grid.side);
    addWhole("columns", result.place.grid.columns());
    addWhole("rows", result.place.grid.rows());
    add("psnr_origin", csvNumber(result.psnrOrigin));
    addWhole("evaluated_blocks", result.evaluatedBlocks);
    addWhole("fine_blocks", result.fineBlocks);
    addWhole("negative", outside.negative);
    addWhole("positive", outside.positive);
    addWhole("zero", outside.zero);
    addWhole("certain_negative", outside.certainNegative);
    addWhole("certain_positive", outside.certainPositive);
    add("minimum", csvNumber(outside.minimum));
    add("maximum", csvNumber(outside.maximum));
    add("range", csvNumber(outside.range()));
    addWhole("official_negative", result.countsOfficial[0]);
    addWhole("official_positive", result.countsOfficial[1]);
    addWhole("official_zero", result.countsOfficial[2]);
    addWhole("forwards", result.forwards);
    addWhole("nonfinite_outputs", result.nonfiniteOutputs);
    add("seconds", csvNumber(result.seconds));
    return cells;
}

}  // namespace

std::string toJson(const CemDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.device);
    json["options"] = optionsJsonOf(document);
    json["interventions"] = {{"source", document.source},
                             {"count", document.count},
                             {"sha256", document.sha256},
                             {"seed", document.options.seed}};
    json["warnings"] = document.warnings;
    json["results"] = Json::array();
    for (const auto& named : document.results) {
        json["results"].push_back(resultJson(document.options, named));
    }
    json["experiment"] = jsonOf(withoutTokens(document.experiment));
    return dumpJson(json);
}

std::string toCsv(const CemDocument& document) {
    std::string text;
    for (const auto& named : document.results) {
        if (text.empty()) {
            text = fmt::format("{}\n", fmt::join(csvCells(document, named, /*headings=*/true), ","));
        }
        text += fmt::format("{}\n", fmt::join(csvCells(document, named, /*headings=*/false), ","));
    }
    return text;
}

std::string toText(const CemDocument& document) {
    std::vector<std::vector<std::string>> rows{{"network", "PSNR ROI", "blocks", "helping", "certain", "harming",
                                                "certain", "none", "min dB", "max dB", "range dB", "seconds"}};
    std::string chances;
    for (const auto& named : document.results) {
        const auto& result = named.result;
        const auto& outside = result.outside;
        rows.push_back({named.card.name, cellText(result.psnrOrigin, "{:.2f}"), std::to_string(result.blocks.size()),
                        std::to_string(outside.positive), std::to_string(outside.certainPositive),
                        std::to_string(outside.negative), std::to_string(outside.certainNegative),
                        std::to_string(outside.zero), cellText(outside.minimum, "{:.2f}"),
                        cellText(outside.maximum, "{:.2f}"), cellText(outside.range(), "{:.2f}"),
                        cellText(result.seconds, "{:.1f}")});
        const int signs = outside.positive + outside.negative;
        chances += fmt::format(
            "{}: {} of {} signs outside the region of interest are certain; chance alone would make "
            "about {:.0f} so\n",
            named.card.name, outside.certainPositive + outside.certainNegative, signs, chance * signs);
    }
    return aligned(rows) + chances;
}

std::vector<std::string> warningsOf(const CemDocument& document) {
    auto warnings = document.warnings;
    for (const auto& named : document.results) {
        for (const auto* list : {&named.card.warnings, &named.result.warnings}) {
            for (const auto& warning : *list) {
                warnings.push_back(fmt::format("{}: {}", named.card.name, warning));
            }
        }
    }
    return warnings;
}

std::vector<std::filesystem::path> cemArrayFiles(const std::filesystem::path& folder, const std::string& name) {
    return {folder / (name + ".effect.npy"), folder / (name + ".draws.npy")};
}

void addCemArrays(StagedFiles& files, CemDocument& document, const std::filesystem::path& folder) {
    files.makeFolder(folder);
    for (auto& named : document.results) {
        const auto& result = named.result;
        const std::array<std::int64_t, 2> shape{result.place.grid.rows(), result.place.grid.columns()};
        std::vector<double> effects;
        std::vector<double> draws;
        const auto coarse = static_cast<std::ptrdiff_t>(result.coarseDraws);
        const auto fine = static_cast<std::ptrdiff_t>(result.fineDraws);
        for (std::ptrdiff_t block = 0; block < std::ssize(result.blocks); ++block) {
            effects.push_back(result.blocks[static_cast<std::size_t>(block)].effect);
            const auto ofCoarse = result.coarsePsnr.begin() + block * coarse;
            const auto ofFine = result.finePsnr.begin() + block * fine;
            draws.insert(draws.end(), ofCoarse, ofCoarse + coarse);
            draws.insert(draws.end(), ofFine, ofFine + fine);
        }
        const auto paths = cemArrayFiles(folder, named.card.name);
        named.effectFile = paths[0];
        named.drawsFile = paths[1];
        files.add(named.effectFile, encodeNpy(shape, std::span<const double>(effects)));
        files.add(named.drawsFile, encodeNpy(std::array<std::int64_t, 3>{shape[0], shape[1], coarse + fine},
                                             std::span<const double>(draws)));
    }
}

}  // namespace lamscope
