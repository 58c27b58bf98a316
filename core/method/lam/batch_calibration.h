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

/// What a batch of path images is differentiated for, see SamplePlace.
enum class GradientOf { Point, Cell };

/// The time that a batch of `images` images takes.
struct BatchTime {
    std::int64_t images = 1;
    double secondsPerImage = 0.0;
};

/// Times batches of 1, 2, 4, … images, at least one and at most `most`. Ends when a batch is clearly slower per image
/// than a smaller one, or when the next batch would take the time beyond `budgetSeconds` in all.
/// @param secondsFor  Evaluates a batch of `images` images and returns the seconds that this took. Called twice for
///                    each size if the budget allows; the faster call counts, since the first may prepare what the
///                    second reuses. A failed allocation in a batch of several images ends the search; other exceptions
///                    are passed on.
[[nodiscard]] std::vector<BatchTime> measureBatches(std::int64_t most, double budgetSeconds,
                                                    const std::function<double(std::int64_t images)>& secondsFor);

/// The smallest batch whose time per image is at most 3 % above the fastest. `times` must not be empty.
[[nodiscard]] std::int64_t fastestBatch(const std::vector<BatchTime>& times);

/// Chooses how many images a network evaluates at once, by trying batches on this machine: the best number depends on
/// the network, the image's size, caches and cores. Measurements are kept in a file, so that each network is tried once
/// and later runs evaluate the same batches, with the same results to the last bit. Not thread-safe.
class BatchCalibration {
public:
    /// @param file  where measurements are kept; empty: in this object only. A file that cannot be read or written
    ///              causes no error: its measurements are repeated.
    explicit BatchCalibration(std::filesystem::path file = {});

    /// How many images of `width` x `height` LR pixels to evaluate at once, 1…most. The first call for a network and
    /// size takes about a second, or the time of one gradient if that is longer. Throws Error(ModelFailure,
    /// OutOfMemory).
    /// @param what  GradientOf::Cell for networks with secant rules only.
    [[nodiscard]] std::int64_t imagesAtOnce(const SrModel::Implementation& model, GradientOf what, int width,
                                            int height, std::int64_t most);

    /// The measurements behind the latest choice; empty before the first.
    [[nodiscard]] const std::vector<BatchTime>& latest() const { return latest_; }

    /// `lamscope/batches.json` in the user's folder for caches; empty if there is no such folder.
    [[nodiscard]] static std::filesystem::path defaultFile();

private:
    [[nodiscard]] const std::vector<BatchTime>& times(const SrModel::Implementation& model, GradientOf what, int width,
                                                      int height, std::int64_t most);
    /// Adds the measurements in the file.
    void load();
    void save();

    std::filesystem::path file_;
    std::map<std::string, std::vector<BatchTime>> known_;      // by network, size and machine
    std::map<std::string, std::vector<BatchTime>> ofThisRun_;  // the same, of networks that have no hash to be known by
    std::vector<BatchTime> latest_;
};

}  // namespace lamscope
