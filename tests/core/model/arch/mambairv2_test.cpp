// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of MambaIRv2 leave open: the noise that the original adds, by seeds.
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::mambairv2_test {
namespace {

class MambaIrV2Noise : public testing::Test {
protected:
    void SetUp() override { LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json")); }

    static test::RecognisedNetwork ofSeed(double seed) {
        ModelSettings settings;
        settings.assumptions = {{"noise_seed", {seed}}};
        return test::recogniseInFloat64(test::syntheticCheckpoint("MambaIRv2-light 36 2,1 w8 x3 (synthetic)"),
                                        settings);
    }
};

TEST_F(MambaIrV2Noise, IsThatOfItsSeedInEveryEvaluation) {
    const at::NoGradGuard noGradients;
    const auto x = test::picture(9, 12);
    const auto first = ofSeed(1.0);
    const auto sr = first.network->forward(x);
    EXPECT_TRUE(at::equal(first.network->forward(x), sr));
    EXPECT_TRUE(at::equal(ofSeed(1.0).network->forward(x), sr));
    const double ofOther = test::distance(ofSeed(2.0).network->forward(x), sr);
    const double ofNone = test::distance(ofSeed(0.0).network->forward(x), sr);
    EXPECT_GT(ofOther, 1e-6);
    EXPECT_GT(ofNone, 1e-6);
}

TEST_F(MambaIrV2Noise, IsTheSameForAllImagesOfABatch) {
    const at::NoGradGuard noGradients;
    const auto network = ofSeed(3.0).network;
    const auto x = test::picture(9, 12);
    const auto together = network->forward(at::cat({0.5 * x, x}));
    EXPECT_LT(test::distance(together.narrow(0, 1, 1), network->forward(x)), 1e-12);
}

TEST_F(MambaIrV2Noise, IsSaidOnTheCard) {
    EXPECT_NE(ofSeed(0.0).card.randomness.find("here there is none"), std::string::npos);
    EXPECT_NE(ofSeed(7.0).card.randomness.find("seed 7"), std::string::npos);
}

TEST_F(MambaIrV2Noise, TakesWholeSeedsAlone) {
    for (const double seed : {-1.0, 0.5, 2e9}) {
        EXPECT_THROW(static_cast<void>(ofSeed(seed)), Error) << seed;
    }
}

}  // namespace
}  // namespace lamscope::mambairv2_test
