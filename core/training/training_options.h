// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/low_resolution.h"

namespace lamscope {

/// One tensor of a network that begins untrained, and what it is filled with.
struct InitialTensor {
    enum class Fill {
        Uniform,          ///< ±`amount`
        Normal,           ///< standard deviation `amount`, cut at two deviations
        Constant,         ///< `amount`
        Identity,         ///< 1 where output and input channel agree, else 0
        Values,           ///< `values`
        WindowPositions,  ///< SwinIR's relative_position_index of windows whose side is √(shape[0]); int64
        WindowMask,       ///< SwinIR's attn_mask: shape [windows, side², side²] of a square image, shifted by side/2
    };

    std::string key;
    std::vector<std::int64_t> shape;
    Fill fill = Fill::Uniform;
    double amount = 0.0;
    std::vector<float> values;
};

/// How the learning rate falls after the warm-up.
enum class Schedule {
    Cosine,  ///< along half a cosine to `finalLearningRate`
    Step,    ///< halved every `halveEvery` steps
};

/// The type that convolutions and matrix products compute in; weights, sums and the loss stay float32.
enum class TrainingPrecision { Float32, BFloat16 };

/// A training run as a JSON file describes it; docs/training.md lists the fields.
struct TrainingOptions {
    std::string name;                         ///< stem of the weight file that is written
    std::optional<std::string> architecture;  ///< demanded family, as in arch=
    int scale = 4;                            ///< SR side / LR side
    std::optional<double> range;              ///< value range of the network; by default its family's
    std::filesystem::path initialWeights;     ///< to go on from (fine-tuning); empty: from `tensors`
    std::vector<InitialTensor> tensors;       ///< what the network consists of

    Reduction reduction = Reduction::Matlab;  ///< how LR is made from HR
    int crop = 24;                            ///< side of the LR crops, pixels
    int batch = 16;                           ///< crops a step
    int validationImages = 5;                 ///< the last of the folder's images, by name: kept out of training

    std::int64_t steps = 0;
    double learningRate = 1e-3;
    double finalLearningRate = 1e-6;
    Schedule schedule = Schedule::Cosine;
    std::int64_t halveEvery = 0;  ///< steps; for Schedule::Step
    std::int64_t warmUp = 0;      ///< steps in which the learning rate rises from 0
    double averageDecay = 0.999;  ///< of the exponential moving average of the weights, which is what is saved
    TrainingPrecision precision = TrainingPrecision::Float32;
    std::uint64_t seed = 0;
    std::int64_t reportEvery = 100;     ///< steps between two lines of the log
    std::int64_t validateEvery = 2000;  ///< steps between two validations, a multiple of reportEvery

    std::string licence;  ///< of the weights, as its SPDX identifier; empty: not stated
    std::string about;    ///< what readers of the card should know; may be empty

    std::string json;  ///< the description as it was read: kept in the card, and compared when a run goes on
};

/// Reads a description. Fields that are not known are refused, so that a slip of the pen does not go unnoticed.
/// Throws Error: BadFile (missing, not JSON), InvalidArgument (a field is missing, unknown or out of range).
[[nodiscard]] TrainingOptions readTrainingOptions(const std::filesystem::path& file);

/// The same from the text of such a file; `origin` names it in messages, and relative paths count from its folder.
[[nodiscard]] TrainingOptions parseTrainingOptions(const std::string& text, const std::filesystem::path& origin);

/// Whether two descriptions (TrainingOptions::json) lead to the same weights: all but licence and remarks counts.
[[nodiscard]] bool trainTheSame(const std::string& json, const std::string& otherJson);

/// Learning rate of a step, 0 … steps - 1.
[[nodiscard]] double learningRateAt(const TrainingOptions& options, std::int64_t step);

}  // namespace lamscope
