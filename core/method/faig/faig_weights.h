// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <torch/types.h>

#include "integrate/path.h"
#include "method/faig/faig_pair.h"
#include "model/checkpoint/checkpoint.h"
#include "model/editable_model.h"

namespace lamscope {

/// A weight of the network in both files.
struct PairedWeight {
    std::string key;
    torch::Tensor target;    ///< float32, as the file has it, where the network is
    torch::Tensor baseline;  ///< the same
    bool differs = false;    ///< such weights are the path
};

/// The inside of a FaigPair: the network and the two ends between which its weights move.
class FaigPair::Implementation {
public:
    /// @param model     the target's network.
    /// @param baseline, target  what the files hold; the target's is what `model` was made of.
    /// Throws Error(InvalidArgument) as FaigPair().
    Implementation(SrModel model, ModelCard baselineCard, const Checkpoint& baseline, const Checkpoint& target);

    [[nodiscard]] const ModelCard& baselineCard() const { return baselineCard_; }
    [[nodiscard]] const SrModel& model() const { return model_.model(); }
    [[nodiscard]] const FilterIndex& filters() const { return filters_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    /// All weights that the network computes with, in its own order.
    [[nodiscard]] const std::vector<PairedWeight>& weights() const { return weights_; }
    /// Indices among weights() of what differs: the tensors of the path.
    [[nodiscard]] const std::vector<std::size_t>& path() const { return path_; }
    /// The index among weights() of a layer's weight, by its index in FilterIndex::layers().
    [[nodiscard]] std::size_t weightOf(std::size_t layer) const { return layerWeights_[layer]; }
    /// The weights that the network computes with now.
    [[nodiscard]] const torch::Tensor& now(std::size_t weight) const { return model_.parameters()[weight].second; }

    void evaluateIn(torch::ScalarType type);

    /// Writes (1 − t)·target + t·baseline.
    void set(double t);
    /// Writes the changed target. Throws as FaigPair::upscale().
    void set(const FilterChange& change);

    /// Σ (SR − HR)² of the weights of now, on the planes that the network has; differentiable.
    /// @param lr, hr  [1, 3, h, w], of any type, on the CPU, values 0…1.
    [[nodiscard]] torch::Tensor lossNow(const torch::Tensor& lr, const torch::Tensor& hr) const;

    /// The gradient of `value` in these weights() as lossNow() or another evaluation of now gave it, of the type in
    /// which the network computes: `evaluate` is called while these weights require gradients. May throw
    /// EvaluationStopped.
    struct Gradient {
        double value = 0.0;
        TensorList gradient;  ///< where the network is
    };
    template <typename Evaluate>
    [[nodiscard]] Gradient gradientOf(const std::vector<std::size_t>& weights, const Evaluate& evaluate) {
        const RequiringGradients requiring(*this, weights);
        return differentiate(weights, evaluate());
    }

    /// baseline − target of a weight, in the type in which the network computes.
    [[nodiscard]] torch::Tensor difference(std::size_t weight) const;
    /// |values| of a layer's weight summed over each filter, added to `scores` in the order of the filters.
    void addScores(std::size_t layer, const torch::Tensor& values, std::vector<double>& scores) const;

private:
    class RequiringGradients {
    public:
        RequiringGradients(const Implementation& pair, const std::vector<std::size_t>& weights);
        RequiringGradients(const RequiringGradients&) = delete;
        RequiringGradients& operator=(const RequiringGradients&) = delete;
        ~RequiringGradients();

    private:
        const Implementation& pair_;
        const std::vector<std::size_t>& weights_;
    };

    /// Chosen slices of one tensor: rows of index tensors, one a dimension that is indexed.
    struct Slices {
        std::size_t weight = 0;
        std::vector<torch::Tensor> at;
    };

    [[nodiscard]] Gradient differentiate(const std::vector<std::size_t>& weights, const torch::Tensor& value) const;
    void indexFilters(const Checkpoint& target);
    [[nodiscard]] std::vector<Slices> slicesOf(const FilterChange& change) const;
    /// Writes λ·target + (1 − λ)·baseline into the slices.
    void write(const std::vector<Slices>& slices, double lambda) const;

    EditableModel model_;
    ModelCard baselineCard_;
    std::vector<PairedWeight> weights_;
    std::vector<std::size_t> path_;
    FilterIndex filters_;
    std::vector<std::size_t> layerWeights_;
    std::vector<std::string> warnings_;
    // What lies in the network: a point of the path, or a changed target.
    std::optional<double> point_;
    FilterChange change_;
    std::vector<Slices> slices_;  // of change_
};

/// [1, 3, h, w] float32 on the CPU.
[[nodiscard]] torch::Tensor tensorOf(const Image& image);

}  // namespace lamscope
