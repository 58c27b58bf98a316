// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/busy_processes.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace lamscope {
namespace {

/// Clock ticks that a process has computed, proc(5).
long ticksOf(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    constexpr int fieldsBefore = 13;
    std::string field;
    for (int i = 0; i < fieldsBefore; ++i) {
        stat >> field;
    }
    long ticks = 0;
    stat >> ticks;
    return ticks;
}

class BusyProcessesOf : public testing::TestWithParam<BusyKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, BusyProcessesOf, testing::Values(BusyKind::Spinning, BusyKind::Bursty),
                         [](const auto& kind) { return std::string(toString(kind.param)); });

TEST_P(BusyProcessesOf, ComputeUntilTheyAreEnded) {
    std::vector<pid_t> ids;
    {
        const BusyProcesses busy(2, GetParam());
        ids = busy.ids();
        ASSERT_EQ(ids.size(), 2U);
        for (const auto id : ids) {
            while (ticksOf(id) < 2) {
                ASSERT_EQ(waitpid(id, nullptr, WNOHANG), 0) << "it ended";
                std::this_thread::yield();
            }
        }
    }
    for (const auto id : ids) {
        EXPECT_EQ(kill(id, 0), -1);
        EXPECT_EQ(errno, ESRCH);
    }
}

/// Also where nothing is left to end them: the program is killed.
TEST_P(BusyProcessesOf, EndWithTheirParent) {
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);  // what the parent leaves behind comes to this process
    std::array<int, 2> channel{};
    ASSERT_EQ(pipe(channel.data()), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        const BusyProcesses busy(2, GetParam());
        const auto bytes = busy.ids().size() * sizeof(pid_t);
        _exit(write(channel[1], busy.ids().data(), bytes) == static_cast<ssize_t>(bytes) ? pause() : 1);
    }
    std::array<pid_t, 2> ids{};
    ASSERT_EQ(read(channel[0], ids.data(), sizeof ids), static_cast<ssize_t>(sizeof ids));
    kill(parent, SIGKILL);
    ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
    for (const auto id : ids) {
        EXPECT_EQ(waitpid(id, nullptr, 0), id);  // as long as it takes: ctest's limit is the judge
    }
    close(channel[0]);
    close(channel[1]);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace lamscope
