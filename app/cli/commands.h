// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace lamscope::cli {

/// Set by the command that the arguments choose; returns an exit code.
using ChosenCommand = std::function<int()>;

/// Adds all commands; the list of them is in app/CMakeLists.txt.
void addCommands(CLI::App& app, ChosenCommand& chosen);

/// The options of `bench` as those of a program of its own.
void addBenchArguments(CLI::App& command, ChosenCommand& chosen);

}  // namespace lamscope::cli
