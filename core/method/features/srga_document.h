// SPDX-License-Identifier: GPL-3.0-or-later
// The generalisation of networks over sets of patches, as JSON, CSV, a table for the terminal and arrays.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "method/features/feature_set.h"
#include "method/features/srga.h"
#include "model/model_card.h"

namespace lamscope {

/// One network's result with what names it in files.
struct NamedSrgaResult {
    ModelCard card;  ///< its `name` is unique within the document, see makeNamesUnique()
    std::string tap;
    std::size_t dimension = 0;
    bool addsInput = false;                     ///< see TapSurvey::addsInput; false at SR, which lies after the sum
    SrgaComparison comparison{};                ///< the sets of the document, in their order
    std::vector<std::optional<double>> psnr{};  ///< of each set, mean over the patches, dB; unset without HR
    double seconds = 0.0;
    std::vector<std::string> warnings{};
    std::vector<std::filesystem::path> scoreFiles{};  ///< of each set, where addSrgaArrays() put them
};

/// All results are of the same sets, options and number of components; taps are each network's own.
struct SrgaDocument {
    SrgaOptions options;         ///< as used
    std::size_t components = 0;  ///< as used
    FeatureSource source;
    bool paired = true;              ///< the sets hold the same content in the same order
    std::vector<FeatureSet> sets{};  ///< the reference first
    std::vector<std::string> warnings{};
    std::vector<NamedSrgaResult> results{};
};

/// Whether an index is no larger than nine of ten differences between halves of the reference itself.
[[nodiscard]] bool isInsideFloor(const SrgaIndex& index, const std::optional<SrgaFloor>& floor);

/// What is said of a network's numbers: that it adds its input, few patches, no shape, the edge of the grid, a scale or
/// colours other than those of the first network.
void addSrgaWarnings(SrgaDocument& document);

/// The document of `srga --json`, ending with a newline. Numbers that are not defined become null.
[[nodiscard]] std::string toJson(const SrgaDocument& document);

/// A header line, then a line for each network and candidate, comma-separated (RFC 4180); empty where a number is not
/// defined.
[[nodiscard]] std::string toCsv(const SrgaDocument& document);

/// For people: the headings, then a row a network: its index of each candidate with half the width of the band, in
/// parentheses where it is inside the floor. Networks of other scales or colours have columns of their own.
[[nodiscard]] std::vector<std::vector<std::string>> srgaTable(const SrgaDocument& document);

/// The same for a terminal, with a line that says what parentheses mean.
[[nodiscard]] std::string toText(const SrgaDocument& document);

/// What the program says beside the numbers: about the sets, then about each network, whose name comes first.
[[nodiscard]] std::vector<std::string> warningsOf(const SrgaDocument& document);

/// The array of a network's scores for a set.
[[nodiscard]] std::filesystem::path srgaScoreFile(const std::filesystem::path& folder, const std::string& network,
                                                  const std::string& set);

/// Adds NETWORK.SET.scores.npy (patches x components, float32) of every network and set in `folder`, which is made if
/// need be, and notes the paths in the results. Throws Error(WriteFailed).
void addSrgaArrays(StagedFiles& files, SrgaDocument& document, const std::filesystem::path& folder);

}  // namespace lamscope
