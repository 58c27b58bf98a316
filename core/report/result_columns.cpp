// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/result_columns.h"

#include <array>
#include <limits>

namespace lamscope {

namespace {

ResultValue restorationValue(const ResultRow& row, std::optional<double> RestorationMeasures::*measure) {
    return row.restoration == nullptr ? ResultValue() : valueIfKnown(row.restoration->*measure);
}

constexpr auto
    allColumns =
        std::
            to_array<ResultColumn>(
                {
                    {.key = "network",
                     .kind = ColumnKind::Subject,
                     .value = [](const ResultRow& row) -> ResultValue { return row.name; },
                     .explanation = "Shown networks in their colours",
                     .side = ColumnSide::Left,
                     .terminal = {"network"},
                     .paper = {"Network"},
                     .window = {"network"},
                     .ofDiMapCell = true},
                    {.key = "architecture",
                     .kind = ColumnKind::Subject,
                     .value = [](const ResultRow& row) -> ResultValue { return row.card.architecture; },
                     .explanation = "Architecture of the network",
                     .side = ColumnSide::Left},
                    {.key = "scale",
                     .kind = ColumnKind::Subject,
                     .value = [](const ResultRow& row) -> ResultValue { return row.card.scale; },
                     .explanation = "Side of the SR image over side of the LR image"},
                    {.key = "parameters",
                     .kind = ColumnKind::Subject,
                     .value = [](const ResultRow& row) -> ResultValue { return row.card.parameters; },
                     .explanation = "Values in the network's tensors"},
                    {.key = "lr_width",
                     .kind = ColumnKind::Subject,
                     .value = [](const ResultRow& row) -> ResultValue { return row.lrWidth; },
                     .explanation = "Width of the whole LR image",
                     .unit = "px"},
                    {.key = "lr_height",
                     .kind = ColumnKind::Subject,
                     .value = [](const ResultRow& row) -> ResultValue { return row.lrHeight; },
                     .explanation = "Height of the whole LR image",
                     .unit = "px"},
                    {.key = "patch_x",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.patch.x; },
                     .explanation = "Left column of the patch, SR pixels",
                     .unit = "px",
                     .ofDiMapCell = true},
                    {.key = "patch_y",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.patch.y; },
                     .explanation = "Top row of the patch, SR pixels",
                     .unit = "px",
                     .ofDiMapCell = true},
                    {.key = "patch_size",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.patch.size; },
                     .explanation = "Side of the patch, SR pixels",
                     .unit = "px",
                     .ofDiMapCell = true},
                    {.key = "context_x",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.context.x; },
                     .explanation = "Left column of what the network saw, LR pixels",
                     .unit = "px"},
                    {.key = "context_y",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.context.y; },
                     .explanation = "Top row of what the network saw, LR pixels",
                     .unit = "px"},
                    {.key = "context_width",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.context.width; },
                     .explanation = "Width of what the network saw, LR pixels",
                     .unit = "px"},
                    {.key = "context_height",
                     .kind = ColumnKind::Place,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.context.height; },
                     .explanation = "Height of what the network saw, LR pixels",
                     .unit = "px"},
                    {.key = "di",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.diffusionIndex); },
                     .explanation = "Diffusion index, (1 − Gini) · 100, 0…100: how widely the network looks. "
                                    "Comparable only for the "
                                    "same context",
                     .terminal = {"DI", 2},
                     .paper = {"DI", 2},
                     .window = {"DI", 2},
                     .ofDiMapCell = true},
                    {.key = "di_difference",
                     .kind = ColumnKind::Derived,
                     .value = [](const ResultRow& row) -> ResultValue {
                         if (row.reference == nullptr || !row.result.diffusionIndex || !row.reference->diffusionIndex) {
                             return {};
                         }
                         return *row.result.diffusionIndex - *row.reference->diffusionIndex;
                     },
                     .explanation = "Diffusion index minus that of the reference network",
                     .withSign = true,
                     .window = {"ΔDI", 2}},
                    {.key = "gini",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.gini); },
                     .explanation = "Gini coefficient of the map, 0…1"},
                    {.key = "mass95_pixels",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.mass95Pixels); },
                     .explanation = "Fewest LR pixels that carry 95 % of the map",
                     .unit = "px",
                     .terminal = {"95 % px"},
                     .paper = {"95 %"},
                     .latexHeading = R"(95\,\%)",
                     .window = {"95 % px"},
                     .ofDiMapCell = true},
                    {.key = "radius_pixels",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.radiusPixels); },
                     .explanation = "Radius of gyration of the map around the patch's centre, LR pixels",
                     .unit = "px",
                     .terminal = {"radius px", 1},
                     .paper = {"Radius", 1},
                     .window = {"radius", 1},
                     .ofDiMapCell = true},
                    {.key = "detector_image",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.detectorImage; },
                     .explanation = "Detector's value in the patch of the SR image",
                     .terminal = {"D(F(I))", 2},
                     .paper = {"D(F(I))", 2},
                     .latexHeading = "$D(F(I))$",
                     .window = {"D(F(I))", 2}},
                    {.key = "detector_baseline",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.detectorBaseline; },
                     .explanation = "D(F(I′)): detector's value in the patch of the baseline's SR image"},
                    {.key = "detector_difference",
                     .kind = ColumnKind::Derived,
                     .value = [](const ResultRow& row) -> ResultValue {
                         return row.result.detectorImage - row.result.detectorBaseline;
                     },
                     .explanation = "D(F(I)) − D(F(I′)): what the path from the baseline I′ adds, units of D",
                     .terminal = {"delta D", 2},
                     .paper = {"ΔD", 2},
                     .latexHeading = R"($\Delta D$)",
                     .window = {"ΔD", 2}},
                    {.key = "attribution_sum",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.attributionSum; },
                     .explanation = "Sum of the attribution, units of D"},
                    {.key = "completeness_error",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.completenessError); },
                     .explanation = "Completeness error: sum of the attribution minus ΔD, as a share of ΔD. "
                                    "exact: equal but for rounding, by the secant rule",
                     .unit = "%",
                     .factor = 100.0,
                     .withSign = true,
                     .terminal = {"compl. %", 2},
                     .paper = {"Completeness", 2},
                     .window = {"compl.", 2},
                     .unitInWindowCells = true,
                     .ofDiMapCell = true,
                     .word =
                         [](const ResultRow& row) {
                             return isExactSum(row.result) ? std::string_view("exact") : std::string_view();
                         }},
                    {.key = "nodes",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.nodes; },
                     .explanation = "Path images that were evaluated; with the secant rule, cells of the path",
                     .terminal = {"nodes"},
                     .paper = {"Nodes"},
                     .window = {"nodes"},
                     .ofDiMapCell = true},
                    {.key = "estimated_map_error",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.estimatedMapError); },
                     .explanation = "Estimated error of the map, relative L1 norm (1 is 100 %)",
                     .terminal = {"est. error", 3},
                     .window = {"est. err", 3},
                     .onlyWhereKnown = true},
                    {.key = "nonfinite_gradients",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.nonfiniteGradients; },
                     .explanation = "Elements of gradients that were NaN or infinite and were set to 0"},
                    {.key = "psnr_patch",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.psnrPatch); },
                     .explanation = "SR against HR in the patch, RGB, dB",
                     .unit = "dB",
                     .terminal = {"PSNR patch", 2},
                     .paper = {"PSNR", 2},
                     .window = {"PSNR patch", 2},
                     .onlyWhereKnown = true},
                    {.key = "psnr",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.psnr); },
                     .explanation = "SR against HR over the context, RGB, dB",
                     .unit = "dB",
                     .window = {"PSNR", 2},
                     .onlyWhereKnown = true},
                    {.key = "seconds",
                     .kind = ColumnKind::Cost,
                     .value = [](const ResultRow& row) -> ResultValue { return row.result.seconds; },
                     .explanation = "Wall time of the computation, seconds",
                     .unit = "s",
                     .terminal = {"seconds", 1},
                     .window = {"time", 2},
                     .unitInWindowCells = true},
                    {.key = "rule",
                     .kind = ColumnKind::Measure,
                     .value =
                         [](const ResultRow& row) -> ResultValue { return std::string(toString(row.result.rule)); },
                     .explanation = "How gradients were added up along the path: secant, midpoint or right-endpoint",
                     .ofDiMapCell = true},
                    {.key = "mask_mass_ratio",
                     .kind = ColumnKind::Measure,
                     .value = [](const ResultRow& row) { return valueIfKnown(row.result.maskMassRatio); },
                     .explanation = "Share of the map under the rain over the share of the context under it: above 1 "
                                    "the network looks through rain",
                     .terminal = {"rain x", 2},
                     .paper = {"Mass under rain", 2},
                     .window = {"rain ×", 2},
                     .onlyWhereKnown = true},
                    {.key = "e_r",
                     .kind = ColumnKind::Derived,
                     .value = [](const ResultRow& row) { return restorationValue(row, &RestorationMeasures::er); },
                     .explanation = "E_R: RMS of output minus input where the degradation lies, whole image, 0…1. "
                                    "Larger is more removed, but any change counts",
                     .terminal = {"E_R", 3},
                     .paper = {"E_R", 3},
                     .latexHeading = "$E_R$",
                     .window = {"E_R", 3},
                     .onlyWhereKnown = true},
                    {.key = "e_b",
                     .kind = ColumnKind::Derived,
                     .value = [](const ResultRow& row) { return restorationValue(row, &RestorationMeasures::eb); },
                     .explanation = "E_B: RMS of output minus clean image beside the degradation, whole image, 0…1. "
                                    "Smaller keeps the background better",
                     .terminal = {"E_B", 3},
                     .paper = {"E_B", 3},
                     .latexHeading = "$E_B$",
                     .window = {"E_B", 3},
                     .onlyWhereKnown = true},
                    {.key = "transmission",
                     .kind = ColumnKind::Derived,
                     .value =
                         [](const ResultRow& row) { return restorationValue(row, &RestorationMeasures::transmission); },
                     .explanation = "Transmission: what of the degradation comes through, whatever the network does to "
                                    "the clean image. 1 for a copy, 0 where all is removed",
                     .terminal = {"tau", 2},
                     .paper = {"τ", 2},
                     .latexHeading = R"($\tau$)",
                     .window = {"τ", 2},
                     .onlyWhereKnown = true},
                    {.key = "removed_slope",
                     .kind = ColumnKind::Derived,
                     .value =
                         [](const ResultRow& row) { return restorationValue(row, &RestorationMeasures::removedSlope); },
                     .explanation = "Slope of what was removed over what was added: 0 for a copy, 1 where all is "
                                    "removed; an offset of the output does not count",
                     .terminal = {"slope", 2},
                     .paper = {"Slope", 2},
                     .window = {"slope", 2},
                     .onlyWhereKnown = true},
                });

}  // namespace

std::span<const ResultColumn> resultColumns() {
    return allColumns;
}

bool isKnown(const ResultValue& value) {
    return !std::holds_alternative<std::monostate>(value);
}

double shownNumber(const ResultColumn& column, const ResultValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return column.factor * static_cast<double>(*whole);
    }
    const auto* number = std::get_if<double>(&value);
    return number != nullptr ? column.factor * *number : std::numeric_limits<double>::quiet_NaN();
}

LamResult resultOfCell(const DiMapCell& cell) {
    LamResult result;
    result.patch = cell.patch;
    result.nodes = cell.nodes;
    result.diffusionIndex = cell.diffusionIndex;
    result.rule = cell.rule;
    result.mass95Pixels = cell.mass95Pixels;
    result.radiusPixels = cell.radiusPixels;
    result.completenessError = cell.completenessError;
    return result;
}

}  // namespace lamscope
