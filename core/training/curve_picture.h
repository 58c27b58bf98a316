// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "image/image.h"
#include "training/training_log.h"

namespace lamscope {

/// The course of a training as a picture of 960 x 420 pixels, over the steps: the loss on the left (logarithmic axis),
/// the validation PSNR in dB on the right. Throws Error(InvalidArgument) without entries.
[[nodiscard]] Image drawTrainingCurves(const std::string& title, const std::vector<TrainingLogEntry>& entries);

}  // namespace lamscope
