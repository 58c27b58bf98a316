// SPDX-License-Identifier: GPL-3.0-or-later
// How faithful maps of one image are, as JSON, CSV and a table for the terminal.
#pragma once

#include <string>
#include <vector>

#include "method/faithfulness/faithfulness.h"
#include "report/lam_json.h"
#include "scene/experiment.h"

namespace lamscope {

/// What came of an experiment of the method faithfulness on one image.
struct FaithfulnessDocument {
    /// The maps that are judged. Where a file gives them, of each result only patch, context, images, the attribution's
    /// sum and what describes the map are known.
    LamDocument maps;
    Experiment experiment;                    ///< what was asked for, with the hashes of the files as they were found
    FaithfulnessOptions options;              ///< as used
    std::vector<std::string> warnings;        ///< about the attribution file
    std::vector<FaithfulnessResult> results;  ///< one for each result of `maps`, in their order
};

/// The document of `faithfulness --json`, ending with a newline: that of `lam`, where each result says more. Numbers
/// that are not defined become null.
[[nodiscard]] std::string toJson(const FaithfulnessDocument& document);

/// A header line, then a line a network and patch, comma-separated (RFC 4180): every number with all its digits, empty
/// where it is not defined; the sensitivity of each radius in a column of its own.
[[nodiscard]] std::string toCsv(const FaithfulnessDocument& document);

/// The table for people as cells of text: the headings, then a row a network and patch, rounded for reading; a dash
/// where a value is not defined.
[[nodiscard]] std::vector<std::vector<std::string>> faithfulnessTable(const FaithfulnessDocument& document);

/// The same for a terminal: aligned columns.
[[nodiscard]] std::string toText(const FaithfulnessDocument& document);

/// What the program says beside the numbers: about the files, then about each network, whose name comes first.
[[nodiscard]] std::vector<std::string> warningsOf(const FaithfulnessDocument& document);

}  // namespace lamscope
