// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/low_resolution.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "scene/scene.h"

namespace lamscope {

/// The images of a scene, before any network's scale is known.
struct RunImages {
    Image image;      ///< HR or LR
    Image reference;  ///< beside it; empty if none
    std::vector<std::string> warnings;
};

/// Throws as readImage().
[[nodiscard]] RunImages readImages(const Scene& scene);

/// Input and, where it is known, reference at one network's scale: makeInput() of the scene.
[[nodiscard]] LowResolutionPair imagesFor(const RunImages& images, const Scene& scene, int scale);

/// What is passed to computations as `hr`: null where the pair has no reference.
[[nodiscard]] inline const Image* referenceOf(const LowResolutionPair& pair) {
    return pair.hr.empty() ? nullptr : &pair.hr;
}

using ReportGradients = std::function<void(std::int64_t done, std::int64_t planned)>;

/// One network's maps of these patches, in their order. Nullopt when stopped. Throws as computeLams().
[[nodiscard]] std::optional<std::vector<LamResult>> computeMaps(
    const SrModel& model, const LowResolutionPair& pair, std::span<const PlacedPatch> patches, const LamPlan& plan,
    const EvaluationOptions& evaluation, const std::stop_token& stop, const ReportGradients& report);

}  // namespace lamscope
