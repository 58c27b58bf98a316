// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/sheet_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lamscope {

cv::Scalar sheetColour(std::size_t number) {
    static const std::array<cv::Scalar, 8> colours{
        cv::Scalar(0, 114, 178), cv::Scalar(213, 94, 0),   cv::Scalar(0, 158, 115),   cv::Scalar(204, 121, 167),
        cv::Scalar(230, 159, 0), cv::Scalar(86, 180, 233), cv::Scalar(120, 120, 120), cv::Scalar(0, 0, 0)};
    return colours[number % colours.size()];
}

void writeText(cv::Mat& sheet, const std::string& text, cv::Point baseline, double size, const cv::Scalar& colour) {
    cv::putText(sheet, text, baseline, cv::FONT_HERSHEY_SIMPLEX, size, colour, 1, cv::LINE_AA);
}

int textWidth(const std::string& text, double size) {
    int below = 0;
    return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, size, 1, &below).width;
}

cv::Mat fitted(const cv::Mat& picture, cv::Size size) {
    cv::Mat result;
    cv::resize(picture, result, size, 0.0, 0.0, picture.cols > size.width ? cv::INTER_AREA : cv::INTER_NEAREST);
    return result;
}

cv::Vec3b seismicColour(double share) {
    const double t = std::min(std::abs(share), 1.0);
    const double other = t <= 0.5 ? 1.0 - 2.0 * t : 0.0;
    const double darkest = share < 0.0 ? 0.3 : 0.5;
    const double own = t <= 0.5 ? 1.0 : 1.0 - (1.0 - darkest) * (2.0 * t - 1.0);
    const auto byte = [](double x) { return cv::saturate_cast<uchar>(255.0 * x); };
    return share < 0.0 ? cv::Vec3b(byte(other), byte(other), byte(own))
                       : cv::Vec3b(byte(own), byte(other), byte(other));
}

void placePanel(cv::Mat& sheet, const cv::Mat& panel, cv::Point topLeft) {
    const cv::Rect place(topLeft, panel.size());
    panel.copyTo(sheet(place));
    cv::rectangle(sheet, place, sheetFrame);
}

}  // namespace lamscope
