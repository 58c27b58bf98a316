// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/processors.h"

#include <cstdlib>
#include <sched.h>
#include <thread>

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace lamscope {
namespace {

/// A machine's proc and sys, as far as control groups are concerned.
class ControlGroups : public testing::Test {
protected:
    void write(const std::string& file, const std::string& content) const {
        std::filesystem::create_directories((root_.path() / file).parent_path());
        root_.write(file, content);
    }
    [[nodiscard]] std::optional<int> quota() const { return processorQuota(root_.path()); }

private:
    test::TemporaryFolder root_;
};

TEST_F(ControlGroups, WithoutThemThereIsNoQuota) {
    EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(ControlGroups, Version2GivesQuotaByPeriodRoundedUp) {
    write("proc/self/cgroup", "0::/user/job\n");
    write("sys/fs/cgroup/user/job/cpu.max", "250000 100000\n");
    EXPECT_EQ(quota(), 3);
}

TEST_F(ControlGroups, MaxIsNoQuota) {
    write("proc/self/cgroup", "0::/user\n");
    write("sys/fs/cgroup/user/cpu.max", "max 100000\n");
    EXPECT_EQ(quota(), std::nullopt);
}

TEST_F(ControlGroups, TheNarrowestOfTheGroupsAboveCounts) {
    write("proc/self/cgroup", "0::/a/b/c\n");
    write("sys/fs/cgroup/a/cpu.max", "200000 100000\n");
    write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    write("sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n");
    EXPECT_EQ(quota(), 2);
}

TEST_F(ControlGroups, InAContainerItsOwnGroupIsTheTopmostThatIsSeen) {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/cpu.max", "50000 100000\n");
    EXPECT_EQ(quota(), 1);
}

TEST_F(ControlGroups, Version1IsReadWhereItsControllerIs) {
    write("proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n3:cpuset:/other\n0::/\n");
    write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n");
    write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(quota(), 4);
    write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    EXPECT_EQ(quota(), std::nullopt);
}

/// Docker with version 1 shows the group's name on the host, and mounts the group where the topmost one is.
TEST_F(ControlGroups, Version1InAContainerIsFoundAtItsMount) {
    write("proc/self/cgroup", "4:cpu,cpuacct:/docker/0123456789abcdef\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(quota(), 2);
}

TEST_F(ControlGroups, NonsenseIsNoQuota) {
    write("proc/self/cgroup", "nonsense\n0::/a\n::\n");
    write("sys/fs/cgroup/a/cpu.max", "many\n");
    EXPECT_EQ(quota(), std::nullopt);
    write("sys/fs/cgroup/a/cpu.max", "100000 0\n");
    EXPECT_EQ(quota(), std::nullopt);
}

TEST(UsableProcessors, FollowTheAffinityOfTheThread) {
    EXPECT_GE(usableProcessors(), 1);
    int pinned = 0;
    std::thread([&] {
        cpu_set_t own;
        ASSERT_EQ(sched_getaffinity(0, sizeof own, &own), 0);
        int first = 0;
        while (!CPU_ISSET(first, &own)) {
            ++first;
        }
        CPU_ZERO(&own);
        CPU_SET(first, &own);
        ASSERT_EQ(sched_setaffinity(0, sizeof own, &own), 0);
        pinned = usableProcessors();
    }).join();
    EXPECT_EQ(pinned, 1);
}

/// OMP_NUM_THREADS for as long as it lives.
class ChosenThreads {
public:
    explicit ChosenThreads(const char* value) {
        if (const char* before = std::getenv(name)) {
            before_ = before;
        }
        value != nullptr ? setenv(name, value, 1) : unsetenv(name);
    }
    ChosenThreads(const ChosenThreads&) = delete;
    ChosenThreads& operator=(const ChosenThreads&) = delete;
    ~ChosenThreads() { before_ ? setenv(name, before_->c_str(), 1) : unsetenv(name); }

private:
    static constexpr const char* name = "OMP_NUM_THREADS";
    std::optional<std::string> before_;
};

TEST(DefaultThreads, AreTheUsableProcessorsUnlessTheUserHasChosen) {
    {
        const ChosenThreads none(nullptr);
        EXPECT_EQ(defaultThreads(), usableProcessors());
    }
    for (const auto* text : {"3", " 3", "3,2"}) {  // one number for each nested level
        const ChosenThreads three(text);
        EXPECT_EQ(defaultThreads(), 3) << text;
    }
    for (const auto* text : {"", "0", "-2", "many"}) {
        const ChosenThreads nonsense(text);
        EXPECT_EQ(defaultThreads(), usableProcessors()) << text;
    }
}

}  // namespace
}  // namespace lamscope
