// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/upscale_files.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <set>
#include <span>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/npy.h"
#include "base/output_files.h"
#include "image/image_file.h"
#include "model/model_spec.h"

namespace lamscope {

std::optional<UpscaleSummary> upscaleFiles(const SrModel& model, const UpscaleOptions& options,
                                           const std::stop_token& stop,
                                           const std::function<void(std::size_t, std::size_t)>& progress) {
    UpscaleSummary summary{.written = {}, .warnings = model.card().warnings};
    std::set<std::filesystem::path> names;
    for (const auto& file : options.images) {
        if (!names.insert(file.stem()).second) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("two images are called {}; their results would overwrite each other",
                                    file.stem().string()));
        }
    }
    std::vector<std::filesystem::path> targets;
    for (const auto& file : options.images) {
        targets.push_back(options.outputFolder / (file.stem().string() + (isNpy(file) ? ".npy" : ".png")));
    }
    auto inputs = options.images;
    if (!model.card().file.empty()) {
        ModelSpec spec;
        spec.file = model.card().file;
        std::ranges::move(filesOf(std::span(&spec, 1)), std::back_inserter(inputs));
    }
    checkOutputFiles(targets, inputs);
    const auto reading = sharedReading(options.reading, options.images, stop);
    if (!reading) {
        return std::nullopt;
    }
    StagedFiles files;
    files.makeFolder(options.outputFolder);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        auto loaded = readImage(options.images[i], *reading);
        summary.warnings.insert(summary.warnings.end(), loaded.warnings.begin(), loaded.warnings.end());
        const int bitDepth = std::min(loaded.image.bitDepth, 16);
        const auto lr = makeInput(loaded.image, {}, options.input, model.card().scale).lr;
        const auto sr = model.upscale(lr, stop);
        if (!sr || stop.stop_requested()) {
            return std::nullopt;
        }
        const auto& target = targets[i];
        if (target.extension() == ".npy") {
            const std::array<std::int64_t, 3> shape{Image::channels, sr->height(), sr->width()};
            files.add(target, encodeNpy(shape, sr->values()));
        } else {
            files.add(target, std::span<const std::byte>(encodePng(*sr, bitDepth)));
        }
        summary.written.push_back(target);
        if (progress) {
            progress(summary.written.size(), options.images.size());
        }
    }
    files.commit();
    return summary;
}

}  // namespace lamscope
