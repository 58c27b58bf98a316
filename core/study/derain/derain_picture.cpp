// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/derain/derain_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

using Measures = RestorationMeasures;

constexpr int panelSide = 420;
constexpr int leftMargin = 70;
constexpr int topMargin = 40;
constexpr int bottomMargin = 50;
constexpr int rightMargin = 24;
constexpr int legendRow = 22;
constexpr int markerSize = 12;
constexpr double smallText = 0.4;
constexpr double titleText = 0.5;

const cv::Scalar blurColour(140, 140, 140);

constexpr std::array rangeMarkers{cv::MARKER_SQUARE,       cv::MARKER_TRIANGLE_UP,   cv::MARKER_DIAMOND,
                                  cv::MARKER_TILTED_CROSS, cv::MARKER_TRIANGLE_DOWN, cv::MARKER_CROSS,
                                  cv::MARKER_STAR};

/// An axis from 0, or below it where a value is negative, with ticks at round numbers.
struct Axis {
    double low = 0.0;
    double high = 1.0;
    double step = 0.2;

    static Axis around(double least, double most) {
        constexpr double ticks = 5.0;
        least = std::min(least, 0.0);
        most = std::max(most, least + 1e-3);
        const double raw = (most - least) / ticks;
        const double decade = std::pow(10.0, std::floor(std::log10(raw)));
        const double digits = raw / decade;
        const double step = decade * (digits <= 1.0 ? 1.0 : digits <= 2.0 ? 2.0 : digits <= 5.0 ? 5.0 : 10.0);
        return {.low = std::floor(least / step) * step, .high = std::ceil(most / step) * step, .step = step};
    }

    /// 0…1.
    [[nodiscard]] double place(double value) const { return (value - low) / (high - low); }
};

/// A panel: what is drawn over E_B.
struct Plot {
    const char* title;
    std::optional<double> Measures::*value;
    cv::Point corner;  ///< of the plotted square, top left
    Axis x{};
    Axis y{};

    [[nodiscard]] std::optional<cv::Point> at(const Measures& measures) const {
        const auto& number = measures.*value;
        if (!measures.eb || !number) {
            return std::nullopt;
        }
        return corner
               + cv::Point(cvRound(x.place(*measures.eb) * panelSide), cvRound((1.0 - y.place(*number)) * panelSide));
    }
};

std::vector<const Measures*> measuresOf(const DerainDocument& document) {
    std::vector<const Measures*> all;
    for (const auto& result : document.results) {
        all.push_back(&result.measures);
        for (const auto& point : result.blurLine) {
            all.push_back(&point.measures);
        }
    }
    return all;
}

void setAxes(Plot& plot, const std::vector<const Measures*>& measures) {
    const auto axisOf = [&](std::optional<double> Measures::*member) {
        double least = 0.0;
        double most = 0.0;
        for (const auto* one : measures) {
            const double value = (one->*member).value_or(0.0);
            least = std::min(least, value);
            most = std::max(most, value);
        }
        return Axis::around(least, most);
    };
    plot.x = axisOf(&Measures::eb);
    plot.y = axisOf(plot.value);
}

void drawAxes(cv::Mat& sheet, const Plot& plot) {
    const cv::Scalar grid(228, 228, 228);
    const auto text = [](double value) { return fmt::format("{:.3g}", std::abs(value) < 1e-12 ? 0.0 : value); };
    const auto ticks = [](const Axis& axis) { return cvRound((axis.high - axis.low) / axis.step); };
    for (int i = 0; i <= ticks(plot.x); ++i) {
        const double value = plot.x.low + i * plot.x.step;
        const int x = plot.corner.x + cvRound(plot.x.place(value) * panelSide);
        cv::line(sheet, {x, plot.corner.y}, {x, plot.corner.y + panelSide}, grid);
        writeText(sheet, text(value), {x - textWidth(text(value), smallText) / 2, plot.corner.y + panelSide + 16},
                  smallText);
    }
    for (int i = 0; i <= ticks(plot.y); ++i) {
        const double value = plot.y.low + i * plot.y.step;
        const int y = plot.corner.y + cvRound((1.0 - plot.y.place(value)) * panelSide);
        cv::line(sheet, {plot.corner.x, y}, {plot.corner.x + panelSide, y}, grid);
        writeText(sheet, text(value), {plot.corner.x - textWidth(text(value), smallText) - 8, y + 4}, smallText);
    }
    cv::rectangle(sheet, cv::Rect(plot.corner, cv::Size(panelSide, panelSide)), sheetFrame);
    writeText(sheet, plot.title, plot.corner + cv::Point(0, -12), titleText);
    const char* below = "E_B, RMS outside the mask";
    writeText(sheet, below, plot.corner + cv::Point((panelSide - textWidth(below, smallText)) / 2, panelSide + 36),
              smallText);
}

void drawMarker(cv::Mat& sheet, cv::Point at, std::size_t range, const cv::Scalar& colour) {
    if (range == 0) {  // the first range is filled
        cv::circle(sheet, at, markerSize / 2, colour, cv::FILLED, cv::LINE_AA);
    } else {
        cv::drawMarker(sheet, at, colour, rangeMarkers[(range - 1) % rangeMarkers.size()], markerSize, 2, cv::LINE_AA);
    }
}

/// Strokes between points that follow one another; what is not defined breaks no line.
void drawLine(cv::Mat& sheet, const std::vector<std::optional<cv::Point>>& points, const cv::Scalar& colour) {
    std::optional<cv::Point> last;
    for (const auto& point : points) {
        if (point && last) {
            cv::line(sheet, *last, *point, colour, 1, cv::LINE_AA);
        }
        last = point ? point : last;
    }
}

void drawBlurLines(cv::Mat& sheet, const Plot& plot, const DerainDocument& document) {
    for (std::size_t r = 0; r < document.ranges.size(); ++r) {
        const auto found = std::ranges::find(document.results, r, &DerainResult::range);
        if (found == document.results.end() || found->blurLine.empty()) {
            continue;
        }
        std::vector<std::optional<cv::Point>> points;
        for (const auto& point : found->blurLine) {
            points.push_back(plot.at(point.measures));
            if (points.back()) {
                cv::circle(sheet, *points.back(), 2, blurColour, cv::FILLED, cv::LINE_AA);
            }
        }
        drawLine(sheet, points, blurColour);
        if (points.back()) {
            drawMarker(sheet, *points.back(), r, blurColour);
        }
    }
}

void drawNetworks(cv::Mat& sheet, const Plot& plot, const DerainDocument& document,
                  const std::vector<std::string>& networks) {
    for (std::size_t n = 0; n < networks.size(); ++n) {
        const auto colour = sheetColour(n);
        std::vector<std::optional<cv::Point>> points;
        for (const auto& result : document.results) {
            if (result.card.name == networks[n]) {
                points.push_back(plot.at(result.measures));
            }
        }
        drawLine(sheet, points, colour);
        for (const auto& result : document.results) {
            if (const auto at = plot.at(result.measures); at && result.card.name == networks[n]) {
                drawMarker(sheet, *at, result.range, colour);
            }
        }
    }
}

std::vector<std::string> networksOf(const DerainDocument& document) {
    std::vector<std::string> names;
    for (const auto& result : document.results) {
        if (std::ranges::find(names, result.card.name) == names.end()) {
            names.push_back(result.card.name);
        }
    }
    return names;
}

}  // namespace

Image drawDerain(const DerainDocument& document) {
    if (document.results.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to draw");
    }
    const auto networks = networksOf(document);
    constexpr int panelWidth = leftMargin + panelSide + rightMargin;
    const bool hasBlur = !document.results.front().blurLine.empty();
    const int legendRows = static_cast<int>(std::max(networks.size() + (hasBlur ? 1U : 0U), document.ranges.size()));
    constexpr int legendTop = topMargin + panelSide + bottomMargin;
    cv::Mat sheet(legendTop + (legendRows + 1) * legendRow, 2 * panelWidth, CV_8UC3, sheetPaper);
    std::array plots{Plot{.title = "E_R in the mask: larger is more removed",
                          .value = &Measures::er,
                          .corner = {leftMargin, topMargin}},
                     Plot{.title = "tau: how much of the rain comes through",
                          .value = &Measures::transmission,
                          .corner = {panelWidth + leftMargin, topMargin}}};
    const auto measures = measuresOf(document);
    for (auto& plot : plots) {
        setAxes(plot, measures);
        drawAxes(sheet, plot);
        drawBlurLines(sheet, plot, document);
        drawNetworks(sheet, plot, document, networks);
    }
    const auto legendAt = [&](int panel, std::size_t row) {
        return cv::Point(panel * panelWidth + leftMargin, legendTop + (static_cast<int>(row) + 1) * legendRow);
    };
    const auto addLine = [&](std::size_t row, const std::string& name, const cv::Scalar& colour) {
        const auto at = legendAt(0, row);
        cv::line(sheet, at + cv::Point(0, -4), at + cv::Point(20, -4), colour, 2, cv::LINE_AA);
        writeText(sheet, name, at + cv::Point(28, 0), smallText);
    };
    for (std::size_t n = 0; n < networks.size(); ++n) {
        addLine(n, networks[n], sheetColour(n));
    }
    if (hasBlur) {
        addLine(networks.size(),
                fmt::format("Gaussian blurs, sigma {:g} to {:g} px", blurLineSigmas().front(), blurLineSigmas().back()),
                blurColour);
    }
    for (std::size_t r = 0; r < document.ranges.size(); ++r) {
        const auto at = legendAt(1, r);
        drawMarker(sheet, at + cv::Point(8, -4), r, sheetInk);
        writeText(sheet, document.ranges[r].name, at + cv::Point(28, 0), smallText);
    }
    return toImage(sheet);
}

}  // namespace lamscope
