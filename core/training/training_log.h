// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lamscope {

/// One line of the log.
struct TrainingLogEntry {
    std::int64_t step = 0;       ///< number of steps done
    double loss = 0.0;           ///< mean absolute error over the steps since the last line, values in [0, 1]
    double learningRate = 0.0;   ///< of the last of these steps
    double seconds = 0.0;        ///< since the training began, without pauses
    std::optional<double> psnr;  ///< of the averaged weights on the validation images, on Y, border = scale, dB
};

/// The course of a training as JSON lines, {"step", "loss", "learning_rate", "seconds", "psnr"}; before them a line
/// {"about"} where there is something to say about the samples.
class TrainingLog {
public:
    /// Continues an existing file, without the lines after `step`: those steps are repeated. `step` 0 begins a new
    /// file. @param about  what samples are made of; may be empty. Throws Error(WriteFailed).
    TrainingLog(std::filesystem::path file, std::int64_t step, const std::string& about = {});

    /// Appends a line; the line is in the file when this returns. Throws Error(WriteFailed).
    void append(const TrainingLogEntry& entry);

    [[nodiscard]] const std::vector<TrainingLogEntry>& entries() const { return entries_; }

private:
    std::filesystem::path file_;
    std::vector<TrainingLogEntry> entries_;
};

}  // namespace lamscope
