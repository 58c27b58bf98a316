// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "method/faig/faig_document.h"
#include "method/faig/faig_images.h"
#include "method/faig/faig_pair.h"
#include "method/faig/filter_readout.h"
#include "scene/experiment.h"

namespace lamscope {

/// A degradation whose LR images lie in a folder.
struct FaigFolder {
    std::string degradation;  ///< name of one of the options' degradations
    std::filesystem::path folder;
};

/// Rivals whose masks are read out beside those of the ranking.
struct FaigRivals {
    bool shown = false;
    int randomSeeds = 10;  ///< shuffles, with seeds from that of the options upwards
};

/// What a run needs beside its experiment: the machine and the files.
struct FaigRunSettings {
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< addFaigArrays() will write there; empty: not
    std::filesystem::path order{};                 ///< an order to mask by in place of a ranking; empty: none
    std::vector<FaigFolder> folders{};             ///< LR images of degradations that have no recipe
    std::vector<std::filesystem::path> readout{};  ///< HR images to read masks out on; empty: those of the scores
    int side = 0;  ///< of the centred square of every HR image, HR pixels, cut before it is degraded; 0: whole images
    FaigRivals rivals{};
    /// SR pictures of the readout are staged there as NAME.DEGRADATION.{lr,target,masked,baseline}.png; null or empty:
    /// none. Whoever calls commits them.
    StagedFiles* pictures = nullptr;
    std::filesystem::path srFolder{};
};

/// Where a run stands.
struct FaigRunProgress {
    std::string what;    ///< "baby, blur", "masking 3 %"
    double done = -1.0;  ///< 0…1 of all; below 0: not known
};

using FaigRunCallback = std::function<void(const FaigRunProgress&)>;

/// Computes an experiment of the method FAIG: networks[0] is the baseline, networks[1] the target; scenes are HR
/// images, used up to the options' number. Scores of every degradation, the ranking, masks and re-weighting with their
/// readouts.
///
/// @param progress called on the calling thread; must not throw; may be empty.
/// @return nullopt when stopped. Throws Error(InvalidArgument) without two networks, an image or a degradation, and as
/// FaigPair(), faigOptionsOf(), readImage(), degradedImages(), checkOutputFiles() (before the first pass).
[[nodiscard]] std::optional<FaigDocument> runFaig(const Experiment& experiment, const FaigRunSettings& settings = {},
                                                  const std::stop_token& stop = {},
                                                  const FaigRunCallback& progress = {});

/// Where `readOutMasks()` gets the numbers that masks are compared with: on each degradation, the mean PSNR of target
/// and baseline over these images.
struct FaigReference {
    double psnrTarget = 0.0;    ///< dB, RGB, border = scale, 8 bits
    double psnrBaseline = 0.0;  ///< the same
    std::vector<Image> target;  ///< its SR, one an image
};

/// One entry a degradation; nullopt when stopped. Throws as FaigPair::upscale().
[[nodiscard]] std::optional<std::vector<FaigReference>> referencesOf(FaigPair& pair,
                                                                     const std::vector<FaigImages>& images,
                                                                     const std::stop_token& stop = {});

/// What a changed target does on these images. @param degradations names, one an entry of FaigImages::lr. @param plane
/// of the gradients; see gradientPlaneOf(). nullopt when stopped.
[[nodiscard]] std::optional<std::vector<FaigReadout>> readOut(FaigPair& pair, const FilterChange& change,
                                                              const std::vector<FaigImages>& images,
                                                              const std::vector<std::string>& degradations,
                                                              const std::vector<FaigReference>& references,
                                                              const std::optional<GradientPlane>& plane,
                                                              const std::stop_token& stop = {});

/// The top `percent` of all filters by an order, which may leave some out.
[[nodiscard]] FilterChange topChange(const FilterIndex& filters, const std::vector<int>& order, double percent,
                                     double lambda, bool biases);

}  // namespace lamscope
