// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "integrate/refinement.h"
#include "method/faig/faig_scores.h"
#include "method/faig/faig_weights.h"

namespace lamscope {

/// The straight path from target to baseline, in units of the difference: each weight is target + u·(baseline − target)
/// and u goes from 0 to 1. So increments are single numbers, and the gradients in u are already the attributions of a
/// path of length 1: no copy of the weights is needed for either.
class WeightPath final : public Path {
public:
    explicit WeightPath(const FaigPair::Implementation& pair)
        : pair_(pair) {}

    [[nodiscard]] TensorList at(std::span<const double> alpha) const override;
    [[nodiscard]] TensorList increment(double begin, double end) const override;

private:
    const FaigPair::Implementation& pair_;
};

/// The loss along that path. One functional, one place at a time.
class LossGradients final : public GradientSource {
public:
    /// @param lr, hr  as of FaigPair::Implementation::lossNow().
    LossGradients(FaigPair::Implementation& pair, torch::Tensor lr, torch::Tensor hr)
        : pair_(pair)
        , lr_(std::move(lr))
        , hr_(std::move(hr)) {}

    [[nodiscard]] std::int64_t largestBatch() const override { return 1; }
    [[nodiscard]] bool sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                              const std::stop_token& stop, const Take& take) override;

private:
    FaigPair::Implementation& pair_;
    torch::Tensor lr_;
    torch::Tensor hr_;
};

/// The inside of a FaigScoring, on tensors, so that references in float64 lose nothing by images of float32.
class FaigScoring::State {
public:
    State(FaigPair::Implementation& pair, torch::Tensor lr, torch::Tensor hr, const FaigOptions& options);

    [[nodiscard]] bool next(const std::stop_token& stop);
    [[nodiscard]] bool finished() const { return refinement_.finished(); }
    [[nodiscard]] int done() const { return done_; }
    [[nodiscard]] int planned() const { return finished() ? done_ : levels_.back(); }
    [[nodiscard]] const std::shared_ptr<const FaigScores>& result() const { return result_; }
    [[nodiscard]] std::vector<LayerAttribution> attributions() const;

private:
    void measureLosses();
    [[nodiscard]] FaigScores scoresNow() const;

    FaigPair::Implementation& pair_;
    FaigOptions options_;
    std::vector<int> levels_;
    torch::Tensor lr_;
    torch::Tensor hr_;
    WeightPath path_;
    LossGradients gradients_;
    Refinement refinement_;
    std::optional<std::pair<double, double>> losses_;  // of target and baseline
    std::shared_ptr<const FaigScores> result_;
    int done_ = 0;
    double seconds_ = 0.0;
};

/// The inside of a PixelIgScoring, likewise.
class PixelIgScoring::State {
public:
    State(FaigPair::Implementation& pair, torch::Tensor clean, torch::Tensor degraded);

    [[nodiscard]] bool next(const std::stop_token& stop);
    [[nodiscard]] int done() const { return done_; }
    [[nodiscard]] std::vector<double> scores() const;

    static constexpr int nodes = 101;

private:
    FaigPair::Implementation& pair_;
    torch::Tensor clean_;
    torch::Tensor degraded_;
    std::vector<std::size_t> weights_;  // of the layers
    TensorList sums_;
    int done_ = 0;
};

}  // namespace lamscope
