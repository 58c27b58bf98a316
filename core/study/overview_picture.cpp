// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/overview_picture.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "scene/grid_words.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int panelSide = 320;
constexpr int gap = 14;
constexpr int titleHeight = 34;
constexpr int captionHeight = 24;
constexpr int barWidth = 14;
constexpr int barSpace = 46;  // width of the colour bar with its numbers
constexpr int panels = 4;

const cv::Scalar boxColour(220, 30, 40);

/// The colour of a map value: white at 0, red at 1/2, dark red at 1; RGB.
cv::Vec3b mapColour(double value) {
    return seismicColour(std::max(value, 0.0));
}

cv::Mat colourMap(const LamResult& result) {
    cv::Mat picture(result.context.height, result.context.width, CV_8UC3);
    for (int y = 0; y < picture.rows; ++y) {
        for (int x = 0; x < picture.cols; ++x) {
            const auto index =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.cols) + static_cast<std::size_t>(x);
            picture.at<cv::Vec3b>(y, x) = mapColour(result.map[index]);
        }
    }
    return picture;
}

/// Draws the box of `patch` (SR pixels) on a panel whose width spans `srWidth` SR pixels.
void drawBox(cv::Mat& panel, const Rect& patch, int srWidth) {
    const double factor = static_cast<double>(panel.cols) / srWidth;
    const cv::Point from(cvRound(patch.x * factor) - 1, cvRound(patch.y * factor) - 1);
    const cv::Point to(cvRound((patch.x + patch.width) * factor), cvRound((patch.y + patch.height) * factor));
    cv::rectangle(panel, from, to, cv::Scalar(255, 255, 255), 3);
    cv::rectangle(panel, from, to, boxColour, 1);
}

void drawColourBar(cv::Mat& sheet, cv::Point place, int height) {
    for (int y = 0; y < height; ++y) {
        const auto colour = mapColour(1.0 - static_cast<double>(y) / (height - 1));
        cv::line(sheet, place + cv::Point(0, y), place + cv::Point(barWidth - 1, y),
                 cv::Scalar(colour[0], colour[1], colour[2]));
    }
    cv::rectangle(sheet, place, place + cv::Point(barWidth - 1, height - 1), sheetInk);
    writeText(sheet, "1", place + cv::Point(barWidth + 5, 11), 0.42);
    writeText(sheet, "0", place + cv::Point(barWidth + 5, height - 1), 0.42);
}

std::string titleOf(const NamedLamResult& named) {
    const auto& result = named.result;
    auto title = fmt::format("{}   DI {}", named.card.name,
                             result.diffusionIndex ? fmt::format("{:.2f}", *result.diffusionIndex) : "not defined");
    title +=
        fmt::format("   {} {}x{}   {} {}", gridWords(named.card.scale).input, result.context.width,
                    result.context.height, result.nodes, result.rule == IntegrationRule::Secant ? "cells" : "nodes");
    if (result.estimatedMapError) {
        title += fmt::format("   est. map error {:.3f}", *result.estimatedMapError);
    }
    if (isExactSum(result)) {
        title += "   sum exact";
    } else if (result.completenessError) {
        title += fmt::format("   completeness {:+.1f} %", 100.0 * *result.completenessError);
    }
    return title;
}

void drawRow(cv::Mat& sheet, int top, const NamedLamResult& named) {
    const auto& result = named.result;
    const int scale = named.card.scale;
    const auto words = gridWords(scale);
    const auto sr = toMat(result.sr);
    const Rect patch{result.patch.x - result.context.x * scale, result.patch.y - result.context.y * scale,
                     result.patch.size, result.patch.size};
    const double aspect = static_cast<double>(sr.rows) / sr.cols;
    const cv::Size size = aspect <= 1.0 ? cv::Size(panelSide, std::max(cvRound(panelSide * aspect), 1))
                                        : cv::Size(std::max(cvRound(panelSide / aspect), 1), panelSide);
    const auto mapPanel = fitted(colourMap(result), size);
    const auto srPanel = fitted(sr, size);
    cv::Mat overlay;
    cv::addWeighted(srPanel, 0.5, mapPanel, 0.5, 0.0, overlay);
    const bool showsInput = scale == 1 || result.hr.empty();  // which loses no resolution at scale 1
    std::vector<std::pair<std::string, cv::Mat>> pictures{
        {std::string(showsInput ? words.input : words.reference),
         fitted(toMat(showsInput ? result.lr : result.hr), size)},
        {scale == 1 ? std::string(words.output) : fmt::format("{} x{}", words.output, scale), srPanel.clone()},
        {"LAM", mapPanel},
        {fmt::format("LAM over {}", words.output), overlay},
    };
    writeText(sheet, titleOf(named), {gap, top + 24}, 0.6);
    int left = gap;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        auto& [caption, picture] = pictures[i];
        if (i != 2) {
            drawBox(picture, patch, sr.cols);
        }
        placePanel(sheet, picture, {left, top + titleHeight});
        writeText(sheet, caption, {left, top + titleHeight + panelSide + 17}, 0.46);
        left += panelSide + gap;
        if (i == 2) {
            drawColourBar(sheet, {left - gap + 6 - (panelSide - size.width), top + titleHeight}, size.height);
            left += barSpace;
        }
    }
}

}  // namespace

Image drawOverview(const LamDocument& document) {
    if (document.results.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to draw");
    }
    const int rowHeight = titleHeight + panelSide + captionHeight + gap;
    const int width = panels * (panelSide + gap) + gap + barSpace;
    cv::Mat sheet(rowHeight * static_cast<int>(document.results.size()) + gap, width, CV_8UC3, sheetPaper);
    int top = gap / 2;
    for (const auto& named : document.results) {
        drawRow(sheet, top, named);
        top += rowHeight;
    }
    auto picture = toImage(sheet);
    picture.file = document.scene().image.string();
    return picture;
}

}  // namespace lamscope
