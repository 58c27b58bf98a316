// SPDX-License-Identifier: GPL-3.0-or-later
// Effective receptive fields of networks over a set of images, as JSON, CSV, a table for the terminal and arrays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "method/erf/erf.h"
#include "model/model_card.h"
#include "scene/experiment.h"

namespace lamscope {

/// One network's result with what names it in files.
struct NamedErfResult {
    ModelCard card;  ///< its `name` is unique within the document, see makeNamesUnique()
    ErfResult result;
    std::filesystem::path mapFile{};  ///< where addErfArrays() put it; empty if it did not
};

/// What came of an experiment of the method ERF. All results are over the same images and have the same side.
struct ErfDocument {
    Experiment experiment;  ///< the images that were used, with the hashes of the files as they were found
    ErfOptions options;     ///< as used
    std::string device;     ///< "cpu" or "cuda"
    int threads = 0;
    std::vector<std::string> warnings;  ///< about the image files
    std::vector<NamedErfResult> results;
};

/// Throws Error(InvalidArgument) for a result of another side than the document's: the fields of networks with a global
/// reach grow with the side, so that tables and pictures do not mix sides.
void checkSides(const ErfDocument& document);

/// The document of `erf --json`, ending with a newline. Numbers that are not defined become null.
[[nodiscard]] std::string toJson(const ErfDocument& document);

/// A header line, then a line a network, comma-separated (RFC 4180): every number with all its digits and, in columns
/// that end in `_se`, its standard error; empty where it is not defined. Throws as checkSides().
[[nodiscard]] std::string toCsv(const ErfDocument& document);

/// The table for people as cells of text: the headings, then a row a network, rounded for reading; a dash where a value
/// is not defined. Throws as checkSides().
[[nodiscard]] std::vector<std::vector<std::string>> erfTable(const ErfDocument& document);

/// The same for a terminal: aligned columns. Throws as checkSides().
[[nodiscard]] std::string toText(const ErfDocument& document);

/// What the program says beside the numbers: about the image files, then about each network, whose name comes first.
[[nodiscard]] std::vector<std::string> warningsOf(const ErfDocument& document);

/// The array that addErfArrays() writes for a network of this name, which is unique.
[[nodiscard]] std::filesystem::path erfArrayFile(const std::filesystem::path& folder, const std::string& name);

/// Adds NAME.erf.npy (side x side float32, ErfResult::map) of every network in `folder`, which is made if need be, and
/// notes the paths in the results. Throws Error(WriteFailed).
void addErfArrays(StagedFiles& files, ErfDocument& document, const std::filesystem::path& folder);

}  // namespace lamscope
