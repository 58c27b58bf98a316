// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/lam_json.h"

namespace lamscope::ui {

/// The table of results for a page in Markdown: the columns of toLatex().
[[nodiscard]] std::string toMarkdown(const LamDocument& document);

/// True for the names of tables: .tex, .csv, .md.
[[nodiscard]] bool isTable(const std::filesystem::path& file);

/// The table that a name asks for: LaTeX (booktabs), CSV or Markdown; of several documents one below the other. Of CSV,
/// the header stands once.
[[nodiscard]] std::string resultsTable(const std::filesystem::path& file, const std::vector<LamDocument>& documents);

}  // namespace lamscope::ui
