// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/atomic_file.h"
#include "model/stoppable_evaluation.h"

namespace lamscope::cli {

/// Exit codes of the program.
enum ExitCode : int { Done = 0, Failed = 1, WrongUsage = 2, Interrupted = 130 };

/// Everything that is said goes to standard error, one line a message; standard output carries results alone.
void setUpMessages();

void sayWarnings(const std::vector<std::string>& warnings);

/// Turns Ctrl-C (SIGINT) and SIGTERM into a stop request while it lives; the second of them ends the program at once
/// with ExitCode::Interrupted. What waits on this thread for a network's server then throws EvaluationStopped, see
/// StoppableRequests. One at a time.
class InterruptGuard {
public:
    InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    ~InterruptGuard();

    [[nodiscard]] std::stop_token token() const { return token_; }

private:
    std::stop_source source_;
    std::stop_token token_ = source_.get_token();
    StoppableRequests requests_{token_};
    std::jthread watcher_;
};

/// Progress on standard error: one line that is rewritten on a terminal, with a bar and the time left; elsewhere a
/// plain line for each new step.
class ProgressLine {
public:
    ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    /// Removes the line from the terminal.
    ~ProgressLine();

    /// @param step what is being done; a change starts the clock anew. @param fraction 0…1, negative when not known.
    void show(const std::string& step, double fraction);

    /// A message of its own, kept above the progress line.
    void say(const std::string& line);

private:
    void clear();

    bool terminal_ = false;
    bool shown_ = false;
    std::string step_;
    std::chrono::steady_clock::time_point start_;
};

/// Writes to standard output; throws Error(WriteFailed) when it cannot (a closed pipe, a full disk).
void printResult(const std::string& text);

/// The value of --json that stands for standard output.
inline constexpr const char* standardOutput = "-";

/// Writes JSON where --json says, which is not empty: to standard output or as a file of `files`. Throws as
/// printResult().
void giveJson(StagedFiles& files, const std::string& argument, const std::string& json);

/// Prints a table for people, which ends with a line break: to standard output unless --json has that.
void printTable(const std::string& table, const std::string& jsonArgument);

}  // namespace lamscope::cli
