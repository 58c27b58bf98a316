// SPDX-License-Identifier: GPL-3.0-or-later
#include "console.h"

#include <csignal>

#include <gtest/gtest.h>

namespace lamscope::cli {
namespace {

TEST(InterruptGuardDeathTest, SecondCtrlCEndsTheProgramAtOnce) {
    EXPECT_EXIT(
        {
            const InterruptGuard guard;
            std::raise(SIGINT);
            std::raise(SIGINT);
        },
        testing::ExitedWithCode(ExitCode::Interrupted), "");
}

}  // namespace
}  // namespace lamscope::cli
