// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/ddr_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.h"
#include "base/json_text.h"
#include "base/npy.h"
#include "base/table_text.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

Json tsneJson(const std::optional<DdrTsne>& tsne) {
    if (!tsne) {
        return nullptr;
    }
    return {{"kl", numberOrNull(tsne->divergence)},
            {"ch_range", {numberOrNull(tsne->ratioRange.first), numberOrNull(tsne->ratioRange.second)}},
            {"starts", tsne->starts},
            {"perplexity", tsne->perplexity},
            {"iterations", tsne->iterations}};
}

Json ddrTapJson(const DdrDocument& document, const DdrTap& tap) {
    Json json{{"key", tap.key},
              {"what", tap.what},
              {"dimension", tap.dimension},
              {"total_variance", numberOrNull(tap.totalVariance)},
              {"explained", numbersOrNull(tap.explained)},
              {"ch",
               {{"features", numberOrNull(tap.ratioFeatures)},
                {"pca2", numberOrNull(tap.ratioPca2)},
                {"pca50", numberOrNull(tap.ratioPca50)}}},
              {"chance", nullptr},
              {"p_value", nullptr},
              {"pairs", Json::array()},
              {"tsne", tsneJson(tap.tsne)},
              {"points", Json::array()}};
    if (tap.chance) {
        json["chance"] = {{"mean", numberOrNull(tap.chance->mean)}, {"p95", numberOrNull(tap.chance->p95)}};
        json["p_value"] = tap.chance->probability;
    }
    for (const auto& [first, second, ratio] : tap.pairs) {
        json["pairs"].push_back({{"a", document.classes[static_cast<std::size_t>(first)].name},
                                 {"b", document.classes[static_cast<std::size_t>(second)].name},
                                 {"ch", numberOrNull(ratio)}});
    }
    const auto& points = shownPoints(tap);
    for (std::size_t i = 0; i < document.labels.size(); ++i) {
        json["points"].push_back(
            {document.labels[i], document.contents[i], numberOrNull(points[2 * i]), numberOrNull(points[2 * i + 1])});
    }
    return json;
}

Json ddrResultJson(const DdrDocument& document, const NamedDdrResult& named) {
    Json json{{"model", modelJson(named.card)}, {"adds_input", named.addsInput}, {"taps", Json::array()}};
    for (const auto& tap : named.taps) {
        json["taps"].push_back(ddrTapJson(document, tap));
    }
    json["seconds"] = named.seconds;
    auto warnings = named.card.warnings;
    warnings.insert(warnings.end(), named.warnings.begin(), named.warnings.end());
    json["warnings"] = warnings;
    json["files"] = {{"points", named.pointFiles.empty() ? Json(nullptr) : Json::array()}};
    for (const auto& file : named.pointFiles) {
        json["files"]["points"].push_back(file.string());
    }
    return json;
}

double explainedByTwo(const DdrTap& tap) {
    const auto last =
        tap.explained.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(tap.explained.size(), 2));
    return std::min(std::accumulate(tap.explained.begin(), last, 0.0), 1.0);
}

/// The line of a network and a tap, or that of the headings.
std::vector<std::string> ddrCells(const DdrDocument& document, const NamedDdrResult& named, const DdrTap& tap,
                                  bool headings) {
    std::vector<std::string> cells;
    const auto add = [&](const std::string& key, const std::string& text) { cells.push_back(headings ? key : text); };
    const auto& chance = tap.chance;
    add("network", csvField(named.card.name));
    add("scale", std::to_string(named.card.scale));
    add("colours", coloursText(named.card));
    add("adds_input", named.addsInput ? "1" : "0");
    add("tap", csvField(tap.key));
    add("what", csvField(tap.what));
    add("dimension", std::to_string(tap.dimension));
    add("total_variance", csvNumber(tap.totalVariance));
    add("explained_2", csvNumber(explainedByTwo(tap)));
    add("ch_features", csvNumber(tap.ratioFeatures));
    add("ch_pca2", csvNumber(tap.ratioPca2));
    add("ch_pca50", csvNumber(tap.ratioPca50));
    add("space", std::string(toString(document.options.space)));
    add("chance_mean", chance ? csvNumber(chance->mean) : "");
    add("chance_p95", chance ? csvNumber(chance->p95) : "");
    add("p_value", chance ? csvNumber(chance->probability) : "");
    for (const auto& [first, second, ratio] : tap.pairs) {
        add(csvField(fmt::format("ch_{}_{}", document.classes[static_cast<std::size_t>(first)].name,
                                 document.classes[static_cast<std::size_t>(second)].name)),
            csvNumber(ratio));
    }
    add("tsne_kl", tap.tsne ? csvNumber(tap.tsne->divergence) : "");
    add("tsne_ch_low", tap.tsne ? csvNumber(tap.tsne->ratioRange.first) : "");
    add("tsne_ch_high", tap.tsne ? csvNumber(tap.tsne->ratioRange.second) : "");
    return cells;
}

}  // namespace

void addDdrWarnings(DdrDocument& document) {
    if (const auto refusal = tsneRefusal(document.labels.size(), document.options); !refusal.empty()) {
        document.warnings.push_back(refusal);
    }
    for (auto& named : document.results) {
        const auto& first = document.results.front().card;
        for (const auto& tap : named.taps) {
            if (std::isnan(tap.ratioFeatures)) {
                named.warnings.push_back(
                    fmt::format("{}: there is no spread inside the classes, nor between them: no ratio", tap.key));
            } else if (std::isinf(tap.ratioFeatures)) {
                named.warnings.push_back(fmt::format(
                    "{}: there is no spread inside the classes, which differ: the ratio is infinite", tap.key));
            }
        }
        if (named.card.scale != first.scale) {
            named.warnings.push_back(fmt::format("enlarges by {} and {} by {}: their patches show other details",
                                                 named.card.scale, first.name, first.scale));
        }
        if (named.card.colour != first.colour) {
            named.warnings.push_back(fmt::format("one of {} and {} works on Y alone", named.card.name, first.name));
        }
    }
}

std::string toJson(const DdrDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.source.device);
    json["options"] = optionsJson(ddrOptionTable(), document.options);
    addSource(json["options"], document.source);
    json["warnings"] = document.warnings;
    json["classes"] = Json::array();
    for (const auto& set : document.classes) {
        json["classes"].push_back(setJson(set));
    }
    json["content_shared"] = document.contentShared;
    json["results"] = Json::array();
    for (const auto& named : document.results) {
        json["results"].push_back(ddrResultJson(document, named));
    }
    return dumpJson(json);
}

std::string toCsv(const DdrDocument& document) {
    std::string text;
    for (const auto& named : document.results) {
        for (const auto& tap : named.taps) {
            if (text.empty()) {
                text = fmt::format("{}\n", fmt::join(ddrCells(document, named, tap, /*headings=*/true), ","));
            }
            text += fmt::format("{}\n", fmt::join(ddrCells(document, named, tap, /*headings=*/false), ","));
        }
    }
    return text;
}

std::string ratioText(double ratio) {
    if (std::isinf(ratio)) {
        return "inf";
    }
    return cellText(ratio, ratio < 10.0 ? "{:.2f}" : ratio < 100.0 ? "{:.1f}" : "{:.0f}");
}

std::vector<std::vector<std::string>> ddrTable(const DdrDocument& document) {
    const bool hasTsne = std::ranges::any_of(document.results, [](const NamedDdrResult& named) {
        return std::ranges::any_of(named.taps, [](const DdrTap& tap) { return tap.tsne.has_value(); });
    });
    std::vector<std::string> headings{"network",   "scale",   "colours",     "tap",      "what",
                                      "dimension", "PCA-2 %", "CH features", "CH PCA-2", "CH PCA-50"};
    if (hasTsne) {
        headings.insert(headings.end(), {"CH t-SNE", "KL"});
    }
    headings.insert(headings.end(), {fmt::format("chance ({})", toString(document.options.space)), "95 %", "p"});
    std::vector<std::vector<std::string>> rows{headings};
    for (const auto& named : document.results) {
        for (const auto& tap : named.taps) {
            std::vector<std::string> row{named.card.name,
                                         std::to_string(named.card.scale),
                                         coloursText(named.card),
                                         tap.key,
                                         tap.what,
                                         std::to_string(tap.dimension),
                                         cellText(100.0 * explainedByTwo(tap), "{:.0f}"),
                                         ratioText(tap.ratioFeatures),
                                         ratioText(tap.ratioPca2),
                                         ratioText(tap.ratioPca50)};
            if (hasTsne) {
                row.push_back(tap.tsne ? fmt::format("{} to {}", ratioText(tap.tsne->ratioRange.first),
                                                     ratioText(tap.tsne->ratioRange.second))
                                       : "-");
                row.push_back(tap.tsne ? cellText(tap.tsne->divergence, "{:.3f}") : "-");
            }
            row.push_back(tap.chance ? ratioText(tap.chance->mean) : "-");
            row.push_back(tap.chance ? ratioText(tap.chance->p95) : "-");
            row.push_back(tap.chance ? cellText(tap.chance->probability, "{:.3g}") : "-");
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::string toText(const DdrDocument& document) {
    return aligned(ddrTable(document));
}

std::vector<std::string> warningsOf(const DdrDocument& document) {
    return warningsOfAll(document.warnings, document.results);
}

std::filesystem::path ddrPointFile(const std::filesystem::path& folder, const std::string& network,
                                   const std::string& tap) {
    return folder / (network + "." + fileNamePart(tap) + ".points.npy");
}

void addDdrArrays(StagedFiles& files, DdrDocument& document, const std::filesystem::path& folder) {
    files.makeFolder(folder);
    for (auto& named : document.results) {
        for (const auto& tap : named.taps) {
            constexpr std::int64_t columns = 4;
            const std::array<std::int64_t, 2> shape{static_cast<std::int64_t>(document.labels.size()), columns};
            const auto& points = shownPoints(tap);
            std::vector<float> values;
            for (std::size_t i = 0; i < document.labels.size(); ++i) {
                values.push_back(static_cast<float>(document.labels[i]));
                values.push_back(static_cast<float>(document.contents[i]));
                values.push_back(static_cast<float>(points[2 * i]));
                values.push_back(static_cast<float>(points[2 * i + 1]));
            }
            const auto file = ddrPointFile(folder, named.card.name, tap.key);
            files.add(file, encodeNpy(shape, values));
            named.pointFiles.push_back(file);
        }
    }
}

}  // namespace lamscope
