// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "image/image.h"
#include "model/sr_model.h"

namespace lamscope {

/// How long evaluating so many images at once takes.
struct BatchTime {
    std::int64_t images = 1;
    double secondsPerImage = 0.0;
};

/// Times batches of 1, 2, 4, … images, at most `most` and at least one, until a larger one is clearly slower per image
/// or would exceed `budgetSeconds` in all.
/// @param secondsFor  evaluates a batch of so many images and returns the time that took. Of two calls for each size
///                    the faster counts, since the first may prepare what later ones reuse. A failed allocation in a
///                    batch of several ends the search; everything else leaves as it is.
[[nodiscard]] std::vector<BatchTime> measureBatches(std::int64_t most, double budgetSeconds,
                                                    const std::function<double(std::int64_t images)>& secondsFor);

/// The smallest batch that is within a few hundredths of the fastest; `times` must not be empty.
[[nodiscard]] std::int64_t fastestBatch(const std::vector<BatchTime>& times);

/// Chooses how many images networks evaluate at once, by trying it on this machine: the best batch depends on the
/// network, on the image's size, on caches and cores. What was measured is kept in a file, so that a network is tried
/// once and later runs evaluate the same batches, to the last bit. Not thread-safe.
class BatchCalibration {
public:
    /// @param file  where measurements are kept; empty: nowhere but here. A file that cannot be read or written is as
    ///              good as none: what it would have held is measured again.
    explicit BatchCalibration(std::filesystem::path file = {});

    /// How many images of `width` x `height` LR pixels to evaluate at once, 1…most. The first call for a network and
    /// size takes about a second, or one gradient where that is longer. Throws Error(ModelFailure, OutOfMemory).
    [[nodiscard]] std::int64_t imagesAtOnce(const SrModel::Implementation& model, int width, int height,
                                            std::int64_t most);

    /// What the latest choice rests on; empty before the first.
    [[nodiscard]] const std::vector<BatchTime>& latest() const { return latest_; }

    /// `lamscope/batches.json` in the user's folder for caches; empty where there is none.
    [[nodiscard]] static std::filesystem::path defaultFile();

private:
    [[nodiscard]] const std::vector<BatchTime>& times(const SrModel::Implementation& model, int width, int height,
                                                      std::int64_t most);
    /// Adds what the file holds.
    void load();
    void save();

    std::filesystem::path file_;
    std::map<std::string, std::vector<BatchTime>> known_;  // by network, size and machine
    std::vector<BatchTime> latest_;
};

}  // namespace lamscope
