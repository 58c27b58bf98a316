// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/key_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope {
namespace {

using testing::ElementsAre;

TEST(KeyPattern, GroupsStandForAllTheirCombinationsTheLastRunningFastest) {
    EXPECT_THAT(expandKeys("head.0"), ElementsAre("head.0"));
    EXPECT_THAT(expandKeys("a.{0..2}"), ElementsAre("a.0", "a.1", "a.2"));
    EXPECT_THAT(expandKeys("b.{0..1}.conv{1,2}.w"),
                ElementsAre("b.0.conv1.w", "b.0.conv2.w", "b.1.conv1.w", "b.1.conv2.w"));
    EXPECT_THAT(expandKeys("{sub,add}_mean"), ElementsAre("sub_mean", "add_mean"));
}

TEST(KeyPattern, SaysWhatIsWrongWithAPattern) {
    test::expectError(ErrorCode::InvalidArgument, {"does not close"}, [] { static_cast<void>(expandKeys("a.{0..2")); });
    test::expectError(ErrorCode::InvalidArgument, {"does not rise"}, [] { static_cast<void>(expandKeys("a.{2..0}")); });
    test::expectError(ErrorCode::InvalidArgument, {"x..3"}, [] { static_cast<void>(expandKeys("a.{x..3}")); });
    test::expectError(ErrorCode::InvalidArgument, {"empty"}, [] { static_cast<void>(expandKeys("a.{1,,2}")); });
    test::expectError(ErrorCode::InvalidArgument, {"more"}, [] { static_cast<void>(expandKeys("{0..999}{0..999}")); });
}

}  // namespace
}  // namespace lamscope
