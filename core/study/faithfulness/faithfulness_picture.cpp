// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faithfulness/faithfulness_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/table_text.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int gap = 16;
constexpr int legendHeight = 30;
constexpr int nameHeight = 26;
constexpr int wordsHeight = 22;   // above each panel
constexpr int numbersWidth = 44;  // left of each panel
constexpr int sharesHeight = 20;  // below
constexpr double smallText = 0.38;
const cv::Size panelSize(300, 220);

const cv::Scalar mapColour(213, 94, 0);
const cv::Scalar radialColour(70, 70, 70);
const cv::Scalar bandColour(190, 190, 190);
const cv::Scalar rangeColour(226, 226, 226);
const cv::Scalar levelColour(205, 205, 205);

/// What a panel shows of the curves.
enum class Quantity {
    Detector,  ///< d, 0 at the baseline and 1 at the image; D itself where d is not defined
    Psnr,
};

struct Panel {
    Quantity quantity;
    Replacement kind;
};

/// The values of a curve at its steps, NaN where there is none.
std::vector<double> valuesOf(const ReplacementCurve& curve, Quantity quantity, const DetectorEnds& ends) {
    if (quantity == Quantity::Psnr) {
        return curve.psnr;
    }
    auto values = curve.detector;
    if (ends.differ()) {
        std::ranges::transform(values, values.begin(),
                               [&](double value) { return (value - ends.baseline) / (ends.image - ends.baseline); });
    }
    return values;
}

/// The range of a panel's values.
struct Axes {
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();

    void include(double value) {
        if (std::isfinite(value)) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
    }

    [[nodiscard]] static int xOf(double fraction) {
        return cvRound(std::sqrt(fraction) * static_cast<double>(panelSize.width - 1));
    }
    [[nodiscard]] int yOf(double value) const {
        const double span = most > least ? most - least : 1.0;
        constexpr double margin = 0.06;
        const double level = margin + (1.0 - 2.0 * margin) * (value - least) / span;
        return cvRound((1.0 - level) * static_cast<double>(panelSize.height - 1));
    }
};

void drawCurve(cv::Mat& panel, const Axes& axes, const ReplacementCurve& curve, const std::vector<double>& values,
               const cv::Scalar& colour, int thickness) {
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (std::isfinite(values[i - 1]) && std::isfinite(values[i])) {
            cv::line(panel, {Axes::xOf(curve.fraction[i - 1]), axes.yOf(values[i - 1])},
                     {Axes::xOf(curve.fraction[i]), axes.yOf(values[i])}, colour, thickness, cv::LINE_AA);
        }
    }
}

/// The area between two curves over the same steps.
void fillBand(cv::Mat& panel, const Axes& axes, const std::vector<double>& fraction, const std::vector<double>& below,
              const std::vector<double>& above, const cv::Scalar& colour) {
    for (std::size_t i = 1; i < fraction.size(); ++i) {
        if (!std::isfinite(below[i - 1] + above[i - 1] + below[i] + above[i])) {
            continue;
        }
        const int left = Axes::xOf(fraction[i - 1]);
        const int right = Axes::xOf(fraction[i]);
        const std::array corners{cv::Point(left, axes.yOf(above[i - 1])), cv::Point(right, axes.yOf(above[i])),
                                 cv::Point(right, axes.yOf(below[i])), cv::Point(left, axes.yOf(below[i - 1]))};
        cv::fillConvexPoly(panel, corners.data(), static_cast<int>(corners.size()), colour);
    }
}

/// Of the random orders at each step.
struct Spread {
    std::vector<double> least;
    std::vector<double> most;
    std::vector<double> below;  ///< mean minus a standard deviation
    std::vector<double> above;
};

Spread spreadAt(const std::vector<std::vector<double>>& curves) {
    Spread spread;
    for (std::size_t step = 0; !curves.empty() && step < curves.front().size(); ++step) {
        const auto count = static_cast<double>(curves.size());
        double mean = 0.0;
        Axes range;
        for (const auto& values : curves) {
            mean += values[step] / count;
            range.include(values[step]);
        }
        double squares = 0.0;
        for (const auto& values : curves) {
            squares += (values[step] - mean) * (values[step] - mean);
        }
        const double deviation = curves.size() > 1 ? std::sqrt(squares / (count - 1.0)) : 0.0;
        spread.least.push_back(range.least);
        spread.most.push_back(range.most);
        spread.below.push_back(mean - deviation);
        spread.above.push_back(mean + deviation);
    }
    return spread;
}

void drawAxes(cv::Mat& sheet, cv::Mat& panel, cv::Point place, const Axes& axes, Quantity quantity) {
    for (const double share : {0.0, 0.01, 0.05, 0.25, 1.0}) {
        const int x = Axes::xOf(share);
        cv::line(panel, {x, panelSize.height - 4}, {x, panelSize.height - 1}, sheetInk);
        const auto text = fmt::format("{:g} %", 100.0 * share);
        writeText(sheet, text, place + cv::Point(x - textWidth(text, smallText) / 2, panelSize.height + 14), smallText);
    }
    std::vector<double> levels{axes.least, axes.most};
    if (quantity == Quantity::Detector && axes.least < 0.5 && axes.most > 0.5) {
        levels = {0.0, 0.5, 1.0};
    }
    for (const double level : levels) {
        const int y = axes.yOf(level);
        cv::line(panel, {0, y}, {panelSize.width - 1, y}, levelColour);
        const auto text = quantity == Quantity::Psnr ? fmt::format("{:.1f}", level) : fmt::format("{:.3g}", level);
        writeText(sheet, text, place + cv::Point(-textWidth(text, smallText) - 6, y + 4), smallText);
    }
}

void drawPanel(cv::Mat& sheet, cv::Point place, const FaithfulnessResult& result, const Panel& what) {
    cv::Mat panel(panelSize, CV_8UC3, sheetPaper);
    Axes axes;
    std::vector<std::vector<double>> random;
    for (const auto& curve : result.curves) {
        if (curve.kind == what.kind) {
            auto values = valuesOf(curve, what.quantity, result.ends);
            std::ranges::for_each(values, [&](double value) { axes.include(value); });
            if (curve.order == PixelOrder::Random && curve.complete()) {
                random.push_back(std::move(values));
            }
        }
    }
    if (axes.least > axes.most) {
        axes = {.least = 0.0, .most = 1.0};
    }
    const auto spread = spreadAt(random);
    if (!random.empty()) {
        const auto& fraction = result.curves.front().fraction;
        fillBand(panel, axes, fraction, spread.least, spread.most, rangeColour);
        fillBand(panel, axes, fraction, spread.below, spread.above, bandColour);
    }
    drawAxes(sheet, panel, place, axes, what.quantity);
    for (const auto order : {PixelOrder::Radial, PixelOrder::Map}) {
        if (const auto* const curve = result.curve(order, what.kind)) {
            const bool isMap = order == PixelOrder::Map;
            drawCurve(panel, axes, *curve, valuesOf(*curve, what.quantity, result.ends),
                      isMap ? mapColour : radialColour, isMap ? 2 : 1);
        }
    }
    placePanel(sheet, panel, place);
    auto title = fmt::format("{}: {}", toString(what.kind), what.quantity == Quantity::Psnr ? "patch, dB" : "detector");
    if (const auto* const curve = result.curve(PixelOrder::Map, what.kind);
        curve && what.quantity == Quantity::Detector) {
        const auto* const radial = result.curve(PixelOrder::Radial, what.kind);
        title += fmt::format(", half at {} (radial {})", cellText(curve->halfFraction, "{:.4f}"),
                             cellText(radial != nullptr ? radial->halfFraction : std::nan(""), "{:.4f}"));
    }
    writeText(sheet, title, place + cv::Point(0, -7), smallText);
}

void addLegend(cv::Mat& sheet) {
    struct Entry {
        const char* name;
        cv::Scalar colour;
    };
    cv::Point at(gap, legendHeight - 8);
    for (const auto& [name, colour] :
         {Entry{"map", mapColour}, Entry{"nearest first", radialColour},
          Entry{"random, mean and standard deviation", bandColour}, Entry{"random, all", rangeColour}}) {
        cv::rectangle(sheet, cv::Rect(at.x, at.y - 10, 11, 11), colour, cv::FILLED);
        writeText(sheet, name, at + cv::Point(17, 0), smallText);
        at.x += 17 + textWidth(name, smallText) + 18;
    }
    writeText(sheet, "across: share of the LR pixels that are replaced", at, smallText);
}

std::string rowTitle(const NamedLamResult& named, const FaithfulnessResult& result) {
    const auto& patch = named.result.patch;
    auto title = fmt::format("{}, patch {},{}", named.card.name, patch.x, patch.y);
    if (result.infidelity) {
        title += fmt::format(", explained {}", cellText(result.infidelity->explained, "{:.3f}"));
    }
    for (const auto& each : result.sensitivity) {
        title += fmt::format(", sensitivity {} at {:.2g}", cellText(each.value, "{:.3f}"), each.radius);
    }
    return title;
}

}  // namespace

Image drawFaithfulness(const FaithfulnessDocument& document) {
    const auto& results = document.results;
    if (results.empty() || results.front().curves.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no curve to draw");
    }
    std::vector<Panel> panels{{Quantity::Detector, Replacement::Insertion},
                              {Quantity::Detector, Replacement::Deletion}};
    if (!results.front().curves.front().psnr.empty()) {
        panels.push_back({Quantity::Psnr, Replacement::Insertion});
        panels.push_back({Quantity::Psnr, Replacement::Deletion});
    }
    const int columns = static_cast<int>(panels.size());
    const int rowHeight = nameHeight + wordsHeight + panelSize.height + sharesHeight + gap;
    const int columnWidth = numbersWidth + panelSize.width + gap;
    cv::Mat sheet(legendHeight + static_cast<int>(results.size()) * rowHeight, columns * columnWidth + gap, CV_8UC3,
                  sheetPaper);
    addLegend(sheet);
    for (std::size_t row = 0; row < results.size(); ++row) {
        const int top = legendHeight + static_cast<int>(row) * rowHeight;
        writeText(sheet, rowTitle(document.maps.results[row], results[row]), {gap, top + nameHeight - 8}, 0.5);
        for (int column = 0; column < columns; ++column) {
            const cv::Point place(column * columnWidth + numbersWidth, top + nameHeight + wordsHeight);
            drawPanel(sheet, place, results[row], panels[static_cast<std::size_t>(column)]);
        }
    }
    return toImage(sheet);
}

}  // namespace lamscope
