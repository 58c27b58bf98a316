// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/srga_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

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

Json srgaOptionsJson(const SrgaDocument& document) {
    auto json = optionsJson(srgaOptionTable(), document.options);
    json["components"] = document.components;
    json["paired"] = document.paired;
    addSource(json, document.source);
    return json;
}

Json distributionJson(const FeatureSet& set, const SrgaDistribution& distribution) {
    return {{"name", set.name},
            {"sigma", numberOrNull(distribution.sigma)},
            {"beta", numberOrNull(distribution.beta)},
            {"ratio", numberOrNull(distribution.ratio)},
            {"removed", distribution.removed},
            {"explained", numberOrNull(distribution.explained)},
            {"total_variance", numberOrNull(distribution.totalVariance)}};
}

Json psnrJson(const NamedSrgaResult& named, std::size_t set) {
    return set < named.psnr.size() ? numberOrNull(named.psnr[set]) : Json(nullptr);
}

Json srgaResultJson(const SrgaDocument& document, const NamedSrgaResult& named) {
    const auto& comparison = named.comparison;
    Json json{{"model", modelJson(named.card)},
              {"tap", named.tap},
              {"dimension", named.dimension},
              {"adds_input", named.addsInput},
              {"reference", document.sets.front().name},
              {"reference_psnr", psnrJson(named, 0)},
              {"sets", Json::array()},
              {"index", Json::array()},
              {"floor", nullptr}};
    for (std::size_t i = 0; i < comparison.sets.size(); ++i) {
        json["sets"].push_back(distributionJson(document.sets[i], comparison.sets[i]));
    }
    for (std::size_t i = 0; i < comparison.indices.size(); ++i) {
        const auto& index = comparison.indices[i];
        Json entry{{"name", document.sets[i + 1].name},
                   {"kl", numberOrNull(index.divergence)},
                   {"srga", numberOrNull(index.srga)},
                   {"band", nullptr},
                   {"inside_floor", isInsideFloor(index, comparison.floor)},
                   {"psnr", psnrJson(named, i + 1)}};
        if (index.band) {
            entry["band"] = {index.band->low, index.band->high};
        }
        json["index"].push_back(std::move(entry));
    }
    if (comparison.floor) {
        json["floor"] = {{"median", comparison.floor->median}, {"p90", comparison.floor->p90}};
    }
    json["seconds"] = named.seconds;
    auto warnings = named.card.warnings;
    warnings.insert(warnings.end(), named.warnings.begin(), named.warnings.end());
    json["warnings"] = warnings;
    json["files"] = {{"scores", named.scoreFiles.empty() ? Json(nullptr) : Json::array()}};
    for (const auto& file : named.scoreFiles) {
        json["files"]["scores"].push_back(file.string());
    }
    return json;
}

/// The line of a network and a candidate, or that of the headings.
std::vector<std::string> srgaCells(const SrgaDocument& document, const NamedSrgaResult& named, std::size_t candidate,
                                   bool headings) {
    const auto& comparison = named.comparison;
    const auto& index = comparison.indices[candidate];
    const auto& set = comparison.sets[candidate + 1];
    const auto& reference = comparison.sets.front();
    std::vector<std::string> cells;
    const auto add = [&](const char* key, const std::string& text) { cells.push_back(headings ? key : text); };
    const auto addNumber = [&](const char* key, const std::optional<double>& value) {
        add(key, csvNumber(orNan(value)));
    };
    add("network", csvField(named.card.name));
    add("scale", std::to_string(named.card.scale));
    add("colours", coloursText(named.card));
    add("tap", csvField(named.tap));
    add("dimension", std::to_string(named.dimension));
    add("adds_input", named.addsInput ? "1" : "0");
    add("reference", csvField(document.sets.front().name));
    add("set", csvField(document.sets[candidate + 1].name));
    add("recipe", csvField(document.sets[candidate + 1].recipe.value_or("")));
    addNumber("srga", index.srga);
    addNumber("band_low", index.band ? std::optional(index.band->low) : std::nullopt);
    addNumber("band_high", index.band ? std::optional(index.band->high) : std::nullopt);
    addNumber("kl", index.divergence);
    addNumber("floor_median", comparison.floor ? std::optional(comparison.floor->median) : std::nullopt);
    addNumber("floor_p90", comparison.floor ? std::optional(comparison.floor->p90) : std::nullopt);
    addNumber("psnr", candidate + 1 < named.psnr.size() ? named.psnr[candidate + 1] : std::nullopt);
    addNumber("reference_psnr", named.psnr.empty() ? std::nullopt : named.psnr.front());
    for (const auto& [prefix, distribution] : {std::pair("", &set), std::pair("reference_", &reference)}) {
        add((std::string(prefix) + "sigma").c_str(), csvNumber(distribution->sigma));
        add((std::string(prefix) + "beta").c_str(), csvNumber(orNan(distribution->beta)));
        add((std::string(prefix) + "ratio").c_str(), csvNumber(distribution->ratio));
        add((std::string(prefix) + "removed").c_str(), std::to_string(distribution->removed));
        add((std::string(prefix) + "explained").c_str(), csvNumber(distribution->explained));
    }
    add("patches", std::to_string(document.sets.front().patches));
    add("patch_width", std::to_string(document.sets.front().width));
    add("patch_height", std::to_string(document.sets.front().height));
    add("components", std::to_string(document.components));
    add("preset", std::string(toString(document.options.preset)));
    add("seconds", csvNumber(named.seconds));
    return cells;
}

/// What networks must have in common to be compared, e.g. "(x4, RGB)".
std::string kindText(const ModelCard& card) {
    return fmt::format("(x{}, {})", card.scale, coloursText(card));
}

std::string indexText(const SrgaIndex& index, const std::optional<SrgaFloor>& floor) {
    auto text = cellText(orNan(index.srga), "{:.2f}");
    if (index.srga && index.band) {
        text += fmt::format(" ±{:.2f}", (index.band->high - index.band->low) / 2.0);
    }
    return isInsideFloor(index, floor) ? "(" + text + ")" : text;
}

}  // namespace

bool isInsideFloor(const SrgaIndex& index, const std::optional<SrgaFloor>& floor) {
    return index.srga && floor && *index.srga <= floor->p90;
}

void addSrgaWarnings(SrgaDocument& document) {
    const auto patches = document.sets.front().patches;
    if (patches <= static_cast<std::size_t>(srgaAdvisedPatches)) {
        document.warnings.push_back(
            fmt::format("{} patches: the authors advise more than {}; indices of other numbers of patches are not "
                        "comparable",
                        patches, srgaAdvisedPatches));
    }
    if (!document.paired && document.options.preset == SrgaPreset::Exact && document.options.replicates > 0) {
        document.warnings.emplace_back(
            "the sets do not hold files of the same names: bands are of half-samples that are drawn for each set by "
            "itself, and wider");
    }
    for (auto& named : document.results) {
        const auto& first = document.results.front().card;
        if (named.addsInput) {
            named.warnings.push_back(fmt::format(
                "adds its enlarged input at the end: the features at '{}' hold only what must be changed, and move the "
                "more, the better a degradation is removed; compare it only with networks that do so, too, or at SR",
                named.tap));
        }
        if (named.card.scale != first.scale) {
            named.warnings.push_back(fmt::format(
                "enlarges by {} and {} by {}: their patches show other details, so that the indices are not "
                "comparable",
                named.card.scale, first.name, first.scale));
        }
        if (named.card.colour != first.colour) {
            named.warnings.push_back(fmt::format("one of {} and {} works on Y alone: the indices are not comparable",
                                                 named.card.name, first.name));
        }
        for (std::size_t i = 0; i < named.comparison.sets.size(); ++i) {
            const auto& set = named.comparison.sets[i];
            if (!set.fitted()) {
                named.warnings.push_back(fmt::format(
                    "the features of {} have no spread or a shape outside the family (ratio {:.4g}): no index",
                    document.sets[i].name, set.ratio));
            } else if (set.atEdge) {
                named.warnings.push_back(
                    fmt::format("the shape of {} lies at the edge of the grid of 'official', {:.3f}: the index of "
                                "'exact' says more",
                                document.sets[i].name, *set.beta));
            }
        }
    }
}

std::string toJson(const SrgaDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.source.device);
    json["options"] = srgaOptionsJson(document);
    json["warnings"] = document.warnings;
    json["sets"] = Json::array();
    for (const auto& set : document.sets) {
        json["sets"].push_back(setJson(set));
    }
    json["results"] = Json::array();
    for (const auto& named : document.results) {
        json["results"].push_back(srgaResultJson(document, named));
    }
    return dumpJson(json);
}

std::string toCsv(const SrgaDocument& document) {
    std::string text;
    for (const auto& named : document.results) {
        for (std::size_t i = 0; i < named.comparison.indices.size(); ++i) {
            if (text.empty()) {
                text = fmt::format("{}\n", fmt::join(srgaCells(document, named, i, /*headings=*/true), ","));
            }
            text += fmt::format("{}\n", fmt::join(srgaCells(document, named, i, /*headings=*/false), ","));
        }
    }
    return text;
}

std::vector<std::vector<std::string>> srgaTable(const SrgaDocument& document) {
    // Scales and colours in the order of the networks: what cannot be compared shares no column.
    std::vector<std::string> kinds;
    for (const auto& named : document.results) {
        if (std::ranges::find(kinds, kindText(named.card)) == kinds.end()) {
            kinds.push_back(kindText(named.card));
        }
    }
    std::vector<std::string> headings{"network", "scale", "colours", "tap", "adds input"};
    for (std::size_t i = 1; i < document.sets.size(); ++i) {
        for (const auto& kind : kinds) {
            headings.push_back(kinds.size() == 1 ? document.sets[i].name : document.sets[i].name + " " + kind);
        }
    }
    headings.insert(headings.end(), {"floor", "90 %", "seconds"});
    std::vector<std::vector<std::string>> rows{headings};
    for (const auto& named : document.results) {
        const auto& floor = named.comparison.floor;
        std::vector<std::string> row{named.card.name, std::to_string(named.card.scale), coloursText(named.card),
                                     named.tap, named.addsInput ? "yes" : "no"};
        for (const auto& index : named.comparison.indices) {
            for (const auto& kind : kinds) {
                row.push_back(kind == kindText(named.card) ? indexText(index, floor) : "-");
            }
        }
        row.push_back(floor ? cellText(floor->median, "{:.2f}") : "-");
        row.push_back(floor ? cellText(floor->p90, "{:.2f}") : "-");
        row.push_back(cellText(named.seconds, "{:.1f}"));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string toText(const SrgaDocument& document) {
    auto text = aligned(srgaTable(document));
    const bool parentheses = std::ranges::any_of(document.results, [](const NamedSrgaResult& named) {
        return std::ranges::any_of(named.comparison.indices, [&](const SrgaIndex& index) {
            return isInsideFloor(index, named.comparison.floor);
        });
    });
    if (parentheses) {
        text += "(in parentheses: not distinguishable from two halves of the reference)\n";
    }
    return text;
}

std::vector<std::string> warningsOf(const SrgaDocument& document) {
    return warningsOfAll(document.warnings, document.results);
}

std::filesystem::path srgaScoreFile(const std::filesystem::path& folder, const std::string& network,
                                    const std::string& set) {
    return folder / (network + "." + fileNamePart(set) + ".scores.npy");
}

void addSrgaArrays(StagedFiles& files, SrgaDocument& document, const std::filesystem::path& folder) {
    files.makeFolder(folder);
    for (auto& named : document.results) {
        for (std::size_t i = 0; i < named.comparison.sets.size(); ++i) {
            const auto& scores = named.comparison.sets[i].scores;
            const auto columns = static_cast<std::int64_t>(document.components);
            const std::array<std::int64_t, 2> shape{static_cast<std::int64_t>(scores.size()) / columns, columns};
            const auto file = srgaScoreFile(folder, named.card.name, document.sets[i].name);
            files.add(file, encodeNpy(shape, scores));
            named.scoreFiles.push_back(file);
        }
    }
}

}  // namespace lamscope
