// SPDX-License-Identifier: GPL-3.0-or-later
// What a study says: means of networks, correlations between networks, networks in pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/bootstrap.h"
#include "study/studies/study_store.h"

namespace lamscope {

/// A mean over images.
struct ImageMean {
    std::int64_t images = 0;
    double mean = 0.0;
    std::optional<double> standardError{};  ///< sample deviation over √images; unset for one image
};

/// The numbers of one network on one image: means over the patches, each over those where it is defined.
struct ImageNumbers {
    std::int64_t image = 0;  ///< its number in the store
    std::optional<double> di;
    std::optional<double> psnrY;
    std::optional<double> psnrRgb;
    std::optional<double> ssim;
    std::optional<double> lpips{};  ///< lower is better
};

/// A network of a study with what came of it.
struct NetworkNumbers {
    std::string name;
    std::string sha256;          ///< of its file; empty for one that has none
    std::string architecture;    ///< empty where it was never loaded
    std::optional<int> scale;    ///< unset where it was never loaded
    std::string receptiveField;  ///< LR pixels a side, "global", or empty where it is not known
    std::optional<std::int64_t> parameters;
    std::vector<ImageNumbers> images;  ///< by image

    std::optional<ImageMean> di{};
    std::optional<ImageMean> logDi{};  ///< natural logarithm of each image's DI
    std::optional<ImageMean> psnrY{};
    std::optional<ImageMean> psnrRgb{};
    std::optional<ImageMean> ssim{};
    std::optional<ImageMean> lpips{};
    std::string rule{};  ///< how gradients were added up, as describe() states it; several by semicolons
};

/// The networks of the planned tasks that are done, from the smallest mean DI to the largest. Throws Error(BadFile,
/// WriteFailed) as the store does.
[[nodiscard]] std::vector<NetworkNumbers> networkNumbers(const StudyStore& store);

/// Means of a network over the images where both are known.
struct NetworkMeans {
    std::size_t network = 0;  ///< index among the networks
    double logDi = 0.0;       ///< of the natural logarithm of each image's DI
    double measure = 0.0;
};

/// Mean log DI and mean measure of the networks that have both of at least one image, in their order.
[[nodiscard]] std::vector<NetworkMeans> meansWithDi(std::span<const NetworkNumbers> networks,
                                                    std::optional<double> ImageNumbers::*measure);

/// How mean log DI and a measure of quality go together over the networks. Both means of a network are over the images
/// where both are known.
struct StudyCorrelation {
    std::string measure;  ///< psnr_y, psnr_rgb, ssim or lpips
    std::size_t networks = 0;
    std::optional<double> pearson{};  ///< unset for fewer than two networks, and where one of both is constant
    std::optional<double> spearman{};
    std::optional<double> pearsonProbability{};  ///< two-sided; unset for fewer than four networks
    std::optional<double> spearmanProbability{};
    std::optional<double> slope{};  ///< of the measure over mean log DI
    std::optional<double> intercept{};
};

/// How two series of equal length go together: `networks` is their length, the line is that of y over x.
[[nodiscard]] StudyCorrelation correlationBetween(const std::string& measure, const std::vector<double>& x,
                                                  const std::vector<double>& y);

/// One for each measure that is known of two networks at least.
[[nodiscard]] std::vector<StudyCorrelation> correlationsOf(std::span<const NetworkNumbers> networks);

/// The mean of differences between two networks over the images that both have.
struct PairedDifference {
    std::int64_t images = 0;
    double mean = 0.0;
    Interval interval{};                  ///< 95 %: bootstrapMeans(), above mostForBootstrap images the normal one
    std::optional<double> probability{};  ///< of signedRankTest(); unset where all are equal
};

/// Above this number of images the bootstrap's interval and the normal one agree, and the former takes seconds.
inline constexpr std::int64_t mostForBootstrap = 1000;

/// Two networks, image by image.
struct StudyPair {
    std::string network;
    std::string other;
    std::optional<PairedDifference> di{};  ///< of `network` minus `other`; unset where no image has both
    std::optional<PairedDifference> psnrY{};
};

/// The pairs that are named, as indices among the networks; each network and the one before it where none are: whether
/// their order is certain. Throws Error(InvalidArgument) for an unknown name, listing the known ones.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> chosenPairs(
    std::span<const NetworkNumbers> networks, std::span<const std::pair<std::string, std::string>> named);

/// The chosenPairs(). Throws as that.
[[nodiscard]] std::vector<StudyPair> pairsOf(std::span<const NetworkNumbers> networks,
                                             std::span<const std::pair<std::string, std::string>> named,
                                             std::uint64_t seed);

}  // namespace lamscope
