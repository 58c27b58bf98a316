// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "image/image.h"
#include "integrate/nodes.h"
#include "integrate/path.h"
#include "method/lam/lam_options.h"

namespace lamscope {

/// A path through LR images: one tensor [n, 3, h, w] per point, values in [0, 1]. Thread-safe.
class ImagePath : public Path {
public:
    /// The same path as seen through a window of its images: its points are the crops of the whole's.
    [[nodiscard]] virtual std::shared_ptr<const ImagePath> cropped(const Rect& window) const = 0;

    /// Distances between the points at consecutive α, Euclidean norm over all pixels and channels: one less than
    /// `alpha`. Cheaper than the points.
    [[nodiscard]] virtual std::vector<double> distances(std::span<const double> alpha) const = 0;
};

/// The path of `options` that ends in the LR image `lr`.
/// @param clean  where the path Rain begins, as large as `lr`; others do not look at it. Throws Error(InvalidArgument)
///               for that path and an image of another size, or none.
[[nodiscard]] std::shared_ptr<const ImagePath> makeImagePath(const Image& lr, const LamOptions& options,
                                                             const Image& clean = {});

/// The same path, keeping its points up to a number of bytes: maps of several patches, and the levels of one, ask for
/// the same points.
[[nodiscard]] std::shared_ptr<const ImagePath> withKeptPoints(std::shared_ptr<const ImagePath> path,
                                                              std::int64_t limitBytes);

/// Blur width at α on the blur path: σ(1 − α), LR pixels.
[[nodiscard]] double blurSigma(const LamOptions& options, double alpha);

/// Arc length of the image path, ∫‖dγ‖ in the Euclidean norm over all pixels and channels, from 1000 steps of equal α;
/// nullopt when stopped.
[[nodiscard]] std::optional<ArcLength> measureArcLength(const ImagePath& path, const std::stop_token& stop = {});

}  // namespace lamscope
