// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace lamscope::cli {

/// Lines of a report: what, and its value.
using ReportLines = std::vector<std::pair<std::string, std::string>>;

/// Adds --version, which prints `text`, and --verbose, with which it also prints what a report of an error needs: the
/// system, the processor and the device, the locale, the variables that change what the program does, and the libraries
/// that are loaded.
/// @param more  lines that only this program has; called when they are printed.
void addVersionFlags(CLI::App& app, const std::string& text, std::function<ReportLines()> more = {});

}  // namespace lamscope::cli
