// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/lam/lam_options.h"

namespace lamscope {

/// γ(α), α in [0, 1], of the path that ends in `lr`: the image itself at 1, the baseline at 0. Thread-safe.
/// @param clean  where the path Rain begins, as large as `lr`, e.g. LamResult::hr; may be empty for others. Throws
///               Error(InvalidArgument) where that path has none.
[[nodiscard]] Image pathImage(const Image& lr, const Image& clean, const LamOptions& options, double alpha);

}  // namespace lamscope
