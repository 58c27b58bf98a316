// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace lamscope::cli {

/// What a package holds beside a program, made of the options that the program parses: its man page, and its completion
/// for a shell. `--documentation man`, `bash` or `zsh`, alone after the program's name, asks for it; --help does not
/// list that. Empty where the arguments ask for something else. `app` must have its name.
[[nodiscard]] std::optional<std::string> requestedPage(const CLI::App& app, int argc, const char* const* argv);

/// A page of section 1 in man(7)'s macros, UTF-8, with a section for each command.
[[nodiscard]] std::string manPage(const CLI::App& app);

/// A script for bash's programmable completion: commands, options, and values where these are words or files.
[[nodiscard]] std::string bashCompletion(const CLI::App& app);

/// A function for zsh's completion system: the same, with the help of each option.
[[nodiscard]] std::string zshCompletion(const CLI::App& app);

}  // namespace lamscope::cli
