// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "attribution/integrator.h"
#include "attribution/lam_options.h"
#include "attribution/nodes.h"
#include "image/image.h"

namespace lamscope {

/// The path of `options` that ends in the LR image `lr`: one tensor [n, 3, h, w] per point, values in [0, 1].
[[nodiscard]] std::unique_ptr<Path> makeImagePath(const Image& lr, const LamOptions& options);

/// Blur width at α on the blur path: σ(1 − α), LR pixels.
[[nodiscard]] double blurSigma(const LamOptions& options, double alpha);

/// Arc length of the image path, ∫‖dγ‖ in the Euclidean norm over all pixels and channels; nullopt when stopped.
[[nodiscard]] std::optional<ArcLength> measureArcLength(const Path& path, const std::stop_token& stop = {});

}  // namespace lamscope
