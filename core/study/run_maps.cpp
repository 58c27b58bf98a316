// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/run_maps.h"

#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "image/image_file.h"

namespace lamscope {

RunImages readImages(const Scene& scene) {
    RunImages images;
    std::vector<std::filesystem::path> files{scene.image};
    if (!scene.reference.empty()) {
        files.push_back(scene.reference);
    }
    const auto reading = *sharedReading(scene.reading, files, {});  // two files
    auto loaded = readImage(scene.image, reading);
    images.image = std::move(loaded.image);
    images.warnings = std::move(loaded.warnings);
    if (!scene.reference.empty()) {
        auto reference = readImage(scene.reference, reading);
        images.reference = std::move(reference.image);
        images.warnings.insert(images.warnings.end(), reference.warnings.begin(), reference.warnings.end());
    }
    return images;
}

LowResolutionPair imagesFor(const RunImages& images, const Scene& scene, int scale) {
    if (scene.role == ImageRole::Hr) {
        return makeLowResolution(images.image, scale, scene.reduction);
    }
    LowResolutionPair pair{.lr = images.image, .hr = {}};
    if (!images.reference.empty()) {
        const int width = pair.lr.width() * scale;
        const int height = pair.lr.height() * scale;
        if (images.reference.width() < width || images.reference.height() < height) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels, which is less than {} times the {}x{} of {}",
                                    scene.reference.string(), images.reference.width(), images.reference.height(),
                                    scale, pair.lr.width(), pair.lr.height(), scene.image.string()));
        }
        pair.hr = images.reference.cropped({0, 0, width, height});
    }
    return pair;
}

std::optional<std::vector<LamResult>> computeMaps(const SrModel& model, const LowResolutionPair& pair,
                                                  std::span<const PlacedPatch> patches, const LamPlan& plan,
                                                  const EvaluationOptions& evaluation, const std::stop_token& stop,
                                                  const ReportGradients& report) {
    return computeLams(
        model, pair.lr, pair.hr.empty() ? nullptr : &pair.hr, plan, patches, stop,
        [&](const LamsProgress& state) { report(state.gradientsDone, state.gradientsPlanned); }, evaluation);
}

}  // namespace lamscope
