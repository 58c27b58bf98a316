// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <opencv2/core/mat.hpp>

namespace lamscope::detail {

// Private to the library of image files.

/// Decodes the first `channels` channels (1 to 4) of a TIFF image of 8 or 16-bit unsigned integers or of floating-point
/// numbers of 16, 32 or 64 bits, in strips or tiles, interleaved or in planes, of either byte order. The values are the
/// stored ones, in OpenCV's order: 1 channel: grey; 2: grey, alpha; 3: B, G, R; 4: B, G, R, alpha. The type is CV_8UC,
/// CV_16UC or CV_32FC with `channels` channels. The orientation is not applied, and black and white are not exchanged.
///
/// Empty if the file is damaged or compressed in a way that libtiff cannot undo; `reason` then holds libtiff's message,
/// if libtiff gave one.
[[nodiscard]] cv::Mat readTiffSamples(std::span<const std::byte> file, int channels, std::string& reason);

}  // namespace lamscope::detail
