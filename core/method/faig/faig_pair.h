// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "method/faig/filter_index.h"
#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/sr_model.h"

namespace lamscope {

/// A network between target and baseline: the target's weights, but for some filters.
struct FilterChange {
    std::vector<int> filters{};  ///< numbers of a FilterIndex, each once, in any order
    /// Their weights are λ·target + (1 − λ)·baseline. 0: masked, bit for bit the baseline's. 1: bit for bit the
    /// target's.
    double lambda = 0.0;
    /// Also the bias of each output channel of which a filter is chosen; where all filters are chosen, everything that
    /// belongs to no filter: masking all is then bit for bit the baseline. Otherwise biases stay those of the target.
    bool biases = false;

    friend bool operator==(const FilterChange&, const FilterChange&) = default;
};

/// The weights of a layer in both networks, for display. Plain data.
struct LayerWeights {
    FilterLayer layer;
    /// out x in x kernel height x kernel width, row-major, also where the file has [in, out, …].
    std::vector<float> target;
    std::vector<float> baseline;
};

/// A baseline network and the target that was fine-tuned from it: one network whose weights are moved between the two.
/// Whoever evaluates says by which weights; what lies in the network between two calls is this object's affair, so that
/// scores, pictures and masks may alternate. Holds three copies of the weights: target, baseline, and the network's
/// own.
///
/// Not thread-safe. Movable; references to a pair must not outlive it, nor its being moved.
class FaigPair {
public:
    /// Loads both files. @param device as returned by resolveDevice().
    /// Throws Error as loadModel(), and: UnsupportedModel for a network whose weights cannot be changed here (on a
    /// server, TorchScript, .pt2, bicubic); InvalidArgument where keys, shapes, architecture, scale or value range
    /// differ (the message names the first key with both shapes), where the weights are equal, and where a weight that
    /// differs is not one that the network computes with as it is stored.
    FaigPair(const ModelSpec& baseline, const ModelSpec& target, const std::string& device = "cpu");
    FaigPair(FaigPair&&) noexcept;
    FaigPair& operator=(FaigPair&&) noexcept;
    ~FaigPair();

    /// The same from tensors in memory, on the CPU; cards are named by the settings.
    [[nodiscard]] static FaigPair ofWeights(const Checkpoint& baseline, const Checkpoint& target,
                                            const ModelSettings& settings);
    /// The same for a network that is made already. @param model made of `target`.
    [[nodiscard]] static FaigPair ofNetwork(SrModel model, const Checkpoint& baseline, const Checkpoint& target);

    [[nodiscard]] const ModelCard& baseline() const;
    [[nodiscard]] const ModelCard& target() const;
    [[nodiscard]] const FilterIndex& filters() const;
    /// What users should know about the pair: computed on Y, statistics that are not on the path, …
    [[nodiscard]] const std::vector<std::string>& warnings() const;
    /// Whether the filter has the same weights in both networks; its score is then exactly 0.
    [[nodiscard]] bool isUnchanged(int filter) const;
    /// Both networks' values of one layer, by its index in FilterIndex::layers().
    [[nodiscard]] LayerWeights weightsOf(std::size_t layer) const;

    /// Evaluates in float64 from now on: for tests and references.
    void evaluateInDouble();

    /// The SR of an LR image, RGB, neither cut nor rounded, by the changed target; FilterChange{} is the target itself.
    /// Only weights that differ from those of the call before are written: with a new λ, those of the filters alone.
    /// nullopt when stopped, which ends the evaluation within one layer. Throws as SrModel::upscale(), and
    /// Error(InvalidArgument) for a number that is no filter's and a λ that is not finite.
    [[nodiscard]] std::optional<Image> upscale(const Image& lr, const FilterChange& change,
                                               const std::stop_token& stop = {});
    /// The same by the baseline.
    [[nodiscard]] std::optional<Image> upscaleBaseline(const Image& lr, const std::stop_token& stop = {});

    /// Σ over all values (of RGB, or of Y for a network that works on Y) of (SR − HR)², values 0…1, not cut, by the
    /// changed target. Throws Error(InvalidArgument) where the sizes do not fit.
    [[nodiscard]] double loss(const Image& lr, const Image& hr, const FilterChange& change = {});
    [[nodiscard]] double baselineLoss(const Image& lr, const Image& hr);

    /// Throws Error(InvalidArgument) unless `hr` has `scale` times the sides of `lr`; the message names the file and
    /// both sizes.
    void checkSizes(const Image& lr, const Image& hr) const;

    class Implementation;  // in method/faig/faig_weights.h, for the core alone
    [[nodiscard]] Implementation& implementation() const { return *implementation_; }

private:
    explicit FaigPair(std::unique_ptr<Implementation> implementation);

    std::unique_ptr<Implementation> implementation_;
};

/// Writes the changed target as .safetensors under the keys of the target's file, whole or not at all; tensors that the
/// network does not use are the target's, too. Reads both files; evaluates nothing: may be called on any thread.
/// @param filters of the pair of these files.
/// Throws Error: BadFile, InvalidArgument (the files are not those of `filters`, the ending is not .safetensors, it
/// would write over one of the files), WriteFailed.
void saveChangedWeights(const ModelSpec& baseline, const ModelSpec& target, const FilterIndex& filters,
                        const FilterChange& change, const std::filesystem::path& file);

}  // namespace lamscope
