// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope::test {

/// Expects `action` to throw Error(code) with a message that contains all of `parts`.
template <typename Action>
void expectError(ErrorCode code, const std::vector<std::string>& parts, Action action) {
    try {
        action();
        ADD_FAILURE() << "no error was thrown";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        for (const auto& part : parts) {
            EXPECT_THAT(error.what(), ::testing::HasSubstr(part));
        }
    }
}

}  // namespace lamscope::test
