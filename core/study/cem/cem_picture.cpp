// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/cem/cem_picture.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int panelSide = 384;
constexpr int gap = 16;
constexpr int titleHeight = 66;
constexpr int barWidth = 14;
constexpr int barSpace = 76;  // of the colour bar with its numbers
constexpr int mostColumns = 3;
constexpr double shareOfMap = 0.9;
constexpr int hatchDistance = 6;  // pixels from line to line

const cv::Scalar roiColour(0, 160, 60);
const cv::Vec3b hatchColour(120, 120, 120);

/// Of all blocks; 0 and 0 where none is known.
std::pair<double, double> endsOf(const CemResult& result) {
    double least = 0.0;
    double most = 0.0;
    for (const auto& block : result.blocks) {
        if (std::isfinite(block.effect)) {
            least = std::min(least, block.effect);
            most = std::max(most, block.effect);
        }
    }
    return {std::max(least, -result.shownLimit), std::min(most, result.shownLimit)};
}

/// The side of an LR pixel on a panel.
double enlargement(const CemResult& result) {
    return static_cast<double>(panelSide) / std::max(result.place.grid.lrWidth, result.place.grid.lrHeight);
}

/// The block that a pixel of a panel belongs to.
const CemBlock& blockAt(const CemResult& result, int x, int y, double factor) {
    const auto& grid = result.place.grid;
    const auto along = [&](int position, int extent) {
        return std::min(static_cast<int>(position / factor), extent - 1) / grid.side;
    };
    return result.blocks[static_cast<std::size_t>(along(y, grid.lrHeight) * grid.columns() + along(x, grid.lrWidth))];
}

cv::Mat mapPicture(const NamedCemResult& named) {
    const auto& result = named.result;
    const auto& grid = result.place.grid;
    const double factor = enlargement(result);
    const cv::Size size(std::max(cvRound(grid.lrWidth * factor), 1), std::max(cvRound(grid.lrHeight * factor), 1));
    auto panel = fitted(toMat(named.lr), size);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const auto& block = blockAt(result, x, y, factor);
            auto& pixel = panel.at<cv::Vec3b>(y, x);
            const bool isUncertain = block.effect != 0.0 && !block.isCertain();
            if (isUncertain && (x + y) % hatchDistance == 0) {
                pixel = hatchColour;
                continue;
            }
            const double effect = std::isfinite(block.effect) ? block.effect : 0.0;
            const auto colour = seismicColour(shownEffect(effect, result.shownLimit));
            for (int c = 0; c < 3; ++c) {
                pixel[c] = cv::saturate_cast<uchar>(shareOfMap * colour[c] + (1.0 - shareOfMap) * pixel[c]);
            }
        }
    }
    const auto& [left, top, side] = result.place.roi;
    const double each = factor / named.card.scale;
    cv::rectangle(panel, cv::Point(cvRound(left * each), cvRound(top * each)),
                  cv::Point(cvRound((left + side) * each) - 1, cvRound((top + side) * each) - 1), roiColour, 2);
    return panel;
}

/// From the largest effect down to the smallest, equal steps in dB.
void drawColourBar(cv::Mat& sheet, cv::Point place, int height, const CemResult& result) {
    const auto ends = endsOf(result);
    const double least = ends.first;
    const double most = ends.second;
    const cv::Rect frame(place, cv::Size(barWidth, height));
    const double range = most - least;
    for (int y = 0; y < height; ++y) {
        const double effect = most - range * y / (height - 1);
        sheet(cv::Rect(place.x, place.y + y, barWidth, 1))
            .setTo(cv::Scalar(seismicColour(shownEffect(effect, result.shownLimit))));
    }
    cv::rectangle(sheet, frame, sheetInk);
    writeText(sheet, "dB", place + cv::Point(0, -6), 0.4);
    const auto tick = [&](double effect) {
        const int y = range > 0.0 ? cvRound((most - effect) / range * (height - 1)) : height / 2;
        cv::line(sheet, place + cv::Point(barWidth, y), place + cv::Point(barWidth + 4, y), sheetInk);
        writeText(sheet, effect == 0.0 ? "0" : fmt::format("{:+.2f}", effect), place + cv::Point(barWidth + 8, y + 4),
                  0.4);
    };
    tick(most);
    if (least < 0.0) {
        tick(least);
    }
    if (const double apart = 0.06 * range; most > apart && -least > apart) {
        tick(0.0);
    }
}

void writeTitles(cv::Mat& sheet, cv::Point place, const NamedCemResult& named) {
    const auto& result = named.result;
    const auto& outside = result.outside;
    writeText(sheet, named.card.name, place + cv::Point(0, -40), 0.6);
    writeText(
        sheet,
        fmt::format("ROI {0}x{0}: {1:.2f} dB. Outside: {2} help, {3} harm, range {4:.2f} dB", result.place.roi.size,
                    result.psnrOrigin, outside.positive, outside.negative, outside.range()),
        place + cv::Point(0, -22), 0.38);
    writeText(sheet,
              fmt::format("{} of {} signs certain; hatched: not certain",
                          outside.certainPositive + outside.certainNegative, outside.positive + outside.negative),
              place + cv::Point(0, -7), 0.38);
}

}  // namespace

Image drawCem(const CemDocument& document) {
    if (document.results.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no result to draw");
    }
    const int count = static_cast<int>(document.results.size());
    const int columns = std::min(count, mostColumns);
    const int rows = (count + columns - 1) / columns;
    const int rowHeight = titleHeight + panelSide + gap;
    const int columnWidth = panelSide + gap / 2 + barSpace;
    cv::Mat sheet(rows * rowHeight + gap, columns * columnWidth + gap, CV_8UC3, sheetPaper);
    for (int i = 0; i < count; ++i) {
        const auto& named = document.results[static_cast<std::size_t>(i)];
        const cv::Point place(gap + i % columns * columnWidth, titleHeight + i / columns * rowHeight);
        const auto panel = mapPicture(named);
        placePanel(sheet, panel, place);
        writeTitles(sheet, place, named);
        drawColourBar(sheet, place + cv::Point(panel.cols + gap / 2, 0), panel.rows, named.result);
    }
    auto picture = toImage(sheet);
    picture.file = document.experiment.scenes.empty() ? "" : document.experiment.scenes.front().image.string();
    return picture;
}

}  // namespace lamscope
