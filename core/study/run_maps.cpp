// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/run_maps.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "image/image_file.h"
#include "scene/network_input.h"

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
    return makeInput(images.image, images.reference, inputRecipeOf(scene), scale);
}

std::optional<std::vector<LamResult>> computeMaps(const SrModel& model, const LowResolutionPair& pair,
                                                  std::span<const PlacedPatch> patches, const LamPlan& plan,
                                                  const EvaluationOptions& evaluation, const std::stop_token& stop,
                                                  const ReportGradients& report) {
    return computeLams(
        model, pair.lr, referenceOf(pair), plan, patches, stop,
        [&](const LamsProgress& state) { report(state.gradientsDone, state.gradientsPlanned); }, evaluation);
}

}  // namespace lamscope
