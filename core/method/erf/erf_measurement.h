// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "method/erf/erf_numbers.h"
#include "method/erf/erf_options.h"
#include "model/sr_model.h"
#include "model/weights_watch.h"

namespace lamscope {

/// An LR image as the network sees it, and which SR pixel of the cell is meant where one is.
struct ErfCrop {
    Image lr;        ///< values in [0, 1]; its `file` names it in warnings
    int phaseX = 0;  ///< 0…scale − 1, SR pixels from the left of the cell; ErfCentre::Cell does without
    int phaseY = 0;  ///< from its top
};

/// The effective receptive field of a network over some images. Plain data, safe to copy between threads.
struct ErfResult {
    ErfFrame frame;            ///< of the map
    int images = 0;            ///< that the mean is over
    int imagesSeen = 0;        ///< the same with those that were left out
    int imagesPlanned = 0;     ///< more than `imagesSeen` where the measurement goes on or has ended early
    int skippedNonfinite = 0;  ///< images that were left out because their gradient was NaN or infinite

    /// frame.height x frame.width, row-major, mean over the images. Official: output per unit of input. Exact: shares,
    /// with the sum 1.
    std::vector<double> map;
    ErfNumbers numbers;                          ///< of the map
    std::optional<ErfNumbers> standardErrors{};  ///< over the images; only exact, and only of two images and more
    std::vector<ErfSquare> linearSquares{};      ///< by the rule of exact, of this map
    std::vector<double> squareShares{};          ///< of this map in squares of side 1, 3, 5, …

    Rect window;           ///< the part of the crop that was evaluated, LR pixels
    double seconds = 0.0;  ///< wall time of the measuring
    std::vector<std::string> warnings{};
};

/// Measures the influence of each LR pixel on the SR pixels of one LR pixel, the cell, image by image: whoever calls
/// chooses the steps, and may ask for the result so far between them. Not thread-safe.
class ErfMeasurement {
public:
    /// @param model   must outlive this object.
    /// @param options images and side are not read.
    /// @param frame   the size of all crops, and the cell in them.
    /// Throws Error(InvalidArgument) as checkErfOptions(), for a cell outside the frame, and for sides that the network
    /// does not take as they are: below its smallest, off its multiple, other than the one size it takes.
    ErfMeasurement(const SrModel& model, const ErfOptions& options, const ErfFrame& frame);

    /// How many images go through the network together.
    [[nodiscard]] std::size_t imagesAtOnce() const { return imagesAtOnce_; }

    /// Measures these images: of each batch one forward pass, kept for a backward pass an SR pixel (one, or scale² of a
    /// cell). Only the window that the cell can depend on is evaluated, where the network allows that. Images with a
    /// gradient that is not finite, and for `exact` those with none at all, are left out and named in the warnings.
    /// @return false when stopped, which is polled before every pass; batches that were complete count.
    /// Throws Error: InvalidArgument (a crop of another size), OutOfMemory (also for one image alone), ModelFailure.
    bool add(std::span<const ErfCrop> crops, const std::stop_token& stop = {});

    /// Images that were added, left out or not.
    [[nodiscard]] std::size_t imagesSeen() const { return imagesSeen_; }

    /// Of the images so far; nullopt where no image counts or none has an influence. @param imagesPlanned for the
    /// result.
    [[nodiscard]] std::optional<ErfResult> result(std::size_t imagesPlanned) const;

    /// A sentence for users that says why result() is nullopt though images were added.
    [[nodiscard]] std::string whyNoResult() const;

private:
    struct Influence;

    [[nodiscard]] std::optional<std::vector<Influence>> measure(std::span<const ErfCrop> crops,
                                                                const std::stop_token& stop) const;
    void count(const Influence& influence, const std::string& name);

    const SrModel& model_;
    std::optional<WeightsWatch> weights_;  // since the first image
    ErfOptions options_;
    ErfFrame frame_;
    Rect window_;
    std::size_t imagesAtOnce_ = 1;
    std::size_t imagesSeen_ = 0;
    int images_ = 0;
    int nonfinite_ = 0;
    double negativeShares_ = 0.0;       // sum over images
    double absoluteSums_ = 0.0;         // of all gradients
    std::vector<double> maps_;          // sum over images; exact: of shares
    std::vector<double> gradients_;     // exact: the same before each image was divided by its sum
    std::vector<ErfNumbers> ofImages_;  // exact
    double seconds_ = 0.0;
    std::vector<std::string> warnings_;
};

}  // namespace lamscope
