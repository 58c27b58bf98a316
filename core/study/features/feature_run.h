// SPDX-License-Identifier: GPL-3.0-or-later
// Networks over sets of patches that files make: the runs of `srga` and `ddr`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/features/ddr_document.h"
#include "method/features/srga_document.h"
#include "model/model_spec.h"
#include "study/features/patch_sets.h"

namespace lamscope {

/// Which networks look at what, and where.
struct FeatureRunInput {
    std::vector<ModelSpec> networks{};
    /// `patches`, `side` and `seed` are those of the method's options. Of SRGA the first folder is the reference; to
    /// recipes the set "clean" is added as the reference, unless the first of them is clean.
    PatchSource source{};
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    double memoryBytes = 0.0;                      ///< for waiting features; 0: usualFeatureMemory()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< where arrays will be written; empty if they will not
};

/// Where a run stands.
struct FeatureRunProgress {
    std::size_t model = 0;   ///< index of the network at work
    std::size_t models = 0;  ///< of all
    std::string name;        ///< of that network
    std::string step;        ///< what it does, e.g. "features of blur 2"
    double share = 0.0;      ///< of that step that is done, 0…1
    double done = 0.0;       ///< of that network's work that is done, about, 0…1
};

/// Called on the calling thread; must not throw; may be empty.
using FeatureRunCallback = std::function<void(const FeatureRunProgress&)>;

/// SRGA of every network and candidate. Of HR images the PSNR of each set is known, too: mean over the patches, Y
/// channel, 8 bits. Everything that can be refused is refused before the first long pass: outputs that are inputs, taps
/// that a network does not have (of recipes before the images are read), too few patches. A network that fails is left
/// out with a warning, unless none is left.
/// @return nullopt when stopped. Throws Error as loadModel(), makePatchSets(), surveyTaps(), FeatureGrams,
/// compareSets(), checkOutputFiles(), checkSrgaOptions() and checkSrgaPatches(), and Error(InvalidArgument) without
/// networks or candidates.
[[nodiscard]] std::optional<SrgaDocument> runSrga(const FeatureRunInput& input, const SrgaOptions& options,
                                                  const std::stop_token& stop = {},
                                                  const FeatureRunCallback& progress = {});

/// What the taps of every network sort the classes by.
/// @return nullopt when stopped. Throws Error as runSrga(), sortPatches(), checkDdrOptions() and checkPerplexity(), and
/// Error(InvalidArgument) for fewer than two classes of two patches.
[[nodiscard]] std::optional<DdrDocument> runDdr(const FeatureRunInput& input, const DdrOptions& options,
                                                const std::stop_token& stop = {},
                                                const FeatureRunCallback& progress = {});

}  // namespace lamscope
