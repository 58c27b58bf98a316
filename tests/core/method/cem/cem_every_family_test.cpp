// SPDX-License-Identifier: GPL-3.0-or-later
// The part that a region can depend on gives the effects of the whole image, for every family that may be cropped. In
// float64, where no value is rounded to 8 bits in two ways.
#include <algorithm>
#include <cmath>
#include <optional>

#include <gtest/gtest.h>

#include "core/method/cem/cem_cases.h"
#include "model/cropping.h"
#include "support/every_family.h"
#include "support/network_expectations.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::cem_test {
namespace {

/// Weights times pixels of an image whose map takes a second or two in float64.
constexpr double mostWork = 5e7;

class EffectsOfFamily : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        const auto& files = test::publishedFiles();
        if (std::ranges::find(files, GetParam()) != files.end()) {
            LAMSCOPE_NEED_FILE(weights, test::dataRoot() / "weights" / GetParam());
            model_.emplace(test::inFloat64(loadModel({.file = weights, .settings = {}})));
            return;
        }
        LAMSCOPE_NEED_FILE(file, test::networksFile("networks_golden.json"));
        const auto small = test::smallNetworks().find(GetParam());
        auto network =
            small != test::smallNetworks().end()
                ? test::recogniseInFloat64(small->second())
                : test::recogniseInFloat64(test::syntheticCheckpoint(GetParam()), test::recordSettings(GetParam()));
        network.card.scale = network.scale;
        model_.emplace(std::make_unique<SrModel::Implementation>(std::move(network.network), std::move(network.card),
                                                                 torch::kCPU, torch::kFloat64));
    }

    [[nodiscard]] std::int64_t weights() const {
        std::int64_t values = 0;
        for (const auto& [name, parameter] : model_->implementation().network().namedParameters()) {
            values += parameter.numel();
        }
        return values;
    }

    std::optional<SrModel> model_;
};

TEST_P(EffectsOfFamily, AreThoseOfTheWholeImage) {
    const auto& card = model_->card();
    const auto& field = card.receptiveField;
    if (field.global || !field.radius || !card.cropping.multiple) {
        GTEST_SKIP() << "it must see the whole image";
    }
    const int reach = *field.radius;
    const int multiple = std::max(*card.cropping.multiple, card.sizeMultiple);
    const int side = (std::max(2 * reach / 3 + 12, card.minimumSide) + multiple - 1) / multiple * multiple;
    if (static_cast<double>(side) * side * static_cast<double>(weights()) > mostWork) {
        GTEST_SKIP() << "it would take minutes: " << weights() << " weights on " << side << "x" << side;
    }
    ASSERT_TRUE(mayBeCropped(card, side, side));
    CemOptions options;
    options.block = (side / 4 + 1) * card.scale;
    options.coarse = 1;
    options.fine = 2;
    options.tolerance = 1e-3;
    const CemInput input{.lr = shared(noiseImage(side, side, "lr")),
                         .hr = shared(noiseImage(side * card.scale, side * card.scale, "hr"))};
    const Patch roi{card.scale, 2 * card.scale, 4 * card.scale};
    const auto part = *computeCem(*model_, input, noisePatches(100), options, roi);
    options.context = 0;
    const auto whole = *computeCem(*model_, input, noisePatches(100), options, roi);
    EXPECT_EQ(part.psnrOrigin, whole.psnrOrigin);
    EXPECT_GE(part.fineBlocks, 1);
    for (std::size_t i = 0; i < whole.blocks.size(); ++i) {
        EXPECT_EQ(part.blocks[i].effect, whole.blocks[i].effect) << i;
    }
    EXPECT_EQ(part.outside, whole.outside);
}

INSTANTIATE_TEST_SUITE_P(Every, EffectsOfFamily, testing::ValuesIn(test::networksToEvaluate()), test::recordTestName);

}  // namespace
}  // namespace lamscope::cem_test
