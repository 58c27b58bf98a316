// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "model/model_spec.h"
#include "model/sr_model.h"

namespace lamscope::test {

/// Networks given by formulas, in the place of loadModel(). The file's stem says which; the scale is the setting's,
/// or 4.
///   global        every SR pixel depends on all of the image
///   slow          the same, 20 ms an evaluation
///   watched       the same again, see mostAtOnce()
///   copy, half    every SR pixel is its LR pixel, or half of it
///   smooth        every SR pixel is the mean of the 3x3 LR pixels around its own
///   no-gradient   its gradient is NaN everywhere
///   no-memory     every evaluation fails for want of memory
/// Other files are loaded as what they are.
[[nodiscard]] SrModel loadAnalytic(const ModelSpec& spec, const std::string& device);

/// How many evaluations of networks "watched" have been at work at the same time.
[[nodiscard]] int mostAtOnce();

}  // namespace lamscope::test
