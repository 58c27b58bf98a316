// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/curve_picture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int width = 960;
constexpr int height = 420;
const cv::Scalar pale(222, 222, 222);
const cv::Scalar curveColour(31, 97, 178);

using Points = std::vector<std::pair<double, double>>;

/// Ends at `right`.
void writeBefore(cv::Mat& picture, const std::string& text, cv::Point right, double size) {
    writeText(picture, text, right - cv::Point(textWidth(text, size), 0), size);
}

/// The distance between ticks: 1, 2 or 5 times a power of ten, which gives about five ticks in the span.
double tickDistance(double span) {
    const double rough = span / 5.0;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (rough <= factor * power) {
            return factor * power;
        }
    }
    return 10.0 * power;
}

std::vector<double> multiples(double distance, double low, double high) {
    std::vector<double> values;
    const auto last = static_cast<int>(std::floor(high / distance * (1.0 + 1e-9)));
    for (int i = static_cast<int>(std::ceil(low / distance)); i <= last; ++i) {
        values.push_back(i * distance);
    }
    return values;
}

/// Round values for ticks between two ends. On a logarithmic axis the ends are natural logarithms of values.
std::vector<double> valueTicks(double low, double high, bool logarithmic) {
    if (!logarithmic) {
        return multiples(tickDistance(high - low), low, high);
    }
    std::vector<double> ticks;
    constexpr int leastPower = -6;
    constexpr int mostPower = 2;
    for (int power = leastPower; power <= mostPower; ++power) {
        for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0}) {
            const double value = factor * std::pow(10.0, power);
            if (std::log(value) >= low && std::log(value) <= high) {
                ticks.push_back(value);
            }
        }
    }
    return ticks;
}

std::string stepText(double step) {
    return step >= 1000.0 ? fmt::format("{:g}k", step / 1000.0) : fmt::format("{:g}", step);
}

/// Draws one plot. With `logarithmic`, the y values of the points are natural logarithms of the numbers at the axis.
void plot(cv::Mat& picture, const cv::Rect& frame, const std::string& title, const Points& points, bool logarithmic) {
    writeText(picture, title, {frame.x, frame.y - 10}, 0.45);
    cv::rectangle(picture, frame, pale);
    if (points.empty()) {
        writeText(picture, "none yet", {frame.x + 12, frame.y + 24}, 0.45);
        return;
    }
    const auto [least, most] = std::ranges::minmax_element(points, {}, &std::pair<double, double>::second);
    double low = least->second;
    double high = most->second;
    const double margin = std::max(0.05 * (high - low), 1e-3);
    low -= margin;
    high += margin;
    const double last = std::max(points.back().first, 1.0);
    const auto place = [&](double x, double y) {
        return cv::Point(frame.x + cvRound(x / last * frame.width),
                         frame.y + frame.height - cvRound((y - low) / (high - low) * frame.height));
    };
    for (const double step : multiples(tickDistance(last), 0.0, last)) {
        const auto at = place(step, low);
        cv::line(picture, at, {at.x, frame.y}, pale);
        writeText(picture, stepText(step), {at.x - 10, at.y + 18}, 0.4);
    }
    for (const double value : valueTicks(low, high, logarithmic)) {
        const auto at = place(0.0, logarithmic ? std::log(value) : value);
        cv::line(picture, at, {frame.x + frame.width, at.y}, pale);
        writeBefore(picture, logarithmic ? fmt::format("{:g}", value) : fmt::format("{:.2f}", value),
                    {frame.x - 6, at.y + 4}, 0.4);
    }
    for (std::size_t i = 1; i < points.size(); ++i) {
        cv::line(picture, place(points[i - 1].first, points[i - 1].second), place(points[i].first, points[i].second),
                 curveColour, 2, cv::LINE_AA);
    }
    cv::circle(picture, place(points.back().first, points.back().second), 3, curveColour, cv::FILLED, cv::LINE_AA);
}

}  // namespace

Image drawTrainingCurves(const std::string& title, const std::vector<TrainingLogEntry>& entries) {
    if (entries.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no curve to draw before the first line of the log");
    }
    Points loss;
    Points psnr;
    for (const auto& entry : entries) {
        const auto step = static_cast<double>(entry.step);
        loss.emplace_back(step, std::log(std::max(entry.loss, 1e-9)));
        if (entry.psnr) {
            psnr.emplace_back(step, *entry.psnr);
        }
    }
    cv::Mat picture(height, width, CV_8UC3, sheetPaper);
    writeText(picture, title, {24, 28}, 0.6);
    const auto& last = entries.back();
    writeBefore(picture, fmt::format("{} steps, {:.0f} min", last.step, last.seconds / 60.0), {width - 24, 28}, 0.45);
    plot(picture, {80, 76, 370, 300}, "L1 loss, values 0 to 1 (logarithmic)", loss, true);
    plot(picture, {566, 76, 370, 300}, "PSNR on held-out images, Y [dB]", psnr, false);
    return toImage(picture);
}

}  // namespace lamscope
