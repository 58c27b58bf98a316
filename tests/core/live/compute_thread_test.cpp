// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/compute_thread.h"

#include <atomic>
#include <latch>
#include <vector>

#include <gtest/gtest.h>

namespace lamscope {
namespace {

TEST(ComputeThread, TasksRunInTheirOrderBeforeTheLongWork) {
    std::vector<int> order;
    std::latch done(1);
    std::latch posted(1);
    {
        ComputeThread thread([&](const std::stop_token&) {
            if (order.size() == 3) {
                order.push_back(99);
                done.count_down();
            }
            return false;
        });
        thread.post([&] { posted.wait(); });
        for (int i = 0; i < 3; ++i) {
            thread.post([&order, i] { order.push_back(i); });
        }
        posted.count_down();
        done.wait();
    }
    EXPECT_EQ(order, (std::vector{0, 1, 2, 99}));
}

TEST(ComputeThread, ATaskStopsTheRunningStepUnlessItIsAskedNotTo) {
    std::atomic<int> stopped{0};
    std::atomic<bool> release{false};
    std::latch running(1);
    std::latch interrupted(1);
    ComputeThread thread([&, first = true](const std::stop_token& stop) mutable {
        if (!first) {
            return false;
        }
        first = false;
        running.count_down();
        while (!stop.stop_requested() && !release) {
            std::this_thread::yield();
        }
        stopped = stop.stop_requested() ? 1 : -1;
        return true;
    });
    thread.post([] {});
    running.wait();
    thread.post([] {}, /*interrupt=*/false);
    EXPECT_EQ(stopped, 0);
    thread.post([&] { interrupted.count_down(); });
    interrupted.wait();
    EXPECT_EQ(stopped, 1);
}

TEST(ComputeThread, EndsWhileAStepRunsAndTasksWait) {
    std::latch running(1);
    std::atomic<int> tasks{0};
    {
        ComputeThread thread([&, first = true](const std::stop_token& stop) mutable {
            if (first) {
                first = false;
                running.count_down();
            }
            while (!stop.stop_requested()) {
                std::this_thread::yield();
            }
            return true;
        });
        thread.post([] {});
        running.wait();
        thread.post([&] { ++tasks; }, /*interrupt=*/false);
    }
    EXPECT_EQ(tasks, 0);
}

}  // namespace
}  // namespace lamscope
