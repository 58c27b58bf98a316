// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"

namespace lamscope {

/// How alike two pictures are, whatever their brightness and contrast, when one may be shifted: the largest normalised
/// cross-correlation (Pearson's coefficient, -1…1) of their luma. The inner part of `second`, without a border of
/// `shift` pixels, is compared with every part of `first` of that size, so that shifts of 0 to `shift` pixels in each
/// direction count. What is flat is like nothing: 0.
///
/// Throws Error(InvalidArgument) when the sizes differ, `shift` is negative, or nothing is left without the border.
/// Thread-safe. Source: Lewis, Fast Normalized Cross-Correlation, 1995.
[[nodiscard]] double largestShiftedCorrelation(const Image& first, const Image& second, int shift);

}  // namespace lamscope
