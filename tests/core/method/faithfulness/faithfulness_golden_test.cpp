// SPDX-License-Identifier: GPL-3.0-or-later
// Curves, infidelity and sensitivity of converged maps of two published networks against float64 values: curves of an
// independent implementation, infidelity and sensitivity of captum 0.9. Float32 networks differ from them by 1.5e-6 in
// D; a baseline with another border, or ties in another order, by 1e-3 and more.
#include <cmath>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "image/low_resolution.h"
#include "method/faithfulness/faithfulness.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace lamscope::faithfulness_golden_test {
namespace {

class PublishedMaps : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(records, "golden/methods/faithfulness.json");
        std::ifstream stream(records);
        const auto golden = nlohmann::json::parse(stream);
        for (const auto& record : golden.at("models")) {
            if (record.at("model") == GetParam()) {
                record_ = record;
            }
        }
        ASSERT_FALSE(record_.is_null());
        const auto image = readImage(test::dataFile("images") / record_.at("image").get<std::string>()).image;
        auto pair = makeLowResolution(image, 4, Reduction::Pillow);
        LamOptions options;
        options.patch = {record_.at("patch")[0], record_.at("patch")[1], record_.at("patch")[2]};
        options.path = PathKind::BlurredLinear;
        options.rule = IntegrationRule::Midpoints;
        options.nodes = 9;
        const auto array = readNpy(test::dataFile("golden") / record_.at("map").get<std::string>());
        input_ = FaithfulnessInput{.lr = std::move(pair.lr),
                                   .hr = std::move(pair.hr),
                                   .plan = options,
                                   .attribution = {.width = 64, .height = 64, .values = array.values}};
    }

    static void expectOrder(const std::vector<std::int32_t>& order, const nlohmann::json& head) {
        for (std::size_t i = 0; i < head.size(); ++i) {
            EXPECT_EQ(order[i], head[i].get<int>()) << i;
        }
    }

    void expectCurve(const ReplacementCurve& curve) const {
        auto name = std::string(toString(curve.order));
        name += curve.seed ? std::to_string(*curve.seed) : "";
        const auto& expected = record_.at("curves").at(name + "/" + std::string(toString(curve.kind)));
        SCOPED_TRACE(name + "/" + std::string(toString(curve.kind)));
        EXPECT_EQ(curve.pixels, record_.at("pixels").get<std::vector<std::int64_t>>());
        ASSERT_EQ(curve.detector.size(), expected.at("detector").size());
        for (std::size_t i = 0; i < curve.detector.size(); ++i) {
            EXPECT_NEAR(curve.detector[i] / expected.at("detector")[i].get<double>(), 1.0, 5e-5) << i;
            EXPECT_NEAR(curve.psnr[i], expected.at("psnr")[i].get<double>(), 5e-4) << i;
        }
        EXPECT_NEAR(curve.auc, expected.at("auc_detector").get<double>(), 1e-4);
        EXPECT_NEAR(curve.halfFraction / expected.at("half_fraction").get<double>(), 1.0, 1e-3);
        EXPECT_NEAR(curve.overshoot, expected.at("overshoot").get<double>(), 1e-4);
    }

    nlohmann::json record_;
    FaithfulnessInput input_{.lr = {}, .hr = {}, .plan = {}, .attribution = {}};
};

TEST_P(PublishedMaps, AreAsFaithfulAsTheReferenceSays) {
    const auto& heads = record_.at("order_head");
    expectOrder(orderByMap(mapOf(input_.attribution)), heads.at("map"));
    expectOrder(orderByDistance(input_.plan.options.patch, 4, 64, 64), heads.at("radial"));
    expectOrder(randomPixelOrder(0, std::size_t{64} * 64), heads.at("random0"));

    const auto& squares = record_.at("infidelity");
    FaithfulnessOptions options;
    options.points = 16;
    options.random = 1;
    options.square = squares.at("square");
    options.stride = squares.at("stride");
    options.draws = 2;
    options.radii.clear();
    for (const auto& each : record_.at("sensitivity_max")) {
        options.radii.push_back(each.at("radius"));
    }
    const auto model = loadModel(test::specOf(test::dataFile("weights/" + GetParam() + ".pth"), ":scale=4"));
    const auto result = *measureFaithfulness(model, input_, options);

    EXPECT_NEAR(result.ends.image / record_.at("detector_image").get<double>(), 1.0, 5e-5);
    EXPECT_NEAR(result.ends.baseline / record_.at("detector_baseline").get<double>(), 1.0, 5e-5);
    EXPECT_NEAR(*result.completenessError, record_.at("completeness_error").get<double>(), 1e-5);
    ASSERT_EQ(result.curves.size(), 6U);
    for (const auto& curve : result.curves) {
        expectCurve(curve);
    }
    ASSERT_TRUE(result.infidelity);
    EXPECT_EQ(result.infidelity->perturbations, squares.at("perturbations").get<int>());
    EXPECT_NEAR(result.infidelity->value / squares.at("infidelity").get<double>(), 1.0, 1e-4);
    EXPECT_NEAR(result.infidelity->scaled / squares.at("infidelity_scaled").get<double>(), 1.0, 1e-4);
    EXPECT_NEAR(result.infidelity->zeroMap / squares.at("infidelity_of_zero_map").get<double>(), 1.0, 1e-4);
    EXPECT_NEAR(result.infidelity->explained, squares.at("explained").get<double>(), 1e-4);
    for (std::size_t i = 0; i < options.radii.size(); ++i) {
        EXPECT_NEAR(result.sensitivity.at(i).value / record_.at("sensitivity_max")[i].at("value").get<double>(), 1.0,
                    5e-3);
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, PublishedMaps, testing::Values("carn_m", "imdn_x4"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace lamscope::faithfulness_golden_test
