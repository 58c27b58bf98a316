// SPDX-License-Identifier: GPL-3.0-or-later
// What the layers of networks sort patches by, as JSON, CSV, a table for the terminal and arrays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "method/features/ddr.h"
#include "method/features/feature_set.h"
#include "model/model_card.h"

namespace lamscope {

/// One network's result with what names it in files.
struct NamedDdrResult {
    ModelCard card;          ///< its `name` is unique within the document, see makeNamesUnique()
    bool addsInput = false;  ///< see TapSurvey::addsInput
    std::vector<DdrTap> taps{};
    double seconds = 0.0;
    std::vector<std::string> warnings{};
    std::vector<std::filesystem::path> pointFiles{};  ///< of each tap, where addDdrArrays() put them
};

/// All results are of the same classes and options.
struct DdrDocument {
    DdrOptions options;  ///< as used
    FeatureSource source;
    std::vector<FeatureSet> classes{};
    bool contentShared = false;   ///< patch i of each class is of the same content
    std::vector<int> labels{};    ///< of the points, in their order: the class
    std::vector<int> contents{};  ///< the patch of its class, 0, 1, …; the content where that is shared
    std::vector<std::string> warnings{};
    std::vector<NamedDdrResult> results{};
};

/// What is said of a network's numbers: taps without spread, a scale or colours other than those of the first network,
/// t-SNE that was left out.
void addDdrWarnings(DdrDocument& document);

/// The document of `ddr --json`, ending with a newline. Numbers that are not defined become null.
[[nodiscard]] std::string toJson(const DdrDocument& document);

/// A header line, then a line for each network and tap, comma-separated (RFC 4180); empty where a number is not
/// defined.
[[nodiscard]] std::string toCsv(const DdrDocument& document);

/// A ratio for people: about three digits, none below 0.01; "inf" or a dash where it is not finite.
[[nodiscard]] std::string ratioText(double ratio);

/// For people: the headings, then a row for each network and tap.
[[nodiscard]] std::vector<std::vector<std::string>> ddrTable(const DdrDocument& document);

/// The same for a terminal.
[[nodiscard]] std::string toText(const DdrDocument& document);

/// What the program says beside the numbers: about the classes, then about each network, whose name comes first.
[[nodiscard]] std::vector<std::string> warningsOf(const DdrDocument& document);

/// The array of a network's points at a tap.
[[nodiscard]] std::filesystem::path ddrPointFile(const std::filesystem::path& folder, const std::string& network,
                                                 const std::string& tap);

/// Adds NETWORK.TAP.points.npy (points x 4 float32: class, patch, x, y) of every network and tap in `folder`, which is
/// made if need be, and notes the paths in the results. Throws Error(WriteFailed).
void addDdrArrays(StagedFiles& files, DdrDocument& document, const std::filesystem::path& folder);

}  // namespace lamscope
