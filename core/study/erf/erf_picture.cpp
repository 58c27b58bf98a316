// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/erf/erf_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int panelSide = 384;
constexpr int gap = 16;
constexpr int titleHeight = 52;
constexpr int legendHeight = 30;
constexpr int barWidth = 14;
constexpr int barSpace = 76;  // of the colour bar with its numbers
constexpr int mostColumns = 3;

const cv::Scalar reachColour(150, 150, 150);
/// Of the squares, in the order of the thresholds, again from the first where there are more.
const std::array<cv::Scalar, 4> squareColours{cv::Scalar(86, 180, 233), cv::Scalar(0, 170, 120),
                                              cv::Scalar(240, 228, 66), cv::Scalar(255, 255, 255)};

double sumOf(const ErfResult& result) {
    return std::accumulate(result.map.begin(), result.map.end(), 0.0);
}

double largestShare(const ErfDocument& document) {
    double largest = 0.0;
    for (const auto& named : document.results) {
        largest = std::max(largest, *std::ranges::max_element(named.result.map) / sumOf(named.result));
    }
    return largest;
}

/// Levels 0…255 as colours; RGB.
cv::Mat coloured(const cv::Mat& levels) {
    cv::Mat picture;
    cv::applyColorMap(levels, picture, cv::COLORMAP_INFERNO);
    cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
    return picture;
}

cv::Mat mapPicture(const ErfResult& result, double top) {
    cv::Mat levels(result.frame.height, result.frame.width, CV_8UC1);
    const double sum = sumOf(result);
    std::ranges::transform(result.map, levels.begin<uchar>(), [&](double value) {
        return cv::saturate_cast<uchar>(255.0 * shownLevel(value / sum, top));
    });
    return fitted(coloured(levels), {panelSide, panelSide});
}

/// The square of `side` LR pixels around the cell, on a panel.
cv::Rect squareOnPanel(const ErfFrame& frame, double side) {
    const double factor = static_cast<double>(panelSide) / frame.width;
    const double beyond = (side - 1.0) / 2.0;
    const cv::Point from(cvRound((frame.x - beyond) * factor), cvRound((frame.y - beyond) * factor));
    const cv::Point to(cvRound((frame.x + 1.0 + beyond) * factor), cvRound((frame.y + 1.0 + beyond) * factor));
    return {from, to};
}

void drawDashed(cv::Mat& panel, const cv::Rect& square, const cv::Scalar& colour) {
    constexpr int dash = 6;
    const auto lineOf = [&](cv::Point from, cv::Point step, int length) {
        for (int at = 0; at < length; at += 2 * dash) {
            cv::line(panel, from + step * at, from + step * std::min(at + dash, length), colour);
        }
    };
    const auto last = square.br() - cv::Point(1, 1);
    lineOf(square.tl(), {1, 0}, square.width - 1);
    lineOf({square.x, last.y}, {1, 0}, square.width - 1);
    lineOf(square.tl(), {0, 1}, square.height - 1);
    lineOf({last.x, square.y}, {0, 1}, square.height - 1);
}

/// The squares, and below the panel what they hold.
void drawSquares(cv::Mat& sheet, cv::Mat& panel, cv::Point legend, const NamedErfResult& named) {
    const auto& frame = named.result.frame;
    const auto& field = named.card.receptiveField;
    if (!field.global && field.radius && 2 * *field.radius + 1 < frame.width) {
        drawDashed(panel, squareOnPanel(frame, 2.0 * *field.radius + 1.0), reachColour);
    }
    const auto& squares = named.result.numbers.squares;
    for (std::size_t i = squares.size(); i-- > 0;) {  // the small ones above the large ones
        if (std::isfinite(squares[i].side)) {
            cv::rectangle(panel, squareOnPanel(frame, squares[i].side), squareColours[i % squareColours.size()]);
        }
    }
    constexpr double size = 0.42;
    for (std::size_t i = 0; i < squares.size(); ++i) {
        const auto& [threshold, side, areaRatio] = squares[i];
        const cv::Rect sample(legend.x, legend.y - 10, 11, 11);
        cv::rectangle(sheet, sample, cv::Scalar(0, 0, 0), cv::FILLED);
        cv::rectangle(sheet, {sample.x + 2, sample.y + 2, 7, 7}, squareColours[i % squareColours.size()]);
        const auto text = std::isfinite(side) ? fmt::format("{:g} %: {:.0f}", 100.0 * threshold, side)
                                              : fmt::format("{:g} %: -", 100.0 * threshold);
        writeText(sheet, text, legend + cv::Point(16, 0), size);
        legend.x += 16 + textWidth(text, size) + 14;
    }
}

std::string titleOf(const ErfDocument& document, const ErfResult& result) {
    const auto& numbers = result.numbers;
    auto title = fmt::format("{0}x{0} LR, {1} image{2}, {3}, radius {4:.2f}", document.options.side, result.images,
                             result.images == 1 ? "" : "s", toString(document.options.preset), numbers.radiusPixels);
    if (result.standardErrors) {
        title += fmt::format(" (SE {:.2f})", result.standardErrors->radiusPixels);
    }
    return title;
}

void drawColourBar(cv::Mat& sheet, cv::Point place, double top) {
    cv::Mat levels(panelSide, barWidth, CV_8UC1);
    for (int y = 0; y < levels.rows; ++y) {
        levels.row(y).setTo(cv::saturate_cast<uchar>(255.0 * (1.0 - static_cast<double>(y) / (levels.rows - 1))));
    }
    const cv::Rect frame(place, levels.size());
    coloured(levels).copyTo(sheet(frame));
    cv::rectangle(sheet, frame, sheetInk);
    writeText(sheet, "share", place + cv::Point(-barWidth, -8), 0.4);
    for (int power = static_cast<int>(std::floor(std::log10(top))); power >= std::log10(top) - shownDecades; --power) {
        const int y = cvRound((std::log10(top) - power) / shownDecades * (panelSide - 1));
        cv::line(sheet, place + cv::Point(barWidth, y), place + cv::Point(barWidth + 4, y), sheetInk);
        writeText(sheet, fmt::format("1e{}", power), place + cv::Point(barWidth + 8, y + 4), 0.4);
    }
}

}  // namespace

Image drawErf(const ErfDocument& document) {
    if (document.results.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to draw");
    }
    checkSides(document);
    const int count = static_cast<int>(document.results.size());
    const int columns = std::min(count, mostColumns);
    const int rows = (count + columns - 1) / columns;
    const int rowHeight = titleHeight + panelSide + legendHeight;
    cv::Mat sheet(rows * rowHeight + gap, columns * (panelSide + gap) + gap + barSpace, CV_8UC3, sheetPaper);
    const double top = largestShare(document);
    for (int i = 0; i < count; ++i) {
        const auto& named = document.results[static_cast<std::size_t>(i)];
        const cv::Point place(gap + i % columns * (panelSide + gap), titleHeight + i / columns * rowHeight);
        auto panel = mapPicture(named.result, top);
        drawSquares(sheet, panel, place + cv::Point(0, panelSide + 18), named);
        placePanel(sheet, panel, place);
        writeText(sheet, named.card.name, place + cv::Point(0, -26), 0.6);
        writeText(sheet, titleOf(document, named.result), place + cv::Point(0, -8), 0.38);
    }
    drawColourBar(sheet, {gap + columns * (panelSide + gap), titleHeight}, top);
    return toImage(sheet);
}

}  // namespace lamscope
