// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/derain_document.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.h"
#include "base/json_text.h"
#include "base/table_text.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;
using Measures = RestorationMeasures;

/// The value of a column that is a member of the measures.
template <std::optional<double> Measures::*member>
std::optional<double> measured(const DerainRow& row) {
    return row.measures.*member;
}

std::optional<double> ssimOf(const DerainRow& row) {
    return row.result == nullptr ? std::nullopt : row.result->ssim;
}

std::optional<double> psnrInputOf(const DerainRow& row) {
    return row.result == nullptr ? std::nullopt : row.result->psnrInput;
}

std::optional<double> maskShareOf(const DerainRow& row) {
    return row.measures.maskShare;
}

constexpr std::array<DerainColumn, 13> columns{{
    {"e_r", "E_R", 3, "RMS of output - input in the mask: larger is more removed; any change counts",
     measured<&Measures::er>},
    {"e_b", "E_B", 3, "RMS of output - clean outside the mask: smaller keeps the background better",
     measured<&Measures::eb>},
    {"residual", "left", 3, "RMS of output - clean in the mask", measured<&Measures::residual>},
    {"removed_projection", "projection", 2,
     "how much of the rain is in what was removed, whole image; 0 for a copy, 1 for the clean image",
     measured<&Measures::removedProjection>},
    {"removed_slope", "slope", 2, "the same as a regression in the mask: an offset drops out",
     measured<&Measures::removedSlope>},
    {"transmission", "tau", 2, "how much of the added rain comes through; 1 for a copy, 0 for the clean image",
     measured<&Measures::transmission>},
    {"transmission_slope", "tau slope", 2, "the same as a regression in the mask",
     measured<&Measures::transmissionSlope>},
    {"clean_change", "clean change", 3, "RMS of what the network does to the clean image",
     measured<&Measures::cleanChange>},
    {"psnr", "PSNR", 2, "of output and clean image, dB", measured<&Measures::psnr>},
    {"ssim", "SSIM", 4, "of output and clean image", ssimOf},
    {"psnr_input", "input PSNR", 2, "of input and clean image, dB", psnrInputOf},
    {"rain_rms", "rain", 3, "RMS of input - clean in the mask: E_R of the clean image", measured<&Measures::rainRms>},
    {"mask_share", "mask", 2, "share of the pixels that are in the mask", maskShareOf},
}};

void addColumns(Json& json, const DerainRow& row) {
    for (const auto& column : columns) {
        json[column.key] = numberOrNull(column.value(row));
    }
}

Json imageJson(const DerainImage& image) {
    const auto& measures = image.measures;
    return {{"file", image.file},
            {"e_r", numberOrNull(measures.er)},
            {"e_b", numberOrNull(measures.eb)},
            {"removed_slope", numberOrNull(measures.removedSlope)},
            {"transmission", numberOrNull(measures.transmission)},
            {"psnr", numberOrNull(measures.psnr)},
            {"ssim", numberOrNull(image.ssim)},
            {"psnr_input", numberOrNull(image.psnrInput)},
            {"mask_share", measures.maskShare},
            {"seconds", image.seconds}};
}

Json blurJson(const BlurPoint& point) {
    const auto& measures = point.measures;
    return {{"sigma_px", point.sigma},
            {"e_r", numberOrNull(measures.er)},
            {"e_b", numberOrNull(measures.eb)},
            {"removed_projection", numberOrNull(measures.removedProjection)},
            {"removed_slope", numberOrNull(measures.removedSlope)},
            {"transmission", numberOrNull(measures.transmission)},
            {"transmission_slope", numberOrNull(measures.transmissionSlope)},
            {"psnr", numberOrNull(measures.psnr)}};
}

Json folderJson(const std::filesystem::path& folder) {
    return folder.empty() ? Json(nullptr) : Json(folder.string());
}

Json resultJson(const DerainDocument& document, const DerainResult& result) {
    const auto& range = document.ranges[result.range];
    Json json{{"model", modelJson(result.card)},
              {"range", range.name},
              {"recipe", valueOrNull(range.recipe)},
              {"amplitude", numberOrNull(range.amplitude)},
              {"images", result.images.size()}};
    addColumns(json, {.range = range, .measures = result.measures, .result = &result});
    json["seconds"] = result.seconds;
    json["per_image"] = Json::array();
    for (const auto& image : result.images) {
        json["per_image"].push_back(imageJson(image));
    }
    json["blur_line"] = Json::array();
    for (const auto& point : result.blurLine) {
        json["blur_line"].push_back(blurJson(point));
    }
    auto warnings = result.card.warnings;
    warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
    json["warnings"] = warnings;
    return json;
}

std::size_t imagesOf(const DerainRow& row) {
    return row.result == nullptr ? 0 : row.result->images.size();
}

/// Images of a result that a condition holds for, as words for a warning.
template <typename Condition>
std::string someOf(const DerainResult& result, const Condition& condition) {
    const auto count = std::ranges::count_if(result.images, condition);
    return count == 0 ? "" : fmt::format("{} of {} images", count, result.images.size());
}

}  // namespace

std::string DerainRow::name() const {
    return result == nullptr ? fmt::format("Gaussian blur {:g} px", sigma.value_or(0.0)) : result->card.name;
}

std::vector<DerainRow> derainRows(const DerainDocument& document) {
    std::vector<DerainRow> rows;
    for (const auto& result : document.results) {
        rows.push_back(
            {.range = document.ranges[result.range], .measures = result.measures, .result = &result, .sigma = {}});
    }
    for (std::size_t i = 0; i < document.ranges.size(); ++i) {
        const auto found = std::ranges::find(document.results, i, &DerainResult::range);
        if (found == document.results.end()) {
            continue;
        }
        for (const auto& point : found->blurLine) {
            rows.push_back({.range = document.ranges[i],
                            .measures = point.measures,
                            .result = nullptr,
                            .sigma = std::optional(point.sigma)});
        }
    }
    return rows;
}

std::span<const DerainColumn> derainColumns() {
    return columns;
}

void addDerainWarnings(DerainDocument& document) {
    for (std::size_t i = 0; i < document.ranges.size(); ++i) {
        const auto found = std::ranges::find(document.results, i, &DerainResult::range);
        if (found == document.results.end()) {
            continue;
        }
        const auto add = [&](const std::string& which, const char* what) {
            if (!which.empty()) {
                document.warnings.push_back(fmt::format("{}: {} {}", document.ranges[i].name, which, what));
            }
        };
        add(someOf(*found, [](const DerainImage& image) { return image.measures.maskShare == 0.0; }),
            "have an empty mask: nothing is above its threshold, and E_R is not defined");
        add(someOf(*found, [](const DerainImage& image) { return image.measures.maskShare > largestMaskShare; }),
            "have a mask over 95 %, which leaves too little background: E_B is not defined");
    }
}

std::string toJson(const DerainDocument& document) {
    Json json;
    json["lamscope"] = programJson(document.device);
    auto& options = json["options"] = Json::object();
    for (const auto& row : derainOptionTable()) {
        std::string name(row.name);
        std::ranges::replace(name, '-', '_');
        options[name] = row.get(document.options);
    }
    options["blur_line"] = document.blurLine;
    options["clean"] = Json::array();
    for (const auto& image : document.clean) {
        options["clean"].push_back(image.string());
    }
    const auto& first = document.ranges.front();
    options["rainy"] = folderJson(first.rainy);
    options["layer"] = folderJson(first.layer);
    addReading(options, document.reading);
    options["device"] = document.device;
    options["threads"] = document.threads;
    json["warnings"] = document.warnings;
    json["results"] = Json::array();
    for (const auto& result : document.results) {
        json["results"].push_back(resultJson(document, result));
    }
    return dumpJson(json);
}

std::string toCsv(const DerainDocument& document) {
    std::string text = "network,range,recipe,amplitude,sigma_px,images";
    for (const auto& column : columns) {
        text += fmt::format(",{}", column.key);
    }
    text += ",seconds\n";
    for (const auto& row : derainRows(document)) {
        text += fmt::format("{},{},{},{},{},{}", csvField(row.name()), csvField(row.range.name),
                            csvField(row.range.recipe.value_or("")), csvNumber(orNan(row.range.amplitude)),
                            csvNumber(orNan(row.sigma)),
                            row.result == nullptr ? std::string() : std::to_string(imagesOf(row)));
        for (const auto& column : columns) {
            text += fmt::format(",{}", csvNumber(orNan(column.value(row))));
        }
        text += fmt::format(",{}\n", row.result == nullptr ? std::string() : csvNumber(row.result->seconds));
    }
    return text;
}

std::vector<std::vector<std::string>> derainTable(const DerainDocument& document) {
    std::vector<std::string> headings{"network", "range", "images"};
    for (const auto& column : columns) {
        headings.emplace_back(column.heading);
    }
    headings.emplace_back("seconds");
    std::vector<std::vector<std::string>> table{headings};
    for (const auto& row : derainRows(document)) {
        const bool isBlur = row.result == nullptr;
        std::vector<std::string> cells{row.name(), row.range.name, isBlur ? "-" : std::to_string(imagesOf(row))};
        for (const auto& column : columns) {
            cells.push_back(cellText(orNan(column.value(row)), fmt::format("{{:.{}f}}", column.decimals).c_str()));
        }
        cells.push_back(isBlur ? "-" : cellText(row.result->seconds, "{:.1f}"));
        table.push_back(std::move(cells));
    }
    return table;
}

std::string toText(const DerainDocument& document) {
    return aligned(derainTable(document));
}

std::vector<std::string> warningsOf(const DerainDocument& document) {
    auto warnings = document.warnings;
    const ModelCard* last = nullptr;
    for (const auto& result : document.results) {
        if (last == nullptr || last->name != result.card.name) {
            for (const auto& warning : result.card.warnings) {
                warnings.push_back(fmt::format("{}: {}", result.card.name, warning));
            }
        }
        last = &result.card;
        for (const auto& warning : result.warnings) {
            warnings.push_back(
                fmt::format("{}, {}: {}", result.card.name, document.ranges[result.range].name, warning));
        }
    }
    return warnings;
}

}  // namespace lamscope
