// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/strength_family.h"

#include <vector>

#include <gmock/gmock.h>

namespace lamscope {
namespace {

using testing::ElementsAre;

FeatureSet setOf(const char* recipe) {
    return {.name = recipe, .recipe = recipe};
}

std::vector<std::size_t> membersOf(const StrengthFamily& family) {
    std::vector<std::size_t> members;
    for (const auto& member : family.members) {
        members.push_back(member.set);
    }
    return members;
}

TEST(StrengthFamilies, AreRecipesOfOneStepFromWeakToStrong) {
    const std::vector<FeatureSet> sets{
        setOf("clean"),   setOf("blur:4"),     setOf("jpeg:30"),           setOf("blur:1"),
        setOf("noise:5"), setOf("jpeg:80"),    setOf("blur:2+noise:5"),    setOf("blur:1..3"),
        setOf("blur:2"),  setOf("rain:small"), setOf("noise:9+rain:small")};
    const auto families = strengthFamilies(sets);
    ASSERT_EQ(families.size(), 2U);
    EXPECT_EQ(families[0].step, StrengthFamily::Step::Blur);
    EXPECT_THAT(membersOf(families[0]), ElementsAre(3, 8, 1));
    EXPECT_EQ(families[0].members[1].strength, 2.0);
    EXPECT_EQ(families[1].step, StrengthFamily::Step::Jpeg);
    EXPECT_THAT(membersOf(families[1]), ElementsAre(5, 2)) << "a high quality is weak";
}

TEST(StrengthFamilies, HaveTwoDifferentStrengths) {
    const std::vector<FeatureSet> same{setOf("blur:2"), setOf("blur:2:21")};
    EXPECT_TRUE(strengthFamilies(same).empty());
    const std::vector<FeatureSet> folders{{.name = "a", .folder = "a"}, {.name = "b", .folder = "b"}};
    EXPECT_TRUE(strengthFamilies(folders).empty());
}

}  // namespace
}  // namespace lamscope
