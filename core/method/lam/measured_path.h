// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "image/image.h"
#include "integrate/nodes.h"
#include "method/lam/image_paths.h"
#include "method/lam/lam_options.h"

namespace lamscope {

/// A path through LR images with its length: all networks that see the same LR image can share one. Thread-safe.
class MeasuredPath {
public:
    /// @param clean  as for makeImagePath().
    MeasuredPath(const Image& lr, const LamPlan& plan, const Image& clean = {});

    [[nodiscard]] const std::shared_ptr<const ImagePath>& path() const { return path_; }

    /// Measures the length unless that is done; false when stopped.
    bool measure(const std::stop_token& stop) const;
    /// Measured when it is asked for first: a preset of nodes uniform in α needs none.
    [[nodiscard]] const ArcLength& length() const;

    /// Whether image and baseline differ by more than rounding.
    [[nodiscard]] bool moves() const;
    /// ‖∂γ/∂α‖ over each cell: increment norm / cell width.
    [[nodiscard]] std::vector<double> speed(const Nodes& nodes) const;

private:
    std::shared_ptr<const ImagePath> path_;
    mutable std::mutex mutex_;
    mutable std::optional<ArcLength> length_;
    mutable std::optional<bool> moves_;
};

/// True when the path depends on nothing in which the two differ. The path Rain also depends on the clean image.
[[nodiscard]] bool samePath(const LamOptions& a, const LamOptions& b);

/// The part `region` of the clean image for a path that begins with it; empty for other paths and where there is none.
[[nodiscard]] Image cleanFor(const LamPlan& plan, const Image* clean, const Rect& region);

/// Paths that are in use somewhere, so that networks that see the same part of the same LR image share one. Not
/// thread-safe.
class SharedPaths {
public:
    /// The path of `plan` through the part `region` of `lr`, measured where the plan asks for arc length; null when
    /// stopped. Images are the same when they are one object.
    /// @param clean  of the path Rain, as large as `lr`; null where it is not known.
    [[nodiscard]] std::shared_ptr<const MeasuredPath> pathFor(const std::shared_ptr<const Image>& lr,
                                                              const std::shared_ptr<const Image>& clean,
                                                              const Rect& region, const LamPlan& plan,
                                                              const std::stop_token& stop);

private:
    struct Known {
        std::shared_ptr<const Image> lr;
        std::shared_ptr<const Image> clean;  // null for paths that do not depend on it
        Rect region;
        LamOptions options;
        std::weak_ptr<const MeasuredPath> path;
    };

    std::vector<Known> known_;
};

}  // namespace lamscope
