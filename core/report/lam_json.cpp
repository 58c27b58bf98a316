// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/lam_json.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/npy.h"
#include "base/table_text.h"
#include "method/lam/lam_experiment.h"
#include "report/result_columns.h"
#include "scene/document_blocks.h"
#include "scene/experiment_file.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// Every option as used, presets resolved.
Json optionsJson(const LamDocument& document) {
    const auto& plan = document.plan;
    const auto& scene = document.scene();
    const auto& patch = plan.options.patch;
    Json json{{"patch", {{"x", patch.x}, {"y", patch.y}, {"size", patch.size}}},
              {"grid", valueOrNull(document.experiment.gridStride)}};
    json.update(usedOptionsJson(plan));
    addReading(json, scene.reading);
    json["reduce"] = scene.role == ImageRole::Hr ? Json(toString(scene.reduction)) : Json(nullptr);
    json["reference"] = scene.reference.empty() ? Json(nullptr) : Json(scene.reference.string());
    json["device"] = document.device;
    json["threads"] = document.threads;
    return json;
}

Json valueJson(const ResultValue& value) {
    if (const auto* number = std::get_if<double>(&value)) {
        return numberOrNull(*number);
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return *whole;
    }
    const auto* words = std::get_if<std::string>(&value);
    return words != nullptr ? Json(*words) : Json(nullptr);
}

void addColumns(Json& json, ColumnKind kind, const ResultRow& row) {
    for (const auto& column : resultColumns()) {
        if (column.kind == kind) {
            json[column.key] = valueJson(column.value(row));
        }
    }
}

/// What concerns all results.
std::vector<std::string> notesOf(const LamDocument& document) {
    auto notes = document.warnings;
    if (auto note = scalesNote(document); !note.empty()) {
        notes.push_back(std::move(note));
    }
    return notes;
}

Json resultJson(const LamDocument& document, const NamedLamResult& named) {
    const auto& result = named.result;
    const ResultRow row{.card = named.card, .result = result, .name = named.card.name};
    Json json;
    json["model"] = modelJson(named.card);
    json["patch"] = {{"x", result.patch.x}, {"y", result.patch.y}, {"size", result.patch.size}};
    json["context"] = {{"x", result.context.x},
                       {"y", result.context.y},
                       {"width", result.context.width},
                       {"height", result.context.height}};
    addColumns(json, ColumnKind::Measure, row);
    json["curves"] = {{"alpha", numbersOrNull(result.curves.alpha)},
                      {"sigma", numbersOrNull(result.curves.sigma)},
                      {"detector", numbersOrNull(result.curves.detector)},
                      {"path_speed", numbersOrNull(result.curves.pathSpeed)},
                      {"cumulative", numbersOrNull(result.curves.cumulative)}};
    addColumns(json, ColumnKind::Cost, row);
    auto warnings = notesOf(document);
    warnings.insert(warnings.end(), named.card.warnings.begin(), named.card.warnings.end());
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    json["warnings"] = warnings;
    json["files"] = {
        {"attribution", named.attributionFile.empty() ? Json(nullptr) : Json(named.attributionFile.string())},
        {"map", named.mapFile.empty() ? Json(nullptr) : Json(named.mapFile.string())}};
    return json;
}

/// A row of values a row of cells.
Json cellsJson(const NamedDiMap& named, const ResultColumn& column) {
    auto rows = Json::array();
    for (int row = 0; row < named.map.rows; ++row) {
        auto values = Json::array();
        for (int x = 0; x < named.map.columns; ++x) {
            const auto result = resultOfCell(named.map.at(x, row));
            values.push_back(valueJson(column.value({.card = named.card, .result = result, .name = named.card.name})));
        }
        rows.push_back(std::move(values));
    }
    return rows;
}

Json gridJson(const NamedDiMap& named) {
    const auto& map = named.map;
    const auto& first = map.cells.front().patch;
    const auto& finest = *std::ranges::max_element(map.cells, {}, &DiMapCell::nodes);
    Json json{
        {"model", modelJson(named.card)}, {"x", first.x},           {"y", first.y},     {"size", first.size},
        {"stride", map.stride},           {"columns", map.columns}, {"rows", map.rows}, {"rule", toString(finest.rule)},
        {"nodes", finest.nodes}};
    for (const auto& column : resultColumns()) {
        // Rule and nodes are the same for all cells, above.
        if (column.ofDiMapCell && column.kind == ColumnKind::Measure && !json.contains(column.key)) {
            json[column.key] = cellsJson(named, column);
        }
    }
    json["file"] = named.file.empty() ? Json(nullptr) : Json(named.file.string());
    return json;
}

}  // namespace

bool hasSeveralPatches(const LamDocument& document) {
    return std::ranges::any_of(document.results, [&](const auto& named) {
        return named.result.patch != document.results.front().result.patch;
    });
}

std::string scalesNote(const LamDocument& document) {
    const ModelCard* one = nullptr;    // of scale 1
    const ModelCard* other = nullptr;  // of another
    int size = 0;
    const auto look = [&](const ModelCard& card, int patchSize) {
        (card.scale == 1 ? one : other) = &card;
        size = patchSize;
    };
    for (const auto& named : document.results) {
        look(named.card, named.result.patch.size);
    }
    for (const auto& named : document.grids) {
        look(named.card, named.map.cells.empty() ? Patch().size : named.map.cells.front().patch.size);
    }
    if (one == nullptr || other == nullptr) {
        return {};
    }
    return fmt::format(
        "DI of {} at scale 1 and of {} at scale {} cannot be compared: a box of {}x{} pixels covers {} input pixels at "
        "scale 1 and {:.4g} at scale {}",
        one->name, other->name, other->scale, size, size, size * size,
        static_cast<double>(size) * size / (other->scale * other->scale), other->scale);
}

Json jsonOf(const LamDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.device);
    json["image"] = {{"file", document.scene().image.string()},
                     {"sha256", document.scene().sha256},
                     {"lr_width", document.lrWidth},
                     {"lr_height", document.lrHeight},
                     {"source", toString(document.scene().role)},
                     {"degradation", degradationOrNull(document.scene())},
                     {"seed", seedOrNull(document.scene())}};
    json["options"] = optionsJson(document);
    json["results"] = Json::array();
    for (const auto& named : document.results) {
        json["results"].push_back(resultJson(document, named));
    }
    if (document.experiment.gridStride) {
        json["grids"] = Json::array();
        for (const auto& named : document.grids) {
            json["grids"].push_back(gridJson(named));
        }
    }
    json["experiment"] = jsonOf(withoutTokens(document.experiment));
    return json;
}

std::string toJson(const LamDocument& document) {
    return dumpJson(jsonOf(document));
}

std::vector<std::string> warningsOf(const LamDocument& document) {
    auto warnings = notesOf(document);
    std::set<std::string> named;
    const auto add = [&](const std::string& name, const std::vector<std::string>& list) {
        for (const auto& warning : list) {
            warnings.push_back(fmt::format("{}: {}", name, warning));
        }
    };
    const auto addCard = [&](const ModelCard& card) {
        if (named.insert(card.name).second) {
            add(card.name, card.warnings);
        }
    };
    for (const auto& [card, result, attributionFile, mapFile] : document.results) {
        addCard(card);
        add(card.name, result.warnings);
    }
    for (const auto& [card, map, file] : document.grids) {
        addCard(card);
    }
    return warnings;
}

namespace {

struct ArrayNames {
    std::filesystem::path attribution;
    std::filesystem::path map;
};

ArrayNames arrayNames(const std::filesystem::path& folder, const std::string& network, const Patch& patch,
                      bool severalPatches) {
    const auto stem = severalPatches ? fmt::format("{}.{}_{}", network, patch.x, patch.y) : network;
    return {folder / (stem + ".attribution.npy"), folder / (stem + ".map.npy")};
}

std::filesystem::path diMapName(const std::filesystem::path& folder, const std::string& network) {
    return folder / (network + ".di.npy");
}

}  // namespace

std::vector<std::filesystem::path> lamArrayFiles(const std::vector<std::string>& names,
                                                 const std::vector<Patch>& patches, bool withDiMaps,
                                                 const std::filesystem::path& folder) {
    const bool several = std::ranges::any_of(patches, [&](const auto& patch) { return patch != patches.front(); });
    std::vector<std::filesystem::path> files;
    for (const auto& name : names) {
        for (const auto& patch : patches) {
            const auto [attribution, map] = arrayNames(folder, name, patch, several);
            files.push_back(attribution);
            files.push_back(map);
        }
        if (withDiMaps) {
            files.push_back(diMapName(folder, name));
        }
    }
    return files;
}

void addLamArrays(StagedFiles& files, LamDocument& document, const std::filesystem::path& folder) {
    files.makeFolder(folder);
    const bool several = hasSeveralPatches(document);
    for (auto& [card, result, attributionFile, mapFile] : document.results) {
        const auto names = arrayNames(folder, card.name, result.patch, several);
        const std::array<std::int64_t, 3> shape{3, result.context.height, result.context.width};
        attributionFile = names.attribution;
        files.add(attributionFile, encodeNpy(shape, result.attribution));
        mapFile = names.map;
        const std::vector<float> map(result.map.begin(), result.map.end());
        files.add(mapFile, encodeNpy(std::span(shape).subspan(1), map));
    }
    for (auto& [card, map, file] : document.grids) {
        const std::array<std::int64_t, 2> shape{map.rows, map.columns};
        std::vector<float> values;
        for (const auto& one : map.cells) {
            values.push_back(static_cast<float>(orNan(one.diffusionIndex)));
        }
        file = diMapName(folder, card.name);
        files.add(file, encodeNpy(shape, values));
    }
}

}  // namespace lamscope
