// SPDX-License-Identifier: GPL-3.0-or-later
#include "console.h"

#include <csignal>
#include <cstdio>
#include <unistd.h>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace lamscope::cli {

namespace {

volatile std::sig_atomic_t interrupted = 0;

/// The first time asks the work to stop; the second ends the program, whatever it is doing, except for the moment in
/// which its files take their names: blocked signals would reach another thread.
extern "C" void onInterrupt(int /*signal*/) {
    if (interrupted != 0 && !StagedFiles::isCommitting()) {
        _exit(ExitCode::Interrupted);
    }
    interrupted = 1;
}

std::string timeLeft(double seconds) {
    return seconds < 90.0 ? fmt::format("{:.0f} s left", seconds) : fmt::format("{:.0f} min left", seconds / 60.0);
}

}  // namespace

void setUpMessages() {
    auto logger = spdlog::stderr_logger_mt("lamscope");
    logger->set_pattern("%v");
    spdlog::set_default_logger(std::move(logger));
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, with a message
}

void sayWarnings(const std::vector<std::string>& warnings) {
    for (const auto& warning : warnings) {
        spdlog::warn("warning: {}", warning);
    }
}

InterruptGuard::InterruptGuard() {
    interrupted = 0;
    std::signal(SIGINT, onInterrupt);
    std::signal(SIGTERM, onInterrupt);
    watcher_ = std::jthread([this](const std::stop_token& finished) {
        while (!finished.stop_requested()) {
            if (interrupted != 0) {
                source_.request_stop();
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    });
}

InterruptGuard::~InterruptGuard() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

ProgressLine::ProgressLine()
    : terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
    clear();
}

void ProgressLine::clear() {
    if (shown_) {
        std::fputs("\r\033[K", stderr);
        shown_ = false;
    }
}

void ProgressLine::say(const std::string& line) {
    clear();
    spdlog::info(line);
}

void ProgressLine::show(const std::string& step, double fraction) {
    const auto now = std::chrono::steady_clock::now();
    if (step != step_) {
        step_ = step;
        start_ = now;
        if (!terminal_) {
            spdlog::info("{} …", step);
        }
    }
    if (!terminal_) {
        return;
    }
    auto line = step;
    if (fraction >= 0.0) {
        constexpr int width = 24;
        const int filled = static_cast<int>(fraction * width);
        line += fmt::format("  [{:#<{}}{:.<{}}] {:3.0f} %", "", filled, "", width - filled, 100.0 * fraction);
        const double elapsed = std::chrono::duration<double>(now - start_).count();
        if (fraction > 0.0 && elapsed > 0.5) {
            line += "  " + timeLeft(elapsed * (1.0 - fraction) / fraction);
        }
    }
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    shown_ = true;
}

void printResult(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw Error(ErrorCode::WriteFailed, "standard output could not be written");
    }
}

void giveJson(StagedFiles& files, const std::string& argument, const std::string& json) {
    if (argument == standardOutput) {
        printResult(json);
    } else {
        files.add(argument, json);
    }
}

void printTable(const std::string& table, const std::string& jsonArgument) {
    if (jsonArgument == standardOutput) {
        spdlog::info(table.substr(0, table.size() - 1));
    } else {
        printResult(table);
    }
}

}  // namespace lamscope::cli
