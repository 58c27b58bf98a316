// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace lamscope::cli {

/// Set by the command that the arguments choose; returns an exit code.
using ChosenCommand = std::function<int()>;

/// Parses the arguments and runs what they choose; returns an exit code. Help and complaints go where they belong.
[[nodiscard]] int parseAndRun(CLI::App& app, int argc, char** argv, const ChosenCommand& chosen);

void addLamCommand(CLI::App& app, ChosenCommand& chosen);
void addInfoCommand(CLI::App& app, ChosenCommand& chosen);
void addUpscaleCommand(CLI::App& app, ChosenCommand& chosen);
void addEvaluateCommand(CLI::App& app, ChosenCommand& chosen);
void addBenchCommand(CLI::App& app, ChosenCommand& chosen);
/// The options of `bench` as those of a program of its own.
void addBenchArguments(CLI::App& command, ChosenCommand& chosen);
void addFigureCommand(CLI::App& app, ChosenCommand& chosen);
void addSanityCommand(CLI::App& app, ChosenCommand& chosen);
void addSceneCommand(CLI::App& app, ChosenCommand& chosen);

}  // namespace lamscope::cli
