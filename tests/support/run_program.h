// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a program of the build as its users do.
#pragma once

#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "support/temporary_folder.h"

namespace lamscope::test {

struct Outcome {
    int exitCode = -1;  ///< of a program that a signal has ended, minus the signal
    std::string output;
    std::string messages;
};

/// Starts a program and waits until it ends.
/// @param arguments     the program's path first.
/// @param log           a folder for what it writes to standard output and standard error.
/// @param whileRunning  gets its process id.
inline Outcome runProgram(std::vector<std::string> arguments, const std::filesystem::path& log,
                          const std::function<void(pid_t)>& whileRunning = {}) {
    const auto output = log / "output";
    const auto messages = log / "messages";
    const pid_t child = fork();
    if (child == 0) {
        const auto redirect = [](const std::filesystem::path& file, int descriptor) {
            const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            dup2(opened, descriptor);
        };
        redirect(output, STDOUT_FILENO);
        redirect(messages, STDERR_FILENO);
        std::vector<char*> raw;
        raw.reserve(arguments.size() + 1);
        for (auto& argument : arguments) {
            raw.push_back(argument.data());
        }
        raw.push_back(nullptr);
        execv(raw[0], raw.data());
        _exit(127);
    }
    if (whileRunning) {
        whileRunning(child);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), contentOf(output), contentOf(messages)};
}

}  // namespace lamscope::test
