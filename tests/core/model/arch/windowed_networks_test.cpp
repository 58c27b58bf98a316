// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of HiT-SR, Omni-SR and SRFormer do not tell, and what follows from their windows.
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::windowed_networks_test {
namespace {

using test::assuming;
using test::recogniseInFloat64;
using test::syntheticCheckpoint;

std::string hyperparameter(const test::RecognisedNetwork& network, const std::string& name) {
    for (const auto& [key, value] : network.card.hyperparameters) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

TEST(HitSr, WindowsFollowFromTheBaseWindowUnlessTheFileHoldsThem) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    const auto srf = syntheticCheckpoint("HiT-SRF 40 4,3 w4 ratios 1,2,3,4 x3 (synthetic)");
    EXPECT_EQ(hyperparameter(recogniseInFloat64(srf), "windows"), "4 16 24 32") << "the published base window is 8";
    EXPECT_EQ(hyperparameter(recogniseInFloat64(srf, assuming("base_window", {6.0})), "windows"), "3 12 18 24");
    EXPECT_EQ(hyperparameter(recogniseInFloat64(srf, assuming("window_ratios", {1.0})), "windows"), "8 16 24 32");
    const auto sng = recogniseInFloat64(syntheticCheckpoint("HiT-SNG 40 4,3 w4 ratios 1,2,3,4 x3 (synthetic)"));
    EXPECT_EQ(hyperparameter(sng, "windows"), "4 8 12 16");
    EXPECT_TRUE(sng.card.assumed.empty());
}

TEST(HitSr, RefusesWindowsOfNoPixelOrOfPartsOfOne) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    const auto srf = syntheticCheckpoint("HiT-SRF 40 4,3 w4 ratios 1,2,3,4 x3 (synthetic)");
    EXPECT_THROW(static_cast<void>(recogniseInFloat64(srf, assuming("base_window", {7.5}))), Error);
    EXPECT_THROW(static_cast<void>(recogniseInFloat64(srf, assuming("window_ratios", {0.1}))), Error);
    EXPECT_THROW(static_cast<void>(recogniseInFloat64(srf, assuming("window_ratios", {2.0}))), Error);
}

TEST(OmniSr, WindowWithoutATableIsTheUsers) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    const auto checkpoint = syntheticCheckpoint("OmniSR 48 2x1 no position bias x2 (synthetic)");
    EXPECT_EQ(hyperparameter(recogniseInFloat64(checkpoint), "window"), "8");
    // A side of 11 is padded to 15, which the spatial attention needs.
    EXPECT_EQ(recogniseInFloat64(checkpoint, assuming("window", {5.0})).card.minimumSide, 11);
    EXPECT_THROW(static_cast<void>(recogniseInFloat64(checkpoint, assuming("window", {0.0}))), Error);
}

TEST(SrFormer, SeesImagesWholeWhereItsWindowsShiftByAnOddNumberOfPixels) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    const auto odd = recogniseInFloat64(syntheticCheckpoint("SRFormer type 48 2,2 w22 pixelshuffle x2 (synthetic)"));
    EXPECT_TRUE(odd.card.receptiveField.global);
    const auto even =
        recogniseInFloat64(syntheticCheckpoint("SRFormer type 32 2,2 w12 nearest+conv 3conv x4 (synthetic)"));
    EXPECT_FALSE(even.card.receptiveField.global);
    EXPECT_EQ(even.card.cropping.multiple, 12);
}

}  // namespace
}  // namespace lamscope::windowed_networks_test
