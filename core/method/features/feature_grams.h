// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "metrics/gram_matrix.h"
#include "model/sr_model.h"
#include "model/weights_watch.h"

namespace lamscope {

/// The features of some patches at one tap, as far as distances between patches go.
struct FeatureGram {
    std::string key;
    std::size_t dimension = 0;  ///< numbers in one patch's features
    GramMatrix gram{};          ///< centred, in the order of the patches
};

/// How features become rows of numbers.
enum class FeaturePooling {
    None,  ///< all numbers: channels, rows, columns
    Mean,  ///< the mean of each channel
};

/// Where features wait until those of all patches are there.
struct FeatureMemory {
    /// What they may take together, with those of one batch; what does not fit waits in a temporary file.
    double bytes = 0.0;
    FeaturePooling pooling = FeaturePooling::None;
};

/// Half of the memory that the machine has left, bytes.
[[nodiscard]] double usualFeatureMemory();

/// Collects the features of patches at several taps in one pass of the network, and makes Gram matrices of them: the
/// products of blocks of dimensions, centred over the patches, in the type of the network (float32) and scaled so that
/// none overflows, are summed in float64. The array of all features is never needed twice, and not at all in memory
/// where it is larger than allowed: it then lies in a temporary file, block by block, and is read once. The result does
/// not depend on where it lay. Networks that evaluate the images of a batch one by one get single patches. Not
/// thread-safe.
class FeatureGrams {
public:
    /// @param model    must outlive this object.
    /// @param keys     taps of surveyTaps(), whose inputs are taken, or lrControl and srControl. At least one.
    /// @param patches  how many will be added, at least two.
    FeatureGrams(const SrModel& model, std::vector<std::string> keys, std::size_t patches, const FeatureMemory& memory);
    FeatureGrams(const FeatureGrams&) = delete;
    FeatureGrams& operator=(const FeatureGrams&) = delete;
    ~FeatureGrams();

    /// How many patches go through the network together.
    [[nodiscard]] std::size_t patchesAtOnce() const;
    /// The same before the first batch, of patches as large as this one.
    [[nodiscard]] std::size_t patchesAtOnce(const Image& patch) const;
    /// Patches whose features are there.
    [[nodiscard]] std::size_t done() const;
    /// Whether features wait in a temporary file.
    [[nodiscard]] bool spools() const;

    /// Sees the SR image of each patch, neither clamped nor rounded; must not throw.
    using SrObserver = std::function<void(std::size_t patch, const Image& sr)>;
    void observeSr(SrObserver observer);

    /// Called on the calling thread after each batch with the number of patches that are done; must not throw.
    using Progress = std::function<void(std::size_t)>;

    /// Adds patches, all of one size over all calls.
    /// @return false when stopped, which is polled before every pass and within it; patches of whole batches are kept.
    /// Throws Error: InvalidArgument (a patch of another size, more patches than stated), ModelFailure (also for
    /// features that are NaN or infinite: names patch and tap), OutOfMemory, WriteFailed (no room for the temporary
    /// file).
    bool add(std::span<const Image> patches, const std::stop_token& stop = {}, const Progress& progress = {});

    /// Once all patches were added, in the order of the keys; the features are given up. nullopt when stopped: another
    /// call goes on with the tap at work. Throws Error: ModelFailure (products that overflow: names network, patch and
    /// tap), OutOfMemory.
    [[nodiscard]] std::optional<std::vector<FeatureGram>> grams(const std::stop_token& stop = {});

private:
    class Rows;

    /// False where the network evaluates images one by one: batches must be single patches.
    bool measure(std::span<const Image> patches);

    const SrModel& model_;
    std::vector<std::string> keys_;
    std::size_t patches_;
    FeatureMemory memory_;
    std::size_t atOnce_ = 0;
    std::size_t done_ = 0;
    std::vector<std::string> files_;       // of the patches that are done
    double bytesLeft_ = 0.0;               // for waiting features
    std::optional<WeightsWatch> weights_;  // since the first batch
    std::vector<std::unique_ptr<Rows>> rows_;
    std::vector<FeatureGram> grams_;  // of the taps whose features are given up
    SrObserver observer_;
};

}  // namespace lamscope
