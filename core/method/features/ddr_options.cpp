// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/ddr_options.h"

#include <array>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr auto ddrSpaces = std::to_array<OptionChoice<DdrSpace>>(
    {{DdrSpace::Features, {"features", "features", "all numbers of a tap"}},
     {DdrSpace::Pca2, {"pca2", "PCA-2", "the first 2 components over all classes"}},
     {DdrSpace::Pca50, {"pca50", "PCA-50", "the first 50"}}});

constexpr auto ddrEmbeddings =
    std::to_array<OptionChoice<DdrEmbedding>>({{DdrEmbedding::Pca, {"pca", "PCA", "the first two components"}},
                                               {DdrEmbedding::Tsne, {"tsne", "t-SNE", "of the first 50 components"}}});

constexpr auto ddrPoolings = std::to_array<OptionChoice<FeaturePooling>>(
    {{FeaturePooling::None, {"none", "all numbers", "all numbers of a tap"}},
     {FeaturePooling::Mean, {"mean", "channel means", "the mean of each channel"}}});

constexpr double largestDdrSeed = 2147483647.0;

OptionRow<DdrOptions> tapsRow() {
    OptionRow<DdrOptions> row{{{.name = "taps",
                                .title = "Taps",
                                .subject = "the taps",
                                .help = "whose inputs are looked at: auto (through the depth of the network), all, or "
                                        "keys of layers with commas between"},
                               OptionType::Choice},
                              {},
                              {}};
    row.get = [](const DdrOptions& options) { return nlohmann::ordered_json(options.taps); };
    row.set = [](DdrOptions& options, const nlohmann::ordered_json& json) { options.taps = json.get<std::string>(); };
    return row;
}

}  // namespace

std::string_view toString(DdrSpace space) {
    return choiceName(ddrSpaces, space);
}

std::string_view toString(DdrEmbedding embedding) {
    return choiceName(ddrEmbeddings, embedding);
}

std::string_view toString(FeaturePooling pooling) {
    return choiceName(ddrPoolings, pooling);
}

const std::vector<OptionRow<DdrOptions>>& ddrOptionTable() {
    static const std::vector<OptionRow<DdrOptions>> rows{
        numberRow({.name = "patches",
                   .title = "Patches",
                   .subject = "the number of patches",
                   .help = "the most patches of a class"},
                  &DdrOptions::patches, {.least = 2, .most = 20000}),
        numberRow({.name = "patch",
                   .title = "Patch side",
                   .subject = "the side of a patch",
                   .help = "side of a patch that is cut from an HR image",
                   .unit = "LR px"},
                  &DdrOptions::patch, {.least = 8, .most = 1024}),
        tapsRow(),
        choiceRow({.name = "pool", .title = "Pooling", .subject = "the pooling", .help = "what of a tap counts"},
                  &DdrOptions::pool, ddrPoolings),
        choiceRow({.name = "space",
                   .title = "Space",
                   .subject = "the space",
                   .help = "of the chance level and of pairs of classes"},
                  &DdrOptions::space, ddrSpaces),
        choiceRow({.name = "embed", .title = "Picture", .subject = "the picture", .help = "what the scatter shows"},
                  &DdrOptions::embed, ddrEmbeddings),
        numberRow({.name = "perplexity",
                   .title = "Perplexity",
                   .subject = "the perplexity",
                   .help = "of t-SNE: about how many neighbours count"},
                  &DdrOptions::perplexity, {.least = 1.0, .most = 1000.0}),
        numberRow({.name = "iterations",
                   .title = "Iterations",
                   .subject = "the number of iterations",
                   .help = "of t-SNE; the first 250 exaggerate"},
                  &DdrOptions::iterations, {.least = 250, .most = 100000}),
        numberRow({.name = "starts",
                   .title = "Starts",
                   .subject = "the number of starts",
                   .help = "of t-SNE, for the range of its ratio"},
                  &DdrOptions::starts, {.least = 1, .most = 100}),
        numberRow({.name = "permutations",
                   .title = "Permutations",
                   .subject = "the number of permutations",
                   .help = "of labels, for the chance level"},
                  &DdrOptions::permutations, {.least = 1, .most = 100000}),
        numberRow({.name = "seed",
                   .title = "Seed",
                   .subject = "the seed",
                   .help = "of the places of patches, of noise, permutations and starts"},
                  &DdrOptions::seed, {.least = 0, .most = largestDdrSeed}),
    };
    return rows;
}

void checkDdrOptions(const DdrOptions& options) {
    checkOptions(ddrOptionTable(), options);
    if (options.taps.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no tap; give keys of layers, 'auto' or 'all'");
    }
}

}  // namespace lamscope
