// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/lam_json.h"

namespace lamscope::ui {

/// The table of results in Markdown, with the columns of toLatex().
[[nodiscard]] std::string toMarkdown(const LamDocument& document);

/// True if the file's ending is that of a table: .tex, .csv, .md.
[[nodiscard]] bool isTable(const std::filesystem::path& file);

/// The table that the file's ending asks for: LaTeX (booktabs), CSV or Markdown. Tables of several documents follow
/// each other; a CSV table has one header for all.
[[nodiscard]] std::string resultsTable(const std::filesystem::path& file, const std::vector<LamDocument>& documents);

}  // namespace lamscope::ui
