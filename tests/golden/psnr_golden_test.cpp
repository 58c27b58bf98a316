// SPDX-License-Identifier: GPL-3.0-or-later
// PSNR of published networks on Set5 and Set14 against measurements with the authors' own classes: given LR files, SR
// rounded to 8 bits, Y, border 4.
#include <gtest/gtest.h>

#include "model/sr_model.h"
#include "study/evaluate.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

struct Expected {
    const char* network;
    double set5;
    double set14;
};

class PublishedPsnr : public testing::TestWithParam<Expected> {};

TEST_P(PublishedPsnr, IsReproduced) {
    const auto& expected = GetParam();
    LAMSCOPE_NEED_DATA(weights, std::string("weights/") + expected.network + ".pth");
    const auto model = loadModel(test::specOf(weights));
    for (const auto& [set, psnr] : {std::pair{"set5", expected.set5}, std::pair{"set14", expected.set14}}) {
        EvaluateOptions options;
        options.hrFolder = options.lrFolder = test::dataFile("images") / set;
        const auto evaluation = evaluate(model, options);
        EXPECT_EQ(evaluation->border, 4);
        EXPECT_NEAR(evaluation->mean.psnr, psnr, 0.002) << set;
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, PublishedPsnr,
                         testing::Values(Expected{"imdn_x4", 32.2115, 28.5869}, Expected{"pan_x4", 32.1349, 28.6148},
                                         Expected{"rfdn_aim_x4", 32.1607, 28.6503},
                                         Expected{"carn_m", 31.8847, 28.4220}),
                         [](const auto& tested) { return std::string(tested.param.network); });

TEST(PublishedPsnr, OfImdnX2OnLrMadeByMatlabsRule) {
    LAMSCOPE_NEED_DATA(weights, "weights/imdn_x2.pth");
    EvaluateOptions options;
    options.hrFolder = test::dataFile("images/set5");
    // The paper's 38.00 dB is rounded.
    EXPECT_NEAR(evaluate(loadModel(test::specOf(weights)), options)->mean.psnr, 38.00, 0.01);
}

}  // namespace
}  // namespace lamscope
