// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/scene.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ScenePatches, OfAnHrImageAreTheBoxesAtEveryScale) {
    const Scene scene{.image = "a.png", .role = ImageRole::Hr, .boxes = {{5, 7, 9}, {20, 30, 16}}};
    EXPECT_THAT(patchesOf(scene, 2), ElementsAre(Patch{5, 7, 9}, Patch{20, 30, 16}));
    EXPECT_EQ(patchesOf(scene, 4), patchesOf(scene, 2));
}

TEST(ScenePatches, OfAnLrImageCoverTheSameSquareOfTheScene) {
    const Scene scene{.image = "a.png", .role = ImageRole::Lr, .gridScale = 4, .boxes = {{40, 20, 16}}};
    EXPECT_THAT(patchesOf(scene, 4), ElementsAre(Patch{40, 20, 16}));
    EXPECT_THAT(patchesOf(scene, 2), ElementsAre(Patch{20, 10, 8}));
    // To whole pixels, and never to nothing.
    EXPECT_EQ(patchOfBox({3, 5, 1}, ImageRole::Lr, 4, 1), (Patch{1, 1, 1}));
}

TEST(ScenePatches, OnEachNetworksOwnPixelsAreTheBoxes) {
    const Scene scene{.image = "a.png", .role = ImageRole::Lr, .gridScale = 0, .boxes = {{40, 20, 16}}};
    EXPECT_THAT(patchesOf(scene, 2), ElementsAre(Patch{40, 20, 16}));
    EXPECT_THAT(patchesOf(scene, 3), ElementsAre(Patch{40, 20, 16}));
}

TEST(ScenePatches, MayBeNone) {
    const Scene scene{.image = "a.png"};
    EXPECT_THAT(patchesOf(scene, 4), IsEmpty());
    EXPECT_EQ(firstBoxOf(scene), Box());
}

}  // namespace
}  // namespace lamscope
