// SPDX-License-Identifier: GPL-3.0-or-later
// Causal effect maps of networks, as JSON, CSV, a table for the terminal and arrays.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "method/cem/cem_scan.h"
#include "model/model_card.h"
#include "scene/experiment.h"

namespace lamscope {

/// One network's map with what names it in files.
struct NamedCemResult {
    ModelCard card;  ///< its `name` is unique within the document, see makeNamesUnique()
    CemResult result;
    Image lr{};                          ///< the image that the blocks are of, for figures
    std::filesystem::path effectFile{};  ///< where addCemArrays() put it; empty if it did not
    std::filesystem::path drawsFile{};   ///< the same
};

/// What came of an experiment of the method CEM.
struct CemDocument {
    Experiment experiment;  ///< with the hashes of the files as they were found
    CemOptions options;     ///< as used
    std::string source{};   ///< of the interventions
    std::size_t count = 0;  ///< of them
    std::string sha256{};   ///< of them
    std::string device;     ///< "cpu" or "cuda"
    int threads = 0;
    std::vector<std::string> warnings;  ///< about the files
    std::vector<NamedCemResult> results;
};

/// The document of `cem --json`, ending with a newline. Numbers that are not defined become null.
[[nodiscard]] std::string toJson(const CemDocument& document);

/// A header line, then a line a network, comma-separated (RFC 4180).
[[nodiscard]] std::string toCsv(const CemDocument& document);

/// The table for a terminal: the headings, then a row a network, rounded for reading; then, for each network, how many
/// signs chance would make certain.
[[nodiscard]] std::string toText(const CemDocument& document);

/// What the program says beside the numbers: about the files, then about each network, whose name comes first.
[[nodiscard]] std::vector<std::string> warningsOf(const CemDocument& document);

/// The arrays that addCemArrays() writes for a network of this name, which is unique.
[[nodiscard]] std::vector<std::filesystem::path> cemArrayFiles(const std::filesystem::path& folder,
                                                               const std::string& name);

/// Adds, of every network, NAME.effect.npy (rows x columns float64, dB, NaN where not known) and NAME.draws.npy (rows x
/// columns x (coarse + fine) float64, PSNR of each draw in dB, NaN where it was not run) in `folder`, which is made if
/// need be, and notes the paths in the results. Throws Error(WriteFailed).
void addCemArrays(StagedFiles& files, CemDocument& document, const std::filesystem::path& folder);

}  // namespace lamscope
