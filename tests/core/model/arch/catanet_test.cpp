// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of CATANet leave open: files and settings that it does not take.
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::catanet_test {
namespace {

constexpr const char* record = "CATANet x4 (synthetic)";

/// What recognition says to a file; empty where it takes it.
std::string objection(const Checkpoint& checkpoint, const Assumptions& assumptions) {
    ModelSettings settings;
    settings.assumptions = assumptions;
    try {
        static_cast<void>(test::recogniseInFloat64(checkpoint, settings));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

TEST(CataNet, RefusesCentresThatWereNeverTrained) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    auto checkpoint = test::syntheticCheckpoint(record);
    for (auto& [key, data] : checkpoint.tensors) {
        if (key == "blocks.3.0.initted") {
            data.values = {0.0F};
        }
    }
    EXPECT_NE(objection(checkpoint, {}).find("blocks.3.0.means"), std::string::npos);
}

TEST(CataNet, RefusesGroupsThatNoImageHoldsTwice) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    const auto checkpoint = test::syntheticCheckpoint(record);
    EXPECT_EQ(objection(checkpoint, {{"group_size", {392.0, 1.0, 64.0, 32.0}}}), "");
    EXPECT_NE(objection(checkpoint, {{"group_size", {393.0, 1.0, 64.0, 32.0}}}).find("group_size=393"),
              std::string::npos);
    EXPECT_NE(objection(checkpoint, {{"group_size", {2.5, 1.0, 64.0, 32.0}}}).find("group_size=2.5"),
              std::string::npos);
    EXPECT_NE(objection(checkpoint, {{"heads", {3.0}}}).find("heads=3"), std::string::npos);
}

/// Numbers of tokens that groups of one size fill, and leave a rest of, with the most that is filled up.
TEST(CataNet, TakesImagesOfAnyRestOfItsGroups) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    ModelSettings settings;
    settings.assumptions = {{"group_size", {392.0, 391.0, 64.0, 32.0}}};
    const auto recognised = test::recogniseInFloat64(test::syntheticCheckpoint(record), settings);
    const at::NoGradGuard noGradients;
    for (const std::int64_t width : {28, 29}) {
        const auto sr = recognised.network->forward(test::picture(28, width));
        EXPECT_EQ(sr.sizes(), at::IntArrayRef({1, 3, 112, 4 * width}));
        EXPECT_TRUE(sr.isfinite().all().item<bool>());
    }
}

}  // namespace
}  // namespace lamscope::catanet_test
