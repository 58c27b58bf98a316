// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image_file.h"
#include "image/low_resolution.h"
#include "method/lam/lam.h"
#include "model/model_spec.h"
#include "report/lam_json.h"

namespace lamscope {

/// One image, one patch, one or more networks.
struct LamRunOptions {
    std::filesystem::path image;
    ExifOrientation orientation = ExifOrientation::Ignored;  ///< of image and reference
    bool imageIsHr = false;                                  ///< reduced at each network's scale
    std::filesystem::path reference;                         ///< HR beside an LR image, for PSNR; empty if none
    Reduction reduction = Reduction::Pillow;
    std::vector<ModelSpec> models;
    LamOptions lam;
    std::vector<Patch> patches{};       ///< instead of `lam.patch`, where not empty; they share forward passes
    std::optional<int> gridStride{};    ///< SR pixels; also a DI map of patches as large as `lam.patch`
    bool gridAlone = false;             ///< no map of any patch beside it
    std::vector<double> gradientsAt{};  ///< α of the path at which gradients are kept beside the map
    std::string device = "cpu";         ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< where addLamArrays() will write; empty if it will not
};

/// Where a run stands.
struct LamRunProgress {
    std::size_t model = 0;  ///< index of the network at work
    std::size_t models = 0;
    std::string name;          ///< of that network
    std::int64_t done = 0;     ///< gradients
    std::int64_t planned = 0;  ///< the most that can be needed
};

/// What is done of the network at work, 0…1.
[[nodiscard]] inline double shareOf(const LamRunProgress& progress) {
    return progress.planned > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.planned) : 0.0;
}

using LamRunCallback = std::function<void(const LamRunProgress&)>;

/// Reads the image and all networks (so that what is wrong shows before the long work), then computes the map of each,
/// with the batches of BatchCalibration::defaultFile().
/// @param progress called on the calling thread between batches of nodes; must not throw; may be empty.
/// @return nullopt when stopped. Throws as makePlan(), readImage(), loadModel(), checkOutputFiles() (before the first
/// map) and computeLam().
[[nodiscard]] std::optional<LamDocument> runLam(const LamRunOptions& options, const std::stop_token& stop = {},
                                                const LamRunCallback& progress = {});

}  // namespace lamscope
