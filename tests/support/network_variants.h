// SPDX-License-Identifier: GPL-3.0-or-later
// Small networks of any depth, width, scale and key set, for what the reference records do not cover.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope::test {

/// Makes a checkpoint key by key, with values that depend on the key and the element alone.
class CheckpointMaker {
public:
    /// `gain` is the standard deviation of a layer's output for inputs of deviation 1.
    explicit CheckpointMaker(double gain = 0.8)
        : gain_(gain) {}

    CheckpointMaker& tensor(const std::string& key, const std::vector<std::int64_t>& shape);
    CheckpointMaker& tensor(const std::string& key, const std::vector<std::int64_t>& shape, std::vector<float> values);
    /// `prefix`.weight [out, in, kernel, kernel] and `prefix`.bias [out].
    CheckpointMaker& convolution(const std::string& prefix, std::int64_t in, std::int64_t out, std::int64_t kernel = 3,
                                 bool bias = true);
    /// `sub_mean` and `add_mean` that subtract `mean` and add it again.
    CheckpointMaker& meanShift(const std::vector<float>& mean);

    [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }

private:
    double gain_;
    Checkpoint checkpoint_;
};

/// How close two float64 evaluations of the same network are.
inline constexpr double closeTo = 1e-12;

/// Settings with one assumption of what no shape tells, e.g. "residual_scale".
[[nodiscard]] ModelSettings assuming(const std::string& name, const std::vector<double>& values);

/// The same tensors under other names; those whose new name is empty are left out.
[[nodiscard]] Checkpoint renamed(const Checkpoint& checkpoint,
                                 const std::function<std::string(const std::string& key)>& rename);

/// `text` with every occurrence of `from` replaced.
[[nodiscard]] std::string replaced(std::string text, const std::string& from, const std::string& to);

struct RecognisedNetwork {
    ModelCard card;
    int scale = 0;
    std::optional<double> range;
    std::unique_ptr<Network> network;  ///< in float64

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& lr) const;
};

/// Throws std::runtime_error with the differing keys where no known network fits.
[[nodiscard]] RecognisedNetwork recogniseInFloat64(const Checkpoint& checkpoint, const ModelSettings& settings = {});

/// Whether a known network fits exactly.
[[nodiscard]] bool isRecognised(const Checkpoint& checkpoint);

/// A float64 picture [1, channels, height, width] with values in (0, 1).
[[nodiscard]] torch::Tensor picture(std::int64_t height, std::int64_t width, std::int64_t channels = 3);

/// The sizes of the SR of such a picture.
[[nodiscard]] std::vector<std::int64_t> srSizes(std::int64_t height, std::int64_t width, std::int64_t scale);

/// The largest absolute difference.
[[nodiscard]] double distance(const torch::Tensor& a, const torch::Tensor& b);

/// How far, in LR pixels, the SR pixels of one parent look, found by the gradient.
[[nodiscard]] int measuredRadius(const RecognisedNetwork& network);

/// The largest deviation of regions' SR from the crop of the whole's, on a picture of 13x11 pixels.
[[nodiscard]] double regionError(const RecognisedNetwork& network);

}  // namespace lamscope::test
