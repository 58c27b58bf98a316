// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faig/faig_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "method/faig/filter_ranking.h"
#include "study/faig/faig_run.h"
#include "study/opencv_image.h"
#include "study/sheet_drawing.h"

namespace lamscope {

namespace {

constexpr int faigMargin = 24;
constexpr int sheetWidth = 1100;
constexpr int titleSpace = 40;
constexpr int barsHeight = 90;
constexpr int mapHeight = 320;
constexpr int namesHeight = 96;
constexpr int curveHeight = 280;
constexpr int axisSpace = 56;

const std::array<cv::Scalar, 4> curveColours{cv::Scalar(0, 114, 178), cv::Scalar(213, 94, 0), cv::Scalar(0, 158, 115),
                                             cv::Scalar(204, 121, 167)};

/// White at 0, red for positive, blue for negative; `level` −1…1.
cv::Vec3b diverging(double level) {
    const double strength = std::min(std::abs(level), 1.0);
    const auto fade = [strength](double end) { return cv::saturate_cast<uchar>(255.0 + (end - 255.0) * strength); };
    return level >= 0.0 ? cv::Vec3b(fade(178), fade(24), fade(43)) : cv::Vec3b(fade(33), fade(102), fade(172));
}

/// The filters of a layer, out downwards, in to the right; where several share a pixel, that of the largest magnitude.
cv::Mat layerPicture(const FilterLayer& layer, const std::vector<double>& score, cv::Size size, double largest) {
    cv::Mat levels(size, CV_64FC1, cv::Scalar(0.0));
    for (int out = 0; out < layer.out; ++out) {
        for (int in = 0; in < layer.in; ++in) {
            const double value = score[static_cast<std::size_t>(layer.firstFilter + out * layer.in + in)];
            const int top = out * size.height / layer.out;
            const int bottom = std::max((out + 1) * size.height / layer.out, top + 1);
            const int left = in * size.width / layer.in;
            const int right = std::max((in + 1) * size.width / layer.in, left + 1);
            for (int y = top; y < bottom; ++y) {
                for (int x = left; x < right; ++x) {
                    auto& level = levels.at<double>(y, x);
                    level = std::abs(value) > std::abs(level) ? value : level;
                }
            }
        }
    }
    cv::Mat picture(size, CV_8UC3);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const double level = levels.at<double>(y, x) / largest;
            picture.at<cv::Vec3b>(y, x) = diverging(std::copysign(std::sqrt(std::abs(level)), level));
        }
    }
    return picture;
}

void writeUpwards(cv::Mat& sheet, const std::string& text, cv::Point below, double size) {
    const int width = textWidth(text, size) + 4;
    cv::Mat line(16, width, CV_8UC3, sheetPaper);
    writeText(line, text, {2, 12}, size);
    cv::Mat turned;
    cv::rotate(line, turned, cv::ROTATE_90_COUNTERCLOCKWISE);
    const cv::Rect place(below.x - turned.cols / 2, below.y, turned.cols, turned.rows);
    const auto visible = place & cv::Rect(0, 0, sheet.cols, sheet.rows);
    turned(cv::Rect(visible.x - place.x, visible.y - place.y, visible.width, visible.height)).copyTo(sheet(visible));
}

class FaigSheet {
public:
    FaigSheet(const FaigDocument& document, const std::optional<double>& percent)
        : document_(document)
        , percent_(percent.value_or(document.options.mask.empty() ? 1.0 : document.options.mask.front()))
        , layers_(document.filters.layers())
        , width_(std::max(sheetWidth, 2 * faigMargin + axisSpace + 8 * static_cast<int>(layers_.size())))
        , hasCurve_(document.masking.size() > 1)
        , sheet_(titleSpace + barsHeight + mapHeight + namesHeight + (hasCurve_ ? curveHeight + 60 : 0) + faigMargin,
                 width_, CV_8UC3, sheetPaper) {}

    Image draw() {
        writeText(sheet_, titleOf(document_.ranking), {faigMargin, 26}, 0.62);
        drawMap();
        if (hasCurve_) {
            drawCurve();
        }
        return toImage(sheet_);
    }

private:
    [[nodiscard]] int columnLeft(std::size_t layer) const {
        const auto count = static_cast<int>(layers_.size());
        return faigMargin + axisSpace
               + (width_ - 2 * faigMargin - axisSpace) * static_cast<int>(layer) / std::max(count, 1);
    }

    void drawMap() {
        const auto& score = document_.ranking.score;
        double largest = 0.0;
        for (const double value : score) {
            largest = std::max(largest, std::isfinite(value) ? std::abs(value) : 0.0);
        }
        const auto counts = countsOfLayers(
            document_.filters, topChange(document_.filters, document_.ranking.order, percent_, 0.0, false).filters);
        const int most = std::max(1, *std::ranges::max_element(counts));
        writeText(sheet_, fmt::format("top {:g} %", percent_), {faigMargin, titleSpace + 24}, 0.38);
        writeText(sheet_, fmt::format("most {}", most), {faigMargin, titleSpace + 40}, 0.38);
        const int mapTop = titleSpace + barsHeight;
        writeText(sheet_, "out x in", {faigMargin, mapTop + 16}, 0.38);
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const int left = columnLeft(i);
            const int width = std::max(columnLeft(i + 1) - left - 3, 2);
            const int high = counts[i] * (barsHeight - 16) / most;
            cv::rectangle(sheet_, cv::Rect(left, mapTop - 6 - high, width, high), sheetInk, cv::FILLED);
            if (largest > 0.0) {
                placePanel(sheet_, layerPicture(layers_[i], score, {width, mapHeight}, largest), {left, mapTop});
            }
            if (width > 12) {
                writeUpwards(sheet_, layers_[i].key.substr(0, layers_[i].key.rfind('.')),
                             {left + width / 2, mapTop + mapHeight + 6}, 0.34);
            }
        }
    }

    struct Axes {
        cv::Rect frame;
        double low = 0.0;
        double high = 1.0;
        double first = 0.1;
        double last = 100.0;

        [[nodiscard]] cv::Point at(double percent, double psnr) const {
            const double x = std::log(percent / first) / std::log(last / first);
            const double y = (psnr - low) / (high - low);
            return {frame.x + cvRound(x * (frame.width - 1)), frame.y + cvRound((1.0 - y) * (frame.height - 1))};
        }
    };

    [[nodiscard]] Axes axesOf() const {
        Axes axes{.frame = {faigMargin + axisSpace, sheet_.rows - curveHeight - 44, width_ - 2 * faigMargin - axisSpace,
                            curveHeight}};
        double low = std::numeric_limits<double>::infinity();
        double high = -low;
        const auto see = [&](double psnr) {
            low = std::min(low, psnr);
            high = std::max(high, psnr);
        };
        for (std::size_t d = 0; d < document_.degradations.size(); ++d) {
            see(referenceOf(d, true));
            see(referenceOf(d, false));
        }
        axes.first = std::numeric_limits<double>::infinity();
        axes.last = 0.0;
        for (const auto& mask : document_.masking) {
            axes.first = std::min(axes.first, mask.percent);
            axes.last = std::max(axes.last, mask.percent);
            for (const auto& readout : mask.readouts) {
                see(readout.psnr);
            }
        }
        axes.last = std::max(axes.last, axes.first * 1.01);
        axes.low = std::floor(low - 0.2);
        axes.high = std::ceil(high + 0.2);
        return axes;
    }

    void drawCurve() {
        const auto axes = axesOf();
        cv::rectangle(sheet_, axes.frame, sheetFrame);
        for (int level = static_cast<int>(axes.low); level <= static_cast<int>(axes.high); ++level) {
            const auto place = axes.at(axes.first, level);
            cv::line(sheet_, place - cv::Point(4, 0), place, sheetInk);
            writeText(sheet_, std::to_string(level), place - cv::Point(30, -4), 0.38);
        }
        writeText(sheet_, "PSNR dB", {faigMargin, axes.frame.y - 8}, 0.38);
        double said = 0.0;
        for (const auto& mask : document_.masking) {
            if (mask.percent > said) {
                said = mask.percent;
                const auto place = axes.at(said, axes.low);
                cv::line(sheet_, place, place + cv::Point(0, 4), sheetInk);
                writeText(sheet_, fmt::format("{:g}", said), place + cv::Point(-8, 18), 0.38);
            }
        }
        writeText(sheet_, "% of the filters masked", {axes.frame.x + axes.frame.width / 2 - 80, axes.frame.br().y + 36},
                  0.4);
        for (std::size_t d = 0; d < document_.degradations.size(); ++d) {
            drawDegradation(axes, d);
        }
    }

    void drawDegradation(const Axes& axes, std::size_t d) {
        const auto& colour = curveColours[d % curveColours.size()];
        const auto& result = document_.degradations[d];
        for (const double psnr : {referenceOf(d, true), referenceOf(d, false)}) {
            const auto from = axes.at(axes.first, psnr);
            for (int x = 0; x < axes.frame.width; x += 12) {
                cv::line(sheet_, from + cv::Point(x, 0), from + cv::Point(std::min(x + 6, axes.frame.width - 1), 0),
                         colour);
            }
        }
        // Rivals first: what is asked about lies above them.
        std::vector<std::vector<const FaigMasking*>> lines;
        for (const auto& mask : document_.masking) {
            const bool continues = !lines.empty() && lines.back().back()->percent < mask.percent
                                   && lines.back().back()->rule == mask.rule && lines.back().back()->seed == mask.seed
                                   && lines.back().back()->against == mask.against;
            if (!continues) {
                lines.emplace_back();
            }
            lines.back().push_back(&mask);
        }
        for (std::size_t k = lines.size(); k-- > 0;) {
            for (std::size_t i = 0; i < lines[k].size(); ++i) {
                const auto point = axes.at(lines[k][i]->percent, lines[k][i]->readouts[d].psnr);
                if (i > 0) {
                    cv::line(sheet_, axes.at(lines[k][i - 1]->percent, lines[k][i - 1]->readouts[d].psnr), point,
                             k == 0 ? colour : colour * 0.4 + sheetPaper * 0.6, k == 0 ? 2 : 1, cv::LINE_AA);
                }
                if (k == 0) {
                    cv::circle(sheet_, point, 3, colour, cv::FILLED, cv::LINE_AA);
                }
            }
        }
        writeText(sheet_, fmt::format("on {}", result.degradation.name),
                  {axes.frame.x + 10 + 150 * static_cast<int>(d), axes.frame.y - 8}, 0.42, colour);
    }

    /// Of the images that masks were read out on.
    [[nodiscard]] double referenceOf(std::size_t d, bool target) const {
        const auto& result = document_.degradations[d];
        const auto& read = target ? result.readoutTarget : result.readoutBaseline;
        return read.value_or(target ? result.psnrTarget : result.psnrBaseline);
    }

    const FaigDocument& document_;
    double percent_;
    const std::vector<FilterLayer>& layers_;
    int width_;
    bool hasCurve_;
    cv::Mat sheet_;
};

}  // namespace

Image drawFaig(const FaigDocument& document, const std::optional<double>& percent) {
    if (document.ranking.order.empty() || document.filters.size() == 0) {
        throw Error(ErrorCode::InvalidArgument, "there is no ranking of filters to draw; compute one first");
    }
    return FaigSheet(document, percent).draw();
}

}  // namespace lamscope
