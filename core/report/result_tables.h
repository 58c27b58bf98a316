// SPDX-License-Identifier: GPL-3.0-or-later
// The results of a run as tables. resultColumns() lists their columns.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/lam_json.h"

namespace lamscope {

/// The table of results: a header line, then a line a network and patch, comma-separated (RFC 4180). Without results,
/// that of the DI maps: a line a cell. Numbers have all their digits; a value that is not defined or not finite is
/// empty.
[[nodiscard]] std::string toCsv(const LamDocument& document);

/// The table for a terminal: aligned columns, rounded for reading; a dash where a value is not defined or not finite.
/// Several patches are told apart by their places behind the network's name.
[[nodiscard]] std::string toText(const LamDocument& document);

/// The table for a paper: a `tabular` with the rules of the package booktabs, UTF-8, ending with a newline. The
/// characters that LaTeX gives a meaning are escaped in names; values that are not defined are a dash, and the PSNR has
/// no column where no network has one.
[[nodiscard]] std::string toLatex(const LamDocument& document);

/// The table for a page in Markdown: the columns of toLatex().
[[nodiscard]] std::string toMarkdown(const LamDocument& document);

/// True for the names of tables: .tex, .csv, .md.
[[nodiscard]] bool isTable(const std::filesystem::path& file);

/// The table that a name asks for: LaTeX (booktabs), CSV or Markdown; of several documents one below the other. Of CSV,
/// the header stands once.
[[nodiscard]] std::string resultsTable(const std::filesystem::path& file, const std::vector<LamDocument>& documents);

}  // namespace lamscope
