// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/low_resolution.h"

namespace lamscope {

/// One tensor of a network that begins untrained, with its filling.
struct InitialTensor {
    enum class Fill {
        Uniform,          ///< uniform within ±`amount`
        Normal,           ///< normal with standard deviation `amount`, cut at two deviations
        Constant,         ///< `amount`
        Identity,         ///< 1 where output and input channel agree, else 0
        Values,           ///< `values`
        WindowPositions,  ///< SwinIR's relative_position_index; side of a window: √(shape[0]); int64
        WindowMask,       ///< SwinIR's attn_mask of a square image, shifted by side/2: [windows, side², side²]
    };

    std::string key;
    std::vector<std::int64_t> shape;
    Fill fill = Fill::Uniform;
    double amount = 0.0;
    std::vector<float> values;
};

/// A recipe of which training samples are made, with the share of the samples.
struct SampleDegradation {
    Degradation degradation;
    double probability = 0.0;  ///< 0…1
};

/// How the learning rate falls. During the warm-up, a factor that rises to 1 multiplies it.
enum class Schedule {
    Cosine,  ///< along half a cosine to `finalLearningRate`
    Step,    ///< halved every `halveEvery` steps, but not below `finalLearningRate`
};

/// The type in which convolutions and matrix products compute; weights, sums and the loss stay float32.
enum class TrainingPrecision { Float32, BFloat16 };

/// A training run as a JSON file describes it; docs/training.md lists the fields.
struct TrainingOptions {
    std::string name;                         ///< stem of the weight file to write
    std::optional<std::string> architecture;  ///< the only family that is accepted, as in arch=
    int scale = 4;                            ///< SR side / LR side
    std::optional<double> range;              ///< value range of the network; unset: its family's
    std::filesystem::path initialWeights;     ///< weight file to start from (fine-tuning); empty: use `tensors`
    std::vector<InitialTensor> tensors;       ///< the tensors of the network

    Reduction reduction = Reduction::Matlab;  ///< how LR images are made from HR images
    /// What else happens to the LR of a sample, drawn for each; the probabilities sum to 1. Empty: nothing else.
    std::vector<SampleDegradation> degradations;
    int crop = 24;             ///< side of the LR crops, LR pixels
    int batch = 16;            ///< number of crops per step
    int validationImages = 5;  ///< number of images kept out of training: the folder's last ones by name
    int backgrounds = 0;       ///< number of backgrounds, chosen from the images by `seed`; 0: all images
    int backgroundCrop = 0;    ///< side of the squares that backgrounds are, HR pixels; 0: whole images
    int rainLayers = 300;      ///< number of rain layers, drawn once, that the samples of a recipe with rain share

    std::int64_t steps = 0;
    double learningRate = 1e-3;
    double finalLearningRate = 1e-6;
    Schedule schedule = Schedule::Cosine;
    std::int64_t halveEvery = 0;  ///< steps; for Schedule::Step
    std::int64_t warmUp = 0;      ///< number of steps in which the learning rate rises from 0
    double averageDecay = 0.999;  ///< decay of the exponential moving average of the weights; the average is saved
    TrainingPrecision precision = TrainingPrecision::Float32;
    std::uint64_t seed = 0;
    std::int64_t reportEvery = 100;     ///< steps from one line of the log to the next
    std::int64_t validateEvery = 2000;  ///< steps from one validation to the next, a multiple of reportEvery

    /// What the trained network is to restore: each is measured on the validation images, for the card.
    std::vector<NamedDegradation> evaluations;
    int evaluationCrop = 0;  ///< side of the middle square that is measured, HR pixels; 0: whole images

    std::string licence;  ///< licence of the weights, an SPDX identifier; empty: not stated
    std::string about;    ///< a remark for readers of the card; may be empty

    std::string json;  ///< the description as it was read; kept in the card, and compared when a run is continued
};

/// Reads a description. Unknown fields are refused, so that a misspelt field is noticed.
/// Throws Error: BadFile (missing, not JSON), InvalidArgument (a field is missing, unknown or out of range).
[[nodiscard]] TrainingOptions readTrainingOptions(const std::filesystem::path& file);

/// Reads a description from its text. `origin` names it in messages; relative paths start at the folder of `origin`.
[[nodiscard]] TrainingOptions parseTrainingOptions(const std::string& text, const std::filesystem::path& origin);

/// True if two descriptions (TrainingOptions::json) lead to the same weights: all fields but `licence`, `about` and
/// `evaluate` are equal.
[[nodiscard]] bool trainTheSame(const std::string& json, const std::string& otherJson);

/// The learning rate of step `step`, 0 … steps - 1.
[[nodiscard]] double learningRateAt(const TrainingOptions& options, std::int64_t step);

}  // namespace lamscope
