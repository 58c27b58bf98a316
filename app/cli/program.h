// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "base/error.h"

namespace lamscope::cli {

/// Arguments that are wrong whatever the files hold: exit code 2.
class UsageError : public Error {
public:
    explicit UsageError(const std::string& message)
        : Error(ErrorCode::InvalidArgument, message) {}
};

/// Work that was stopped: the message says what it has kept. Exit code 130.
class Interruption : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Runs `parse`, whose Error is then one of usage.
template <typename Parse>
auto asUsage(const Parse& parse) {
    try {
        return parse();
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

/// Parses the arguments, then runs `work`, which returns an exit code as this does. Help and complaints go where they
/// belong.
[[nodiscard]] int parseAndRun(CLI::App& app, int argc, char** argv, const std::function<int()>& work);

/// What main() of a command-line program does around its work: messages go to standard error, exceptions become one
/// line and an exit code.
/// @param work     returns an exit code.
/// @param interrupted said when that is ExitCode::Interrupted.
/// @param remedy   said when memory runs out.
[[nodiscard]] int runProgram(const std::function<int()>& work, const std::string& interrupted,
                             const std::string& remedy);

}  // namespace lamscope::cli
