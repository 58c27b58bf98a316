// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/npy.h"
#include "base/table_text.h"
#include "scene/document_blocks.h"
#include "scene/experiment_file.h"
#include "scene/grid_words.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// Of the members of ErfNumbers: the numbers themselves or their standard errors.
enum class Kind { Number, Error };

/// A number of pixels: whole, unless it is an error.
Json pixelsJson(double value, Kind kind) {
    return kind == Kind::Number && std::isfinite(value) ? Json(std::llround(value)) : numberOrNull(value);
}

Json squaresJson(const std::vector<ErfSquare>& squares, Kind kind) {
    auto json = Json::array();
    for (const auto& [threshold, side, areaRatio] : squares) {
        json.push_back(
            {{"threshold", threshold}, {"side", pixelsJson(side, kind)}, {"area_ratio", numberOrNull(areaRatio)}});
    }
    return json;
}

void addNumbers(Json& json, const ErfNumbers& numbers, Kind kind) {
    json["sum"] = numberOrNull(numbers.sum);
    json["max"] = numberOrNull(numbers.max);
    json["negative_share"] = numberOrNull(numbers.negativeShare);
    json["squares"] = squaresJson(numbers.squares, kind);
    for (std::size_t i = 0; i < ErfNumbers::percents.size(); ++i) {
        json["pixels"][std::to_string(ErfNumbers::percents[i])] = pixelsJson(numbers.pixels[i], kind);
    }
    json["radius_pixels"] = numberOrNull(numbers.radiusPixels);
    json["luo_pixels"] = pixelsJson(numbers.luoPixels, kind);
    json["beyond"] = Json::array();
    for (const auto& [distance, share] : numbers.beyond) {
        json["beyond"].push_back({{"distance", distance}, {"share", numberOrNull(share)}});
    }
}

Json reachJson(const ReceptiveField& field) {
    return field.global ? Json("global") : valueOrNull(field.radius);
}

Json optionsJson(const ErfDocument& document) {
    const auto& options = document.options;
    const auto& scene = document.experiment.scenes.front();
    Json json{{"preset", toString(options.preset)}, {"side", options.side},
              {"images", options.images},           {"centre", toString(centreOf(options))},
              {"thresholds", options.thresholds},   {"at", nullptr}};
    if (!scene.boxes.empty()) {
        json["at"] = {{"x", scene.boxes.front().x}, {"y", scene.boxes.front().y}};
    }
    addReading(json, scene.reading);
    json["reduce"] = scene.role == ImageRole::Hr ? Json(toString(scene.reduction)) : Json(nullptr);
    json["degradation"] = degradationOrNull(scene);
    json["seed"] = seedOrNull(scene);
    json["device"] = document.device;
    json["threads"] = document.threads;
    return json;
}

Json resultJson(const ErfDocument& document, const NamedErfResult& named) {
    const auto& [card, result, mapFile] = named;
    Json json{{"model", modelJson(card)},
              {"side", document.options.side},
              {"images", result.images},
              {"images_planned", result.imagesPlanned},
              {"skipped_nonfinite", result.skippedNonfinite}};
    addNumbers(json, result.numbers, Kind::Number);
    if (document.options.preset == ErfPreset::Official) {
        json["squares_linear"] = squaresJson(result.linearSquares, Kind::Number);
    }
    json["square_shares"] = numbersOrNull(result.squareShares);
    json["standard_errors"] = nullptr;
    if (result.standardErrors) {
        json["standard_errors"] = Json::object();
        addNumbers(json["standard_errors"], *result.standardErrors, Kind::Error);
    }
    json["reach"] = reachJson(card.receptiveField);
    json["window"] = {{"x", result.window.x},
                      {"y", result.window.y},
                      {"width", result.window.width},
                      {"height", result.window.height}};
    json["seconds"] = result.seconds;
    auto warnings = card.warnings;
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    json["warnings"] = warnings;
    json["files"] = {{"map", mapFile.empty() ? Json(nullptr) : Json(mapFile.string())}};
    return json;
}

/// How many images the numbers of a table are over, and of how many if the measurement has not come to its end.
std::string imagesText(const ErfResult& result) {
    return result.imagesSeen < result.imagesPlanned ? fmt::format("{} of {}", result.images, result.imagesPlanned)
                                                    : std::to_string(result.images);
}

/// The line of a network, or that of the headings.
std::vector<std::string> csvCells(const ErfDocument& document, const NamedErfResult& named, bool headings) {
    const auto& card = named.card;
    const auto& result = named.result;
    const auto& field = card.receptiveField;
    std::vector<std::string> cells;
    const auto add = [&](const std::string& key, const std::string& text) { cells.push_back(headings ? key : text); };
    add("network", csvField(card.name));
    add("preset", std::string(toString(document.options.preset)));
    add("scale", std::to_string(card.scale));
    add("side", std::to_string(document.options.side));
    add("images", std::to_string(result.images));
    add("skipped_nonfinite", std::to_string(result.skippedNonfinite));
    add("reach", field.global ? "global" : csvNumber(orNan(field.radius)));
    forEachNumber(result.numbers, [&](const std::string& key, double value) { add(key, csvNumber(value)); });
    // The columns of errors are there, though empty, where there are none.
    const auto& errors = result.standardErrors ? *result.standardErrors : result.numbers;
    forEachNumber(errors, [&](const std::string& key, double error) {
        add(key + "_se", result.standardErrors ? csvNumber(error) : "");
    });
    add("seconds", csvNumber(result.seconds));
    add("images_planned", std::to_string(result.imagesPlanned));
    return cells;
}

}  // namespace

void checkSides(const ErfDocument& document) {
    for (const auto& named : document.results) {
        if (named.result.frame != erfFrame(document.options.side)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}: its field was measured on {}x{} LR pixels and cannot stand beside fields on "
                                    "{}x{}; measure it again on that side",
                                    named.card.name, named.result.frame.width, named.result.frame.height,
                                    document.options.side, document.options.side));
        }
    }
}

std::string toJson(const ErfDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.device);
    json["options"] = optionsJson(document);
    json["warnings"] = document.warnings;
    json["results"] = Json::array();
    for (const auto& named : document.results) {
        json["results"].push_back(resultJson(document, named));
    }
    json["experiment"] = jsonOf(withoutTokens(document.experiment));
    return dumpJson(json);
}

std::string toCsv(const ErfDocument& document) {
    checkSides(document);
    std::string text;
    for (const auto& named : document.results) {
        if (text.empty()) {
            text = fmt::format("{}\n", fmt::join(csvCells(document, named, /*headings=*/true), ","));
        }
        text += fmt::format("{}\n", fmt::join(csvCells(document, named, /*headings=*/false), ","));
    }
    return text;
}

std::vector<std::vector<std::string>> erfTable(const ErfDocument& document) {
    checkSides(document);
    const bool keepSize = !document.results.empty() && std::ranges::all_of(document.results, [](const auto& named) {
        return named.card.scale == 1;
    });
    const auto input = gridWords(keepSize ? 1 : 2).input;
    std::vector<std::string> headings{"network", "reach", fmt::format("{} px", input), "images"};
    for (const double threshold : document.options.thresholds) {
        headings.push_back(fmt::format("side {:g} %", 100.0 * threshold));
    }
    for (const char* heading : {"50 % px", "95 % px", "99 % px", "radius px", "SE", "negative %", "seconds"}) {
        headings.emplace_back(heading);
    }
    std::vector<std::vector<std::string>> rows{headings};
    for (const auto& [card, result, mapFile] : document.results) {
        const auto& numbers = result.numbers;
        const auto& field = card.receptiveField;
        std::vector<std::string> row{card.name, field.global ? "global" : cellText(orNan(field.radius), "{:.0f}"),
                                     fmt::format("{0}x{0}", document.options.side), imagesText(result)};
        for (const auto& square : numbers.squares) {
            row.push_back(cellText(square.side, "{:.0f}"));
        }
        for (std::size_t i = 2; i < numbers.pixels.size(); ++i) {
            row.push_back(cellText(numbers.pixels[i], "{:.0f}"));
        }
        row.push_back(cellText(numbers.radiusPixels, "{:.2f}"));
        row.push_back(result.standardErrors ? cellText(result.standardErrors->radiusPixels, "{:.2f}") : "-");
        row.push_back(cellText(100.0 * numbers.negativeShare, "{:.0f}"));
        row.push_back(cellText(result.seconds, "{:.1f}"));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string toText(const ErfDocument& document) {
    return aligned(erfTable(document));
}

std::vector<std::string> warningsOf(const ErfDocument& document) {
    auto warnings = document.warnings;
    for (const auto& [card, result, mapFile] : document.results) {
        for (const auto* list : {&card.warnings, &result.warnings}) {
            for (const auto& warning : *list) {
                warnings.push_back(fmt::format("{}: {}", card.name, warning));
            }
        }
    }
    return warnings;
}

std::filesystem::path erfArrayFile(const std::filesystem::path& folder, const std::string& name) {
    return folder / (name + ".erf.npy");
}

void addErfArrays(StagedFiles& files, ErfDocument& document, const std::filesystem::path& folder) {
    files.makeFolder(folder);
    for (auto& [card, result, mapFile] : document.results) {
        const std::array<std::int64_t, 2> shape{result.frame.height, result.frame.width};
        const std::vector<float> values(result.map.begin(), result.map.end());
        mapFile = erfArrayFile(folder, card.name);
        files.add(mapFile, encodeNpy(shape, values));
    }
}

}  // namespace lamscope
