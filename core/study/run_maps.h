// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/low_resolution.h"
#include "method/lam/lam.h"
#include "study/lam_run.h"

namespace lamscope {

/// The images of a run, before any network's scale is known.
struct RunImages {
    Image image;      ///< HR or LR
    Image reference;  ///< HR beside LR; empty if none
    std::vector<std::string> warnings;
};

/// Throws as readImage().
[[nodiscard]] RunImages readImages(const LamRunOptions& options);

/// LR and, where it is known, HR at one network's scale. Throws Error(InvalidArgument) where the reference is smaller
/// than the SR image.
[[nodiscard]] LowResolutionPair imagesFor(const RunImages& images, const LamRunOptions& options, int scale);

/// The patches whose maps are wanted; none where the grid is all that is wanted.
[[nodiscard]] std::vector<Patch> patchesOf(const LamRunOptions& options);

using ReportGradients = std::function<void(std::int64_t done, std::int64_t planned)>;

/// One network's maps of these patches, in their order. Nullopt when stopped. Throws as computeLams().
[[nodiscard]] std::optional<std::vector<LamResult>> computeMaps(const SrModel& model, const LowResolutionPair& pair,
                                                                std::span<const Patch> patches, const LamPlan& plan,
                                                                const EvaluationOptions& evaluation,
                                                                const std::stop_token& stop,
                                                                const ReportGradients& report);

}  // namespace lamscope
