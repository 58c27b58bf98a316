// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/device.h"

#include <thread>

#include <gtest/gtest.h>

#include "runtime/processors.h"

namespace lamscope {
namespace {

int threadsOfAnotherThread() {
    int threads = 0;
    std::thread([&] { threads = computeThreads(); }).join();
    return threads;
}

TEST(ComputeThreads, GoBackToTheDefaultAfterAnotherNumber) {
    const int other = defaultThreads() + 1;
    setComputeThreads(other);
    EXPECT_EQ(computeThreads(), other);
    EXPECT_EQ(threadsOfAnotherThread(), other);
    setComputeThreads(0);
    EXPECT_EQ(computeThreads(), defaultThreads());
    EXPECT_EQ(threadsOfAnotherThread(), defaultThreads());
}

}  // namespace
}  // namespace lamscope
