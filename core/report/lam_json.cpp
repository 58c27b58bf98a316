// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/lam_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "base/csv_field.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/npy.h"
#include "base/table_text.h"
#include "report/json_fields.h"
#include "scene/experiment_file.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// Every option as used, presets resolved.
Json optionsJson(const LamDocument& document) {
    const auto& options = document.options;
    const auto& scene = document.scene();
    const auto plan = makePlan(options);
    Json json{{"patch", {{"x", options.patch.x}, {"y", options.patch.y}, {"size", options.patch.size}}},
              {"grid", valueOrNull(document.experiment.gridStride)},
              {"preset", toString(options.preset)},
              {"path", toString(options.path)},
              {"sigma", options.sigma},
              {"kernel", options.kernel},
              {"nodes", plan.nodes},
              {"tolerance", numberOrNull(plan.tolerance)},
              {"rule", plan.arcLength ? "midpoint, arc length" : "right endpoint, uniform"},
              {"detector", toString(options.detector)}};
    json["context"] = plan.context == 0 ? Json("whole") : Json(plan.context);
    json["upright"] = scene.upright;
    json["reduce"] = scene.role == ImageRole::Hr ? Json(toString(scene.reduction)) : Json(nullptr);
    json["reference"] = scene.reference.empty() ? Json(nullptr) : Json(scene.reference.string());
    json["device"] = document.device;
    json["threads"] = document.threads;
    return json;
}

Json resultJson(const LamDocument& document, const NamedLamResult& named) {
    const auto& result = named.result;
    Json json;
    json["model"] = modelJson(named.card);
    json["patch"] = {{"x", result.patch.x}, {"y", result.patch.y}, {"size", result.patch.size}};
    json["context"] = {{"x", result.context.x},
                       {"y", result.context.y},
                       {"width", result.context.width},
                       {"height", result.context.height}};
    json["di"] = numberOrNull(result.diffusionIndex);
    json["gini"] = numberOrNull(result.gini);
    json["mass95_pixels"] = result.mass95Pixels ? Json(*result.mass95Pixels) : Json(nullptr);
    json["radius_pixels"] = numberOrNull(result.radiusPixels);
    json["detector_image"] = numberOrNull(result.detectorImage);
    json["detector_baseline"] = numberOrNull(result.detectorBaseline);
    json["attribution_sum"] = numberOrNull(result.attributionSum);
    json["completeness_error"] = numberOrNull(result.completenessError);
    json["nodes"] = result.nodes;
    json["estimated_map_error"] = numberOrNull(result.estimatedMapError);
    json["nonfinite_gradients"] = result.nonfiniteGradients;
    json["psnr_patch"] = numberOrNull(result.psnrPatch);
    json["psnr"] = numberOrNull(result.psnr);
    json["curves"] = {{"alpha", numbersOrNull(result.curves.alpha)},
                      {"sigma", numbersOrNull(result.curves.sigma)},
                      {"detector", numbersOrNull(result.curves.detector)},
                      {"path_speed", numbersOrNull(result.curves.pathSpeed)},
                      {"cumulative", numbersOrNull(result.curves.cumulative)}};
    json["seconds"] = result.seconds;
    auto warnings = document.warnings;
    warnings.insert(warnings.end(), named.card.warnings.begin(), named.card.warnings.end());
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    json["warnings"] = warnings;
    json["files"] = {
        {"attribution", named.attributionFile.empty() ? Json(nullptr) : Json(named.attributionFile.string())},
        {"map", named.mapFile.empty() ? Json(nullptr) : Json(named.mapFile.string())}};
    return json;
}

/// A row of values a row of cells.
template <typename Value>
Json gridJson(const DiMap& map, Value DiMapCell::*member) {
    auto rows = Json::array();
    for (int row = 0; row < map.rows; ++row) {
        auto values = Json::array();
        for (int column = 0; column < map.columns; ++column) {
            const auto& value = map.at(column, row).*member;
            values.push_back(value ? Json(*value) : Json(nullptr));
        }
        rows.push_back(std::move(values));
    }
    return rows;
}

Json gridJson(const NamedDiMap& named) {
    const auto& map = named.map;
    const auto& first = map.cells.front().patch;
    return {{"model", modelJson(named.card)},
            {"x", first.x},
            {"y", first.y},
            {"size", first.size},
            {"stride", map.stride},
            {"columns", map.columns},
            {"rows", map.rows},
            {"nodes", std::ranges::max(map.cells, {}, &DiMapCell::nodes).nodes},
            {"di", gridJson(map, &DiMapCell::diffusionIndex)},
            {"mass95_pixels", gridJson(map, &DiMapCell::mass95Pixels)},
            {"radius_pixels", gridJson(map, &DiMapCell::radiusPixels)},
            {"completeness_error", gridJson(map, &DiMapCell::completenessError)},
            {"file", named.file.empty() ? Json(nullptr) : Json(named.file.string())}};
}

std::string gridCsv(const LamDocument& document) {
    std::string text = "network,patch_x,patch_y,patch_size,di,mass95_pixels,radius_pixels,completeness_error,nodes\n";
    for (const auto& [card, map, file] : document.grids) {
        for (const auto& cell : map.cells) {
            text +=
                fmt::format("{},{},{},{},{},{},{},{},{}\n", csvField(card.name), cell.patch.x, cell.patch.y,
                            cell.patch.size, csvNumber(orNan(cell.diffusionIndex)), csvNumber(orNan(cell.mass95Pixels)),
                            csvNumber(orNan(cell.radiusPixels)), csvNumber(orNan(cell.completenessError)), cell.nodes);
        }
    }
    return text;
}

bool hasSeveralPatches(const LamDocument& document) {
    return std::ranges::any_of(document.results, [&](const auto& named) {
        return named.result.patch != document.results.front().result.patch;
    });
}

std::string nameInTable(const LamDocument& document, const ModelCard& card, const LamResult& result) {
    return hasSeveralPatches(document) ? fmt::format("{} {},{}", card.name, result.patch.x, result.patch.y) : card.name;
}

/// A text with the characters that LaTeX gives a meaning escaped.
std::string latexText(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '\\':
                escaped += "\\textbackslash{}";
                break;
            case '~':
                escaped += "\\textasciitilde{}";
                break;
            case '^':
                escaped += "\\textasciicircum{}";
                break;
            case '[':
            case '*':
                // At the start of a row they would be arguments of the command before.
                escaped += fmt::format("{{{}}}", c);
                break;
            case '&':
            case '%':
            case '$':
            case '#':
            case '_':
            case '{':
            case '}':
                escaped += '\\';
                [[fallthrough]];
            default:
                escaped += c;
        }
    }
    return escaped;
}

/// A number for LaTeX: in mathematics where it has a sign, which would otherwise be set as a hyphen.
std::string latexCell(double value, const char* format) {
    if (!std::isfinite(value)) {
        return "--";
    }
    auto text = fmt::format(fmt::runtime(format), value);
    return text.starts_with('-') || text.starts_with('+') ? fmt::format("${}$", text) : text;
}

/// What is between the smallest and the largest DI, and where that is.
std::string gridText(const LamDocument& document) {
    std::vector<std::vector<std::string>> rows{{"network", "patches", "DI from", "mean", "to", "at"}};
    for (const auto& [card, map, file] : document.grids) {
        double sum = 0.0;
        int count = 0;
        const DiMapCell* least = nullptr;
        const DiMapCell* most = nullptr;
        for (const auto& one : map.cells) {
            if (!one.diffusionIndex) {
                continue;
            }
            sum += *one.diffusionIndex;
            ++count;
            least = least == nullptr || one.diffusionIndex < least->diffusionIndex ? &one : least;
            most = most == nullptr || one.diffusionIndex > most->diffusionIndex ? &one : most;
        }
        const auto grid = fmt::format("{}x{}", map.columns, map.rows);
        if (count == 0) {
            rows.push_back({card.name, grid, "-", "-", "-", "-"});
            continue;
        }
        rows.push_back({card.name, grid, fmt::format("{:.2f}", *least->diffusionIndex),
                        fmt::format("{:.2f}", sum / count), fmt::format("{:.2f}", *most->diffusionIndex),
                        fmt::format("{},{}", most->patch.x, most->patch.y)});
    }
    return aligned(rows);
}

}  // namespace

std::string toJson(const LamDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.device);
    json["image"] = {{"file", document.scene().image.string()},
                     {"sha256", document.scene().sha256},
                     {"lr_width", document.lrWidth},
                     {"lr_height", document.lrHeight},
                     {"source", toString(document.scene().role)}};
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
    json["experiment"] = jsonOf(document.experiment);
    return dumpJson(json);
}

std::vector<std::string> warningsOf(const LamDocument& document) {
    auto warnings = document.warnings;
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

std::string toCsv(const LamDocument& document) {
    if (document.results.empty()) {
        return gridCsv(document);
    }
    std::string text =
        "network,architecture,scale,parameters,lr_width,lr_height,patch_x,patch_y,patch_size,context_x,context_y,"
        "context_width,context_height,di,gini,mass95_pixels,radius_pixels,detector_image,detector_baseline,"
        "attribution_sum,completeness_error,nodes,estimated_map_error,nonfinite_gradients,psnr_patch,psnr,seconds\n";
    for (const auto& [card, result, attributionFile, mapFile] : document.results) {
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},", csvField(card.name), csvField(card.architecture),
                            card.scale, card.parameters, document.lrWidth, document.lrHeight, result.patch.x,
                            result.patch.y, result.patch.size, result.context.x, result.context.y, result.context.width,
                            result.context.height);
        text += fmt::format(
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csvNumber(orNan(result.diffusionIndex)),
            csvNumber(orNan(result.gini)), csvNumber(orNan(result.mass95Pixels)), csvNumber(orNan(result.radiusPixels)),
            csvNumber(result.detectorImage), csvNumber(result.detectorBaseline), csvNumber(result.attributionSum),
            csvNumber(orNan(result.completenessError)), result.nodes, csvNumber(orNan(result.estimatedMapError)),
            result.nonfiniteGradients, csvNumber(orNan(result.psnrPatch)), csvNumber(orNan(result.psnr)),
            csvNumber(result.seconds));
    }
    return text;
}

std::string toText(const LamDocument& document) {
    constexpr std::array headings{"network",  "DI",    "95 % px",    "radius px",  "D(F(I))", "delta D",
                                  "compl. %", "nodes", "est. error", "PSNR patch", "seconds"};
    std::vector<std::vector<std::string>> rows{{headings.begin(), headings.end()}};
    for (const auto& [card, result, attributionFile, mapFile] : document.results) {
        rows.push_back({nameInTable(document, card, result), cellText(orNan(result.diffusionIndex), "{:.2f}"),
                        cellText(orNan(result.mass95Pixels), "{:.0f}"), cellText(orNan(result.radiusPixels), "{:.1f}"),
                        cellText(result.detectorImage, "{:.2f}"),
                        cellText(result.detectorImage - result.detectorBaseline, "{:.2f}"),
                        cellText(100.0 * orNan(result.completenessError), "{:+.2f}"), std::to_string(result.nodes),
                        cellText(orNan(result.estimatedMapError), "{:.3f}"),
                        cellText(orNan(result.psnrPatch), "{:.2f}"), cellText(result.seconds, "{:.1f}")});
    }
    auto text = document.results.empty() ? std::string() : aligned(rows);
    if (!document.grids.empty()) {
        text += gridText(document);
    }
    return text;
}

std::string toLatex(const LamDocument& document) {
    const bool withPsnr =
        std::ranges::any_of(document.results, [](const auto& named) { return named.result.psnrPatch.has_value(); });
    auto text = fmt::format("\\begin{{tabular}}{{lrrrrrrr{}}}\n\\toprule\n", withPsnr ? "r" : "");
    text += R"(Network & DI & 95\,\% [px] & Radius [px] & $D(F(I))$ & $\Delta D$ & Completeness [\%] & Nodes)";
    text += withPsnr ? " & PSNR [dB] \\\\\n" : " \\\\\n";
    text += "\\midrule\n";
    for (const auto& [card, result, attributionFile, mapFile] : document.results) {
        text += fmt::format("{} & {} & {} & {} & {} & {} & {} & {}", latexText(card.name),
                            latexCell(orNan(result.diffusionIndex), "{:.2f}"),
                            latexCell(orNan(result.mass95Pixels), "{:.0f}"),
                            latexCell(orNan(result.radiusPixels), "{:.1f}"), latexCell(result.detectorImage, "{:.2f}"),
                            latexCell(result.detectorImage - result.detectorBaseline, "{:.2f}"),
                            latexCell(100.0 * orNan(result.completenessError), "{:+.2f}"), result.nodes);
        if (withPsnr) {
            text += " & " + latexCell(orNan(result.psnrPatch), "{:.2f}");
        }
        text += " \\\\\n";
    }
    return text + "\\bottomrule\n\\end{tabular}\n";
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

void makeNamesUnique(const std::vector<ModelCard*>& cards) {
    std::set<std::string> taken;
    for (auto* card : cards) {
        auto name = card->name;
        std::ranges::replace_if(
            name, [](unsigned char c) { return c == '/' || c == '\\' || c < 0x20; }, '_');
        if (name.empty() || name.starts_with('.')) {
            name = fmt::format("_{}", name);
        }
        card->name = name;
        for (int n = 2; !taken.insert(card->name).second; ++n) {
            card->name = fmt::format("{}-{}", name, n);
        }
    }
}

}  // namespace lamscope
