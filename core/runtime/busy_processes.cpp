// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/busy_processes.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <random>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t shortestTurn = 1;  // ms
constexpr std::uint32_t longestTurn = 50;  // ms

/// Runs in a child until the child is killed. fork() copies only the calling thread of a process with several threads,
/// so that the child must neither allocate nor lock.
[[noreturn]] void keepBusy(BusyKind kind, std::uint32_t number) {
    std::minstd_rand random(number + 1);
    const auto turn = [&] { return std::chrono::milliseconds(shortestTurn + random() % longestTurn); };
    for (;;) {
        const auto end = Clock::now() + turn();
        while (kind == BusyKind::Spinning || Clock::now() < end) {
            asm volatile("");  // an endless loop without any effect is undefined behaviour
        }
        std::this_thread::sleep_for(turn());
    }
}

/// Removes the handlers that the program set for Ctrl-C, and lets the kernel kill the child when its parent thread
/// ends.
void becomeOrdinary(pid_t parent) {
    // NOLINTBEGIN(performance-no-int-to-ptr): SIG_DFL
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    // NOLINTEND(performance-no-int-to-ptr)
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(1);
    }
}

}  // namespace

std::string_view toString(BusyKind kind) {
    return kind == BusyKind::Spinning ? "spinning" : "bursty";
}

BusyProcesses::BusyProcesses(int count, BusyKind kind) {
    const pid_t parent = getpid();
    // Signals are blocked until becomeOrdinary() is done: the child must not run the program's handlers.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ids_.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        pthread_sigmask(SIG_SETMASK, &all, &before);
        const pid_t child = fork();
        if (child == 0) {
            becomeOrdinary(parent);
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
            keepBusy(kind, static_cast<std::uint32_t>(i));
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        if (child < 0) {
            end();
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} busy processes were asked for, the system started {}; ask for fewer, or raise "
                                    "the limit (ulimit -u)",
                                    count, i));
        }
        ids_.push_back(child);
    }
}

BusyProcesses::~BusyProcesses() {
    end();
}

void BusyProcesses::end() {
    for (const auto id : ids_) {
        kill(id, SIGKILL);
    }
    for (const auto id : ids_) {
        while (waitpid(id, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    ids_.clear();
}

}  // namespace lamscope
