// SPDX-License-Identifier: GPL-3.0-or-later
// Degradation semantics: whether the features of a layer sort patches by their degradation or by their content.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "method/features/ddr_options.h"
#include "metrics/calinski_harabasz.h"
#include "metrics/gram_matrix.h"
#include "metrics/tsne.h"

namespace lamscope {

/// Calinski and Harabasz's ratio of two classes alone.
struct ClassPair {
    int first = 0;  ///< indices of the classes
    int second = 0;
    double ratio = 0.0;  ///< infinite or NaN without spread inside the classes
};

/// What t-SNE made of a tap.
struct DdrTsne {
    double divergence = 0.0;                 ///< of the first start, nats
    std::pair<double, double> ratioRange{};  ///< least and largest ratio over the starts
    int starts = 0;
    double perplexity = 0.0;
    int iterations = 0;
    std::vector<double> points{};  ///< of the first start: x0, y0, …
};

/// What one tap does with the classes. Ratios are Calinski and Harabasz's over all classes: infinite or NaN where there
/// is no spread inside the classes.
struct DdrTap {
    std::string key;
    std::string what;  ///< in words; may be empty
    std::size_t dimension = 0;
    double totalVariance = 0.0;       ///< sum of squares about the mean, over the number of patches
    std::vector<double> explained{};  ///< shares of the first 10 components, 0…1
    double ratioFeatures = 0.0;
    double ratioPca2 = 0.0;
    double ratioPca50 = 0.0;              ///< of fewer components where there are fewer
    std::optional<ChanceLevel> chance{};  ///< in the space of the options; unset without spread
    std::vector<ClassPair> pairs{};       ///< in the same space
    std::optional<DdrTsne> tsne{};
    std::vector<double> scatter{};  ///< x0, y0, …: the first two components
};

/// The ratio in the space that the options name.
[[nodiscard]] double ratioIn(const DdrTap& tap, DdrSpace space);

/// The points that the options show: of t-SNE where it was computed, otherwise of PCA.
[[nodiscard]] const std::vector<double>& shownPoints(const DdrTap& tap);

/// Called on the calling thread every 50 iterations of the first start; must not throw.
using DdrProgress = std::function<void(const Embedding&)>;

/// Sorts the patches of a tap.
///
/// @param gram      of the features.
/// @param labels    the class of each patch, 0, 1, …; at least two classes of two patches.
/// @param contents  the content of each patch where the classes share their content: labels are then shuffled among
///                  patches of one content. Empty: among all.
/// @param threads   of t-SNE; no number changes the result.
/// @return nullopt when stopped. Throws Error(InvalidArgument) as calinskiHarabasz() and for a perplexity that is too
/// large for the patches. t-SNE of more than ddrMostPoints patches is left out, see tsneRefusal().
[[nodiscard]] std::optional<DdrTap> sortPatches(const GramMatrix& gram, std::span<const int> labels,
                                                std::span<const int> contents, const DdrOptions& options, int threads,
                                                const std::stop_token& stop = {}, const DdrProgress& progress = {});

/// Why t-SNE of so many patches is left out, with the time that it would take: a sentence; empty where it is not.
[[nodiscard]] std::string tsneRefusal(std::size_t patches, const DdrOptions& options);

/// Throws Error(InvalidArgument) for a perplexity that is too large for so many patches, with the largest, where t-SNE
/// is asked for.
void checkPerplexity(const DdrOptions& options, std::size_t patches);

}  // namespace lamscope
