// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/faig/faig_document.h"
#include "method/faig/faig_images.h"
#include "method/faig/faig_pair.h"
#include "scene/experiment.h"

namespace lamscope {

/// A degradation whose LR images lie in a folder.
struct FaigFolder {
    std::string degradation;  ///< name of one of the options' degradations
    std::filesystem::path folder;
};

/// What a run needs beside its experiment: the machine and the files.
struct FaigRunSettings {
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    std::filesystem::path arrayFolder{};           ///< addFaigArrays() will write there; empty: not
    std::filesystem::path srFolder{};   ///< SR of target, baseline and first mask are written there; empty: not
    std::filesystem::path order{};      ///< an order to mask by in place of a ranking; empty: none
    std::vector<FaigFolder> folders{};  ///< LR images of degradations that have no recipe
    std::vector<std::filesystem::path> readout{};  ///< HR images to read masks out on; empty: the images of the scores
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

/// Masks or re-weights the top filters of an order and reads them out on images, one change after the other.
/// @param percents, lambdas every pair of them.   @param degradations names, one an entry of FaigImages::lr.
/// nullopt when stopped.
[[nodiscard]] std::optional<std::vector<FaigMasking>> readOutMasks(FaigPair& pair, const FaigRanking& ranking,
                                                                   const std::vector<double>& percents,
                                                                   const std::vector<double>& lambdas, bool biases,
                                                                   const std::vector<FaigImages>& images,
                                                                   const std::vector<std::string>& degradations,
                                                                   const std::stop_token& stop = {});

}  // namespace lamscope
