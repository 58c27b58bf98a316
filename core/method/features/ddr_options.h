// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/option_table.h"
#include "method/features/feature_grams.h"

namespace lamscope {

/// Where distances between patches are taken.
enum class DdrSpace {
    Features,  ///< all numbers of a tap
    Pca2,      ///< the first 2 principal components over all classes
    Pca50,     ///< the first 50
};

/// What the picture of the patches is.
enum class DdrEmbedding {
    Pca,   ///< the first two principal components
    Tsne,  ///< t-SNE of the first 50
};

struct DdrOptions {
    int patches = 100;          ///< the most of a class
    int patch = 32;             ///< side, LR pixels
    std::string taps = "auto";  ///< "auto", "all", or keys with commas between
    FeaturePooling pool = FeaturePooling::None;
    DdrSpace space = DdrSpace::Features;  ///< of the chance level and of pairs of classes
    DdrEmbedding embed = DdrEmbedding::Pca;
    double perplexity = 30.0;
    int iterations = 1000;
    int starts = 5;  ///< of t-SNE, which differ by 1e-6 of their size
    int permutations = 999;
    int seed = 0;  ///< of patches, noise, permutations and starts

    friend bool operator==(const DdrOptions&, const DdrOptions&) = default;
};

/// The most points that are embedded by t-SNE.
inline constexpr int ddrMostPoints = 5000;

[[nodiscard]] std::string_view toString(DdrSpace space);
[[nodiscard]] std::string_view toString(DdrEmbedding embedding);
[[nodiscard]] std::string_view toString(FeaturePooling pooling);

/// The options in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<DdrOptions>>& ddrOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range and empty taps.
void checkDdrOptions(const DdrOptions& options);

}  // namespace lamscope
