// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_columns.h"

#include <algorithm>

#include "image/colour.h"

namespace lamscope {

namespace {

constexpr int smallestSide = 11;  // the window of SSIM

std::vector<StudyColumn> makeStudyColumns() {
    std::vector<StudyColumn> columns;
    for (const auto& column : resultColumns()) {
        if (column.kind != ColumnKind::Subject && column.kind != ColumnKind::Derived) {
            columns.push_back({column.key, column.unit, column.explanation, [&column](const StudyResult& result) {
                                   return column.value(
                                       {.card = result.card, .result = result.map, .name = result.card.name});
                               }});
        }
    }
    const auto add = [&](std::string_view name, std::string_view unit, const char* explanation,
                         std::optional<Quality> StudyResult::*quality, double Quality::*number) {
        columns.push_back({name, unit, explanation, [quality, number](const StudyResult& result) {
                               const auto& known = result.*quality;
                               return known ? ResultValue((*known).*number) : ResultValue();
                           }});
    };
    add("psnr_y", "dB", "SR against HR over the context without a border of scale pixels, 8 bits, on Y",
        &StudyResult::luma, &Quality::psnr);
    add("psnr_rgb", "dB", "The same on RGB", &StudyResult::colour, &Quality::psnr);
    add("ssim", "", "Structural similarity of the same on Y", &StudyResult::luma, &Quality::ssim);
    return columns;
}

}  // namespace

StudyResult studyResultOf(const ModelCard& card, const LamResult& map) {
    StudyResult result{.card = card, .map = map};
    const int border = card.scale;
    if (!map.hr.empty() && std::min(map.hr.width(), map.hr.height()) - 2 * border >= smallestSide) {
        const auto sr = quantise8(map.sr);
        result.luma = compareImages(sr, map.hr, Channel::Y, border);
        result.colour = compareImages(sr, map.hr, Channel::Rgb, border);
    }
    return result;
}

const std::vector<StudyColumn>& studyColumns() {
    static const auto columns = makeStudyColumns();
    return columns;
}

}  // namespace lamscope
