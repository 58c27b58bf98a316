// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_columns.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "image/colour.h"
#include "method/faithfulness/faithfulness_columns.h"

namespace lamscope {

namespace {

constexpr int smallestSide = 11;  // the window of SSIM
constexpr std::string_view ofPatch = "patch_";

std::vector<StudyColumn> makeStudyColumns() {
    std::vector<StudyColumn> columns;
    for (const auto& column : resultColumns()) {
        if (column.kind != ColumnKind::Subject && column.kind != ColumnKind::Derived) {
            // The unit is that of tables for people, who read `factor` times the number.
            const std::string_view unit = column.factor == 1.0 ? column.unit : "fraction";
            columns.push_back({std::string(column.key), unit, column.explanation, [&column](const StudyResult& result) {
                                   return column.value(
                                       {.card = result.card, .result = result.map, .name = result.card.name});
                               }});
        }
    }
    const auto seconds = std::ranges::find(columns, "seconds", &StudyColumn::name);
    seconds->explanation = "Time of the task divided by its maps, which share forward passes";
    const auto add = [&](const char* name, std::string_view unit, const char* explanation,
                         std::optional<Quality> ContextQuality::*quality, double Quality::*number) {
        columns.push_back({name, unit, explanation, [quality, number](const StudyResult& result) {
                               const auto& known = result.quality.*quality;
                               return known ? ResultValue((*known).*number) : ResultValue();
                           }});
    };
    add("psnr_y", "dB", "SR against HR over the context without a border of scale pixels, 8 bits, on Y",
        &ContextQuality::luma, &Quality::psnr);
    add("psnr_rgb", "dB", "The same on RGB", &ContextQuality::colour, &Quality::psnr);
    add("ssim", "", "Structural similarity of the same on Y", &ContextQuality::luma, &Quality::ssim);
    columns.push_back({"lpips", "",
                       "LPIPS 0.1 (AlexNet) of the same on RGB, lower is better; null in studies without it",
                       [](const StudyResult& result) { return valueIfKnown(result.quality.lpips); }});
    for (const auto& column : faithfulnessColumns()) {
        if (column.heading != nullptr) {
            columns.push_back({fmt::format("faith_{}", column.key), "",
                               fmt::format("{}; null in studies without it", column.explanation),
                               [&column](const StudyResult& result) {
                                   const double value = result.faithfulness != nullptr
                                                            ? column.value(*result.faithfulness)
                                                            : std::nan("");
                                   return std::isfinite(value) ? ResultValue(value) : ResultValue();
                               }});
        }
    }
    return columns;
}

}  // namespace

const ContextQuality& ContextQualities::of(const ModelCard& card, const LamResult& map) {
    const auto& [x, y, width, height] = map.context;
    const auto [found, isNew] = known_.try_emplace({x, y, width, height});
    const int border = card.scale;
    const int side = std::min(map.hr.width(), map.hr.height()) - 2 * border;  // without HR below all others
    if (isNew && side >= smallestSide) {
        const auto sr = quantise8(map.sr);
        found->second.luma = compareImages(sr, map.hr, Channel::Y, border);
        found->second.colour = compareImages(sr, map.hr, Channel::Rgb, border);
        if (lpips_ != nullptr && side >= Lpips::smallestSide) {
            found->second.lpips = lpips_->distance(sr, map.hr, border);
        }
    }
    return found->second;
}

const std::vector<StudyColumn>& studyColumns() {
    static const auto columns = makeStudyColumns();
    return columns;
}

StudyRow rowOf(const StudyResult& result, bool withMap) {
    StudyRow row;
    for (const auto& column : studyColumns()) {
        row.values.push_back(column.value(result));
    }
    if (withMap) {
        row.map = packMap(result.map.map, result.map.context.height, result.map.context.width);
    }
    return row;
}

StudyRow failedRow(const ModelCard& card, const Patch& patch, const std::string& error) {
    LamResult place;
    place.patch = patch;
    StudyRow row{.error = error};
    for (const auto& column : studyColumns()) {
        row.values.push_back(column.name.starts_with(ofPatch) ? column.value({.card = card, .map = place})
                                                              : ResultValue());
    }
    return row;
}

}  // namespace lamscope
