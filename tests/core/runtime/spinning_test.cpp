// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/spinning.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace lamscope {
namespace {

/// What LibTorch's threads found when they were loaded, which is what the process was started with: proc(5).
TEST(LimitSpinning, IsInForceInTestPrograms) {
    const auto environment = '\0' + test::contentOf("/proc/self/environ");
    const auto has = [&](std::string name) {
        return environment.find('\0' + std::move(name) + '=') != std::string::npos;
    };
    EXPECT_TRUE(has("GOMP_SPINCOUNT") || has("OMP_WAIT_POLICY"));
}

}  // namespace
}  // namespace lamscope
