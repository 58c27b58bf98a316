// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/sheet_drawing.h"

#include <array>

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

void placePanel(cv::Mat& sheet, const cv::Mat& panel, cv::Point topLeft) {
    const cv::Rect place(topLeft, panel.size());
    panel.copyTo(sheet(place));
    cv::rectangle(sheet, place, sheetFrame);
}

}  // namespace lamscope
