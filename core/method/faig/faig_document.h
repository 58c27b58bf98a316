// SPDX-License-Identifier: GPL-3.0-or-later
// What came of an experiment of the method FAIG: plain data, and its JSON, arrays and texts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "method/faig/faig_options.h"
#include "method/faig/faig_scores.h"
#include "method/faig/filter_index.h"
#include "model/model_card.h"
#include "scene/experiment.h"

namespace lamscope {

/// The scores of one image. FaigScores::scores may be empty, to save memory, once the means are made.
struct FaigImageResult {
    std::string file{};
    FaigScores scores{};
};

/// All of one degradation.
struct FaigDegradationResult {
    FaigDegradation degradation{};
    std::vector<FaigImageResult> images{};
    double psnrTarget = 0.0;                  ///< mean over images, dB, RGB, border = scale
    double psnrBaseline = 0.0;                ///< the same
    std::optional<double> readoutTarget{};    ///< the same over the images that masks are read out on; unset: no masks
    std::optional<double> readoutBaseline{};  ///< the same
    std::vector<double> scores{};             ///< mean over images; empty before the first
    std::vector<double> perLayer{};           ///< scoresOfLayers() of the means
    std::vector<double> pixelIg{};            ///< the rival's, sum over images; empty: not computed
    std::filesystem::path scoresFile{};       ///< where addFaigArrays() put them
};

/// An order of filters and where it comes from.
struct FaigRanking {
    std::string of{};                      ///< the degradation
    std::optional<std::string> against{};  ///< none: the ranking is of it alone
    FilterRule rule = FilterRule::Faig;
    std::vector<double> score{};        ///< one a filter; empty: an order that was read or drawn
    std::vector<int> order{};           ///< most discriminative first
    std::filesystem::path orderFile{};  ///< that the order was read from, or will be written to; empty: neither
};

/// What a changed target does on one degradation; means over images.
struct FaigReadout {
    std::string degradation{};
    double psnr = 0.0;                    ///< dB, RGB, border = scale, 8 bits
    std::optional<double> gainLost{};     ///< 0…1, see gainLost()
    std::optional<double> gradientMse{};  ///< x1000, against the target, see gradientMse(); unset: not defined
};

/// The target with the top filters of a ranking masked, or re-weighted.
struct FaigMasking {
    double percent = 0.0;
    int filters = 0;
    FilterRule rule = FilterRule::Faig;
    std::optional<std::string> against{};  ///< of FAIG, the degradation that the ranking is against
    std::optional<std::uint64_t> seed{};   ///< of the random rule
    double lambda = 0.0;                   ///< 0: masked
    std::vector<FaigReadout> readouts{};   ///< one a degradation, in their order
};

/// What a run was given beside its experiment, which results state.
struct FaigInputs {
    std::vector<std::filesystem::path> readout{};                          ///< HR images; empty: those of the scores
    std::vector<std::pair<std::string, std::filesystem::path>> folders{};  ///< of LR images, by degradation
    int side = 0;                                                          ///< HR pixels; 0: whole images
    std::filesystem::path order{};                                         ///< list of filters; empty: none
};

struct FaigDocument {
    Experiment experiment;  ///< HR images, the networks (baseline, target) with their hashes
    FaigOptions options;    ///< as used
    FaigInputs inputs;
    ModelCard baseline;
    ModelCard target;
    FilterIndex filters;
    std::vector<FaigDegradationResult> degradations;
    FaigRanking ranking;
    std::vector<FaigMasking> masking;
    std::vector<FaigMasking> reweighting;
    std::string device;  ///< "cpu" or "cuda"
    int threads = 0;
    double seconds = 0.0;
    std::vector<std::string> warnings;
};

/// The ranking that the options ask for, of mean scores (or pixel IG, changes, the seed). Throws Error(InvalidArgument)
/// as rankedDegradations(), and where the scores that it needs are missing. @param changes weightChanges(), for the
/// rules change and random.
[[nodiscard]] FaigRanking rankFilters(const FaigOptions& options, const std::vector<FaigDegradationResult>& results,
                                      const std::vector<double>& changes = {});

/// A degradation that the target does not restore better than the baseline, incomplete integrals, gradients that are
/// not finite: sentences for users.
[[nodiscard]] std::vector<std::string> warningsAbout(const FaigDegradationResult& result);

/// The largest absolute completeness error of all images; 0 without any. Above this, users are warned.
inline constexpr double acceptedCompleteness = 0.05;
[[nodiscard]] double worstCompleteness(const FaigDegradationResult& result);

/// "Filters for blur against noise, FAIG", "Filters for blur alone, …".
[[nodiscard]] std::string titleOf(const FaigRanking& ranking);

/// The document of `faig --json`, ending with a newline. Numbers that are not defined become null. @param top how many
/// filters of the ranking are listed.
[[nodiscard]] std::string toJson(const FaigDocument& document, int top = 100);

/// Adds NAME.scores.npy (filters, float64) of every degradation that has scores, of FAIG or else of pixel IG, in
/// `folder`, and notes the paths. Throws Error(WriteFailed).
void addFaigArrays(StagedFiles& files, FaigDocument& document, const std::filesystem::path& folder);

}  // namespace lamscope
