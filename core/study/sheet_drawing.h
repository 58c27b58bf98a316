// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include <opencv2/imgproc.hpp>

namespace lamscope {

// Private to the pictures that commands write: what is drawn in the same way on all of them. Sheets are RGB, 8 bits.

inline const cv::Scalar sheetInk(34, 34, 34);
inline const cv::Scalar sheetPaper(255, 255, 255);
inline const cv::Scalar sheetFrame(170, 170, 170);

/// A colour for each of several things, repeated from the ninth on: Okabe and Ito's, which colour-blind people tell
/// apart.
[[nodiscard]] cv::Scalar sheetColour(std::size_t number);

/// @param baseline of the first letter. @param size of OpenCV's plain font: 1 is about 22 pixels high.
void writeText(cv::Mat& sheet, const std::string& text, cv::Point baseline, double size,
               const cv::Scalar& colour = sheetInk);

/// Pixels that writeText() takes.
[[nodiscard]] int textWidth(const std::string& text, double size);

/// A picture at the size of its panel. Enlarged pixels are not smoothed; reduced pixels are averaged by area.
[[nodiscard]] cv::Mat fitted(const cv::Mat& picture, cv::Size size);

/// The colour of a signed share, RGB: matplotlib's "seismic", from dark blue (-1) by white (0) to dark red (1).
[[nodiscard]] cv::Vec3b seismicColour(double share);

/// Puts a panel on the sheet, in a frame.
void placePanel(cv::Mat& sheet, const cv::Mat& panel, cv::Point topLeft);

}  // namespace lamscope
