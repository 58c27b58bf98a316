// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/table_text.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int sheetGap = 16;
constexpr int nameHeight = 30;   // of the network's name above its row
constexpr int wordsHeight = 56;  // above each panel
constexpr int legendRow = 30;
constexpr int mostPanels = 6;  // side by side
constexpr double smallText = 0.4;

const cv::Scalar referenceColour(0, 114, 178);
const cv::Scalar candidateColour(213, 94, 0);

/// OpenCV's typeface has no Greek letters and no ±.
std::string numberText(const std::optional<double>& value, const char* format) {
    return cellText(orNan(value), format);
}

/// A sheet of rows of panels; a row that has many is broken into lines.
struct Sheet {
    cv::Size panel;
    int columns = 0;
    int lines = 0;  // of a row
    cv::Mat mat;

    Sheet(cv::Size panelSize, int rows, int panels)
        : panel(panelSize)
        , columns(std::min(panels, mostPanels))
        , lines((panels + columns - 1) / columns)
        , mat(rows * rowHeight() + legendRow + sheetGap, columns * (panelSize.width + sheetGap) + sheetGap, CV_8UC3,
              sheetPaper) {}

    [[nodiscard]] int lineHeight() const { return wordsHeight + panel.height + sheetGap; }
    [[nodiscard]] int rowHeight() const { return nameHeight + lines * lineHeight(); }
    [[nodiscard]] cv::Point nameAt(int row) const { return {sheetGap, legendRow + row * rowHeight() + nameHeight - 6}; }
    [[nodiscard]] cv::Point panelAt(int row, int number) const {
        return {sheetGap + number % columns * (panel.width + sheetGap),
                legendRow + row * rowHeight() + nameHeight + wordsHeight + number / columns * lineHeight()};
    }
};

void addLegend(cv::Mat& sheet, const std::vector<std::pair<std::string, cv::Scalar>>& entries) {
    cv::Point at(sheetGap, legendRow - 8);
    for (const auto& [name, colour] : entries) {
        cv::rectangle(sheet, cv::Rect(at.x, at.y - 10, 11, 11), colour, cv::FILLED);
        writeText(sheet, name, at + cv::Point(17, 0), smallText);
        at.x += 17 + textWidth(name, smallText) + 18;
    }
}

// Densities

constexpr double densityDecades = 4.5;
constexpr std::size_t histogramBars = 80;

/// A panel of densities over −reach … reach; the top is the largest density of the network's sets.
struct DensityAxes {
    cv::Size size;
    double reach = 1.0;
    double top = 1.0;

    [[nodiscard]] int xOf(double score) const {
        return cvRound((score / reach + 1.0) / 2.0 * static_cast<double>(size.width - 1));
    }
    [[nodiscard]] int yOf(double density) const {
        const double decades = density > 0.0 ? std::log10(top / density) : densityDecades;
        return cvRound(std::clamp(decades / densityDecades, 0.0, 1.0) * static_cast<double>(size.height - 1));
    }
};

void drawDistribution(cv::Mat& panel, const DensityAxes& axes, const SrgaDistribution& set, const cv::Scalar& colour) {
    const auto histogram = histogramOf(set.scores, axes.reach, histogramBars);
    for (std::size_t i = 0; i < histogram.densities.size(); ++i) {
        const double left = histogram.from + static_cast<double>(i) * histogram.width;
        const int y = axes.yOf(histogram.densities[i]);
        if (histogram.densities[i] > 0.0 && y < axes.size.height - 1) {
            cv::line(panel, {axes.xOf(left), y}, {axes.xOf(left + histogram.width), y}, colour, 2);
        }
    }
    const auto fitted = set.fitted();
    if (!fitted) {
        return;
    }
    std::vector<cv::Point> curve;
    for (int x = 0; x < axes.size.width; ++x) {
        const double score = (2.0 * x / (axes.size.width - 1.0) - 1.0) * axes.reach;
        curve.emplace_back(x, axes.yOf(densityAt(*fitted, score)));
    }
    cv::polylines(panel, curve, /*isClosed=*/false, colour, 1, cv::LINE_AA);
}

DensityAxes axesOf(const SrgaComparison& comparison, cv::Size size) {
    constexpr double deviations = 4.0;
    DensityAxes axes{.size = size, .reach = 0.0, .top = 0.0};
    for (const auto& set : comparison.sets) {
        axes.reach = std::max(axes.reach, deviations * set.sigma);
    }
    axes.reach = axes.reach > 0.0 ? axes.reach : 1.0;
    for (const auto& set : comparison.sets) {
        const auto histogram = histogramOf(set.scores, axes.reach, histogramBars);
        axes.top = std::max(axes.top, *std::ranges::max_element(histogram.densities));
    }
    axes.top = axes.top > 0.0 ? 1.5 * axes.top : 1.0;
    return axes;
}

std::string shapeWords(const char* which, const SrgaDistribution& set) {
    return fmt::format("{}: sigma {:.4g}, beta {}", which, set.sigma, numberText(set.beta, "{:.3f}"));
}

void drawSrgaPanel(Sheet& sheet, int row, int column, const SrgaDocument& document, const NamedSrgaResult& named) {
    const auto candidate = static_cast<std::size_t>(column);
    const auto& comparison = named.comparison;
    const auto& index = comparison.indices[candidate];
    const auto& set = comparison.sets[candidate + 1];
    const auto axes = axesOf(comparison, sheet.panel);
    cv::Mat panel(sheet.panel, CV_8UC3, sheetPaper);
    drawDistribution(panel, axes, comparison.sets.front(), referenceColour);
    drawDistribution(panel, axes, set, candidateColour);
    const auto place = sheet.panelAt(row, column);
    placePanel(sheet.mat, panel, place);
    auto words = fmt::format("{}: SRGA {}", document.sets[candidate + 1].name, numberText(index.srga, "{:.2f}"));
    if (index.band) {
        words += fmt::format(" (+-{:.2f})", (index.band->high - index.band->low) / 2.0);
    }
    if (isInsideFloor(index, comparison.floor)) {
        words += ", inside the floor";
    }
    writeText(sheet.mat, words, place + cv::Point(0, -38), 0.45);
    writeText(sheet.mat, shapeWords("reference", comparison.sets.front()), place + cv::Point(0, -22), smallText,
              referenceColour);
    writeText(sheet.mat, shapeWords("candidate", set), place + cv::Point(0, -7), smallText, candidateColour);
}

// Scatters

struct PlaneRange {
    double x0 = std::numeric_limits<double>::infinity();
    double x1 = -std::numeric_limits<double>::infinity();
    double y0 = std::numeric_limits<double>::infinity();
    double y1 = -std::numeric_limits<double>::infinity();
};

/// Of all points, with a margin; one unit is as long in both directions.
PlaneRange rangeOf(const std::vector<double>& points) {
    PlaneRange range;
    for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
        range.x0 = std::min(range.x0, points[i]);
        range.x1 = std::max(range.x1, points[i]);
        range.y0 = std::min(range.y0, points[i + 1]);
        range.y1 = std::max(range.y1, points[i + 1]);
    }
    constexpr double margin = 1.08;
    const double half = std::max({range.x1 - range.x0, range.y1 - range.y0, 1e-300}) / 2.0 * margin;
    const double x = (range.x0 + range.x1) / 2.0;
    const double y = (range.y0 + range.y1) / 2.0;
    return {x - half, x + half, y - half, y + half};
}

void drawDdrPanel(Sheet& sheet, int row, int column, const DdrDocument& document, const DdrTap& tap) {
    cv::Mat panel(sheet.panel, CV_8UC3, sheetPaper);
    const auto& points = shownPoints(tap);
    const auto range = rangeOf(points);
    constexpr int shift = 4;  // fractional bits of OpenCV's coordinates
    constexpr double unit = 1 << shift;
    for (std::size_t i = 0; i < document.labels.size(); ++i) {
        const double x = (points[2 * i] - range.x0) / (range.x1 - range.x0) * (sheet.panel.width - 1);
        const double y = (range.y1 - points[2 * i + 1]) / (range.y1 - range.y0) * (sheet.panel.height - 1);
        if (std::isfinite(x) && std::isfinite(y)) {
            const auto colour = sheetColour(static_cast<std::size_t>(document.labels[i]));
            cv::circle(panel, {cvRound(x * unit), cvRound(y * unit)}, cvRound(2.5 * unit), colour, cv::FILLED,
                       cv::LINE_AA, shift);
        }
    }
    const auto place = sheet.panelAt(row, column);
    placePanel(sheet.mat, panel, place);
    writeText(sheet.mat, tap.key, place + cv::Point(0, -38), 0.45);
    writeText(sheet.mat, tap.what == tap.key ? "" : tap.what, place + cv::Point(0, -22), smallText);
    const auto ratios = fmt::format("CH {}, in PCA-2 {}", ratioText(tap.ratioFeatures), ratioText(tap.ratioPca2));
    writeText(sheet.mat, ratios, place + cv::Point(0, -7), smallText);
}

}  // namespace

Image drawSrga(const SrgaDocument& document) {
    if (document.results.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to draw");
    }
    const int rows = static_cast<int>(document.results.size());
    const int columns = static_cast<int>(document.sets.size()) - 1;
    Sheet sheet({320, 240}, rows, std::max(columns, 1));
    addLegend(sheet.mat, {{"reference: " + document.sets.front().name, referenceColour},
                          {"candidate (density, log scale)", candidateColour}});
    for (int row = 0; row < rows; ++row) {
        const auto& named = document.results[static_cast<std::size_t>(row)];
        auto title = fmt::format("{}, input of {}", named.card.name, named.tap);
        if (named.comparison.floor) {
            title += fmt::format(", floor {:.2f} (90 %: {:.2f})", named.comparison.floor->median,
                                 named.comparison.floor->p90);
        }
        if (named.addsInput) {
            title += ", adds its input";
        }
        writeText(sheet.mat, title, sheet.nameAt(row), 0.5);
        for (int column = 0; column < columns; ++column) {
            drawSrgaPanel(sheet, row, column, document, named);
        }
    }
    return toImage(sheet.mat);
}

Image drawDdr(const DdrDocument& document) {
    if (document.results.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to draw");
    }
    std::size_t columns = 1;
    for (const auto& named : document.results) {
        columns = std::max(columns, named.taps.size());
    }
    Sheet sheet({260, 260}, static_cast<int>(document.results.size()), static_cast<int>(columns));
    std::vector<std::pair<std::string, cv::Scalar>> legend;
    for (std::size_t c = 0; c < document.classes.size(); ++c) {
        legend.emplace_back(document.classes[c].name, sheetColour(c));
    }
    addLegend(sheet.mat, legend);
    for (std::size_t row = 0; row < document.results.size(); ++row) {
        const auto& named = document.results[row];
        auto title = named.card.name;
        title += document.options.embed == DdrEmbedding::Tsne ? ", t-SNE" : ", PCA 1 and 2";
        if (document.options.pool == FeaturePooling::Mean) {
            title += " of channel means";
        }
        if (named.addsInput) {
            title += ", adds its input";
        }
        writeText(sheet.mat, title, sheet.nameAt(static_cast<int>(row)), 0.5);
        for (std::size_t column = 0; column < named.taps.size(); ++column) {
            drawDdrPanel(sheet, static_cast<int>(row), static_cast<int>(column), document, named.taps[column]);
        }
    }
    return toImage(sheet.mat);
}

}  // namespace lamscope
