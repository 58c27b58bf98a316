// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace lamscope::cli {

/// Set by the command that the arguments choose; returns an exit code.
using ChosenCommand = std::function<int()>;

void addLamCommand(CLI::App& app, ChosenCommand& chosen);
void addInfoCommand(CLI::App& app, ChosenCommand& chosen);
void addUpscaleCommand(CLI::App& app, ChosenCommand& chosen);
void addEvaluateCommand(CLI::App& app, ChosenCommand& chosen);
void addBenchCommand(CLI::App& app, ChosenCommand& chosen);
/// The options of `bench` as those of a program of its own.
void addBenchArguments(CLI::App& command, ChosenCommand& chosen);
void addFigureCommand(CLI::App& app, ChosenCommand& chosen);
void addSanityCommand(CLI::App& app, ChosenCommand& chosen);
void addErfCommand(CLI::App& app, ChosenCommand& chosen);
void addSceneCommand(CLI::App& app, ChosenCommand& chosen);

}  // namespace lamscope::cli
