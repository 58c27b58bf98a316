// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/parameter_randomisation.h"

#include <cmath>
#include <memory>
#include <utility>

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/analytic_networks.h"

namespace lamscope::parameter_randomisation_test {
namespace {

/// Nothing but a layer that can be looked at.
class OneLayer final : public Network {
public:
    explicit OneLayer(torch::Tensor weight)
        : weight_(std::move(weight)) {}

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override { return lr; }
    [[nodiscard]] NamedTensors namedParameters() const override { return {{"layer.weight", weight_}}; }
    void to(torch::Device /*device*/, torch::ScalarType /*type*/) override {}

private:
    torch::Tensor weight_;
};

/// The map of two LR pixels that attributes `first` and `second` to their red.
LamResult mapOf(float first, float second) {
    LamResult result;
    result.attribution = {first, second, 0.0F, 0.0F, 0.0F, 0.0F};
    result.map = {std::abs(first), std::abs(second)};
    result.diffusionIndex = 50.0;
    return result;
}

LamResult vanishingMap() {
    auto result = mapOf(0.0F, 0.0F);
    result.diffusionIndex.reset();
    return result;
}

TEST(EffectsOfRandomising, ComparesEachMapUnderRandomWeightsWithTheTrainedOne) {
    const std::vector trained{mapOf(1.0F, 3.0F), mapOf(1.0F, 3.0F), mapOf(1.0F, 3.0F)};
    const auto weight = torch::arange(8.0F).view({2, 4});
    bool computed = false;
    const auto effects = effectsOfRandomising(test::makeModel(std::make_unique<OneLayer>(weight), 1), {}, trained,
                                              [&](const SrModel& /*model*/) -> std::optional<std::vector<LamResult>> {
                                                  computed = true;
                                                  EXPECT_FALSE(weight.equal(torch::arange(8.0F).view({2, 4})));
                                                  auto turned = mapOf(-1.0F, -3.0F);
                                                  turned.completenessError = 0.25;
                                                  turned.warnings = {"a warning"};
                                                  return std::vector{mapOf(2.0F, 6.0F), turned, vanishingMap()};
                                              });
    ASSERT_TRUE(computed);
    ASSERT_TRUE(effects);
    ASSERT_EQ(effects->size(), 3U);
    // Multiplied by 2 and by -1; two values lie on a line.
    EXPECT_NEAR(effects->at(0).correlation.value().signedMaps, 1.0, 1e-12);
    EXPECT_NEAR(effects->at(1).correlation.value().signedMaps, -1.0, 1e-12);
    EXPECT_NEAR(effects->at(1).correlation.value().unsignedMaps, 1.0, 1e-12);
    EXPECT_EQ(effects->at(1).completenessError, 0.25);
    EXPECT_THAT(effects->at(1).warnings, testing::ElementsAre("a warning"));
    EXPECT_EQ(effects->at(1).message, "");
    EXPECT_FALSE(effects->at(2).correlation);
    EXPECT_THAT(effects->at(2).message, testing::HasSubstr("vanishes"));
}

TEST(EffectsOfRandomising, ThereAreNoneWhenStoppedAndNoneWithoutWeights) {
    const std::vector trained{mapOf(1.0F, 3.0F)};
    EXPECT_FALSE(effectsOfRandomising(test::makeModel(std::make_unique<OneLayer>(torch::ones({2, 4})), 1), {}, trained,
                                      [](const SrModel& /*model*/) { return std::nullopt; }));
    EXPECT_THROW(static_cast<void>(effectsOfRandomising(test::bicubicModel(2), {}, trained,
                                                        [](const SrModel& /*model*/) { return std::nullopt; })),
                 Error);
}

}  // namespace
}  // namespace lamscope::parameter_randomisation_test
