// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// All that a run needs to continue as if it had never stopped.
struct TrainingState {
    std::int64_t step = 0;  ///< number of steps done
    double seconds = 0.0;   ///< time of these steps
    double lossSum = 0.0;   ///< sum of the loss over the steps since the last line of the log
    std::string options;    ///< TrainingOptions::json of the run
    /// "weights/KEY", "average/KEY", and of Adam "mean/KEY" and "square/KEY".
    std::vector<std::pair<std::string, TensorData>> tensors;

    /// The tensor `name`. Throws Error(BadFile) if the state lacks it.
    [[nodiscard]] const TensorData& tensor(const std::string& name) const;
};

/// Writes the state whole or not at all, as a safetensors file. Throws Error(WriteFailed).
void writeTrainingState(const std::filesystem::path& file, const TrainingState& state);

/// nullopt if there is no such file. Throws Error(BadFile) if the file is not a state of a training.
[[nodiscard]] std::optional<TrainingState> readTrainingState(const std::filesystem::path& file);

}  // namespace lamscope
