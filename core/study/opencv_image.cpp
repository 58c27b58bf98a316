// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/opencv_image.h"

namespace lamscope {

Image toImage(const cv::Mat& mat) {
    Image image(mat.cols, mat.rows);
    for (int y = 0; y < mat.rows; ++y) {
        for (int x = 0; x < mat.cols; ++x) {
            for (int c = 0; c < Image::channels; ++c) {
                image.at(c, y, x) = static_cast<float>(mat.at<cv::Vec3b>(y, x)[c]) / 255.0F;
            }
        }
    }
    image.bitDepth = 8;
    return image;
}

cv::Mat toMat(const Image& image) {
    cv::Mat result(image.height(), image.width(), CV_8UC3);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            for (int c = 0; c < Image::channels; ++c) {
                result.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(image.at(c, y, x) * 255.0F);
            }
        }
    }
    return result;
}

}  // namespace lamscope
