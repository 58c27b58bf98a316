// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/option_table.h"
#include "scene/experiment.h"

namespace lamscope {

/// The recipe of a causal effect map (CEM; Hu et al., Interpreting Low-level Vision Models with Causal Effect Maps,
/// TPAMI 2025). Both have one estimator: given the same pasted blocks, they give the same numbers.
enum class CemPreset {
    /// As the published scripts: the whole image for every block, patches with red and blue swapped, square images
    /// alone whose sides the blocks divide.
    Official,
    /// Only what the region of interest (ROI) can depend on is evaluated, colours are right, any image.
    Fast,
};

struct CemOptions {
    CemPreset preset = CemPreset::Fast;
    int block = 8;               ///< side of a block, SR pixels; see CemGrid
    int coarse = 3;              ///< draws of every block
    int fine = 50;               ///< draws of each block that the coarse ones found to have an effect; at least 2
    double tolerance = 0.01;     ///< dB; effects below it are 0
    int seed = 0;                ///< of the draws
    std::optional<int> context;  ///< LR pixels around the ROI that the network sees; 0: the whole image is evaluated,
                                 ///< also where a part would do; unset: a part where that gives the same
    std::optional<int> batch;    ///< images at once; unset: by the device. Changes rounding alone.
    std::vector<std::filesystem::path> interventions{};  ///< where the patches come from, see readInterventions()

    friend bool operator==(const CemOptions&, const CemOptions&) = default;
};

[[nodiscard]] std::string_view toString(CemPreset preset);

/// The options but for `interventions`, in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<CemOptions>>& cemOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range, and for `official` with a context.
void checkCemOptions(const CemOptions& options);

/// The options of an experiment of this method. Options that are not there have their defaults. Throws
/// Error(InvalidArgument) for an experiment of another method, naming an option that is unknown or of the wrong type,
/// and as checkCemOptions().
[[nodiscard]] CemOptions cemOptionsOf(const Experiment& experiment);

/// Makes it an experiment of this method with these options.
void setCemOptions(Experiment& experiment, const CemOptions& options);

}  // namespace lamscope
