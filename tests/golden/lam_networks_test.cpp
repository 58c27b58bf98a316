// SPDX-License-Identifier: GPL-3.0-or-later
// LAM runs on every network family, on weights from the reference records: finite, nothing outside the declared
// receptive field, complete as far as the error estimate promises.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "support/network_expectations.h"
#include "support/safetensors_file.h"
#include "support/synthetic_checkpoint.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

constexpr int patchSize = 8;

/// Smooth waves under a texture, so that no part of any path is flat.
Image testPicture(int side) {
    Image image(side, side);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                image.at(c, y, x) =
                    static_cast<float>(0.5 + 0.3 * std::sin(0.37 * y + 0.23 * x + c) * std::cos(0.11 * y - 0.31 * x)
                                       + 0.1 * std::sin(2.1 * x + 1.3 * y));
            }
        }
    }
    return image;
}

class LamOnNetwork : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_FILE(file, test::networksFile("networks_golden.json"));
        const auto weights =
            folder_.write("network.safetensors", test::safetensorsFile(test::syntheticCheckpoint(GetParam()).tensors));
        const auto& record = test::goldenRecord(GetParam());
        const double range = record.at("range").get<double>() * record.value("wrap", 1.0);
        ModelSpec spec{.file = weights, .settings = test::recordSettings(GetParam())};
        spec.settings.range = range;  // no probe on weights that were never trained
        model_.emplace(loadModel(spec));
    }

    /// The side of an image of one or two windows.
    [[nodiscard]] int side() const { return std::max(12, model_->card().minimumSide); }

    [[nodiscard]] LamOptions options() const {
        LamOptions options;
        const int corner = side() * model_->card().scale / 2 - patchSize / 2;
        options.patch = {corner, corner, patchSize};
        options.context = 0;
        return options;
    }

    test::TemporaryFolder folder_;
    std::optional<SrModel> model_;
};

TEST_P(LamOnNetwork, IsFiniteAndCompleteAsItsEstimatePromises) {
    auto tested = options();
    tested.rule = IntegrationRule::Midpoints;
    tested.nodes = 9;
    const auto result = computeLam(*model_, testPicture(side()), nullptr, tested);
    ASSERT_TRUE(result);
    EXPECT_TRUE(std::ranges::all_of(result->attribution, [](float value) { return std::isfinite(value); }));
    EXPECT_EQ(result->nonfiniteGradients, 0);
    EXPECT_DOUBLE_EQ(*std::ranges::max_element(result->map), 1.0);
    const double sum = std::accumulate(result->attribution.begin(), result->attribution.end(), 0.0);
    const double total = std::accumulate(result->attribution.begin(), result->attribution.end(), 0.0,
                                         [](double all, float value) { return all + std::abs(value); });
    EXPECT_NEAR(sum, result->attributionSum, 1e-5 * total);
    ASSERT_TRUE(result->estimatedMapError);
    // The estimate is a share of the map's absolute sum, the gap is one of what remains after signs cancel.
    const double gap = std::abs(result->attributionSum - (result->detectorImage - result->detectorBaseline));
    if (model_->card().routing.empty()) {
        EXPECT_LT(gap, *result->estimatedMapError * total);
    }
}

/// A wrong rule of one operation would show at once, whatever the number of cells.
TEST_P(LamOnNetwork, AddsUpExactlyOverCells) {
    if (!model_->hasSecantRules()) {
        EXPECT_FALSE(model_->card().routing.empty()) << "only what routes by content may do without";
        GTEST_SKIP() << "routes by content: " << model_->card().routing;
    }
    auto tested = options();
    for (const int cells : {1, 7}) {
        tested.nodes = cells;
        const auto result = computeLam(*model_, testPicture(side()), nullptr, tested, {}, {}, {.batch = 1});
        ASSERT_TRUE(result);
        EXPECT_EQ(result->rule, IntegrationRule::Secant);
        EXPECT_EQ(result->nodes, cells);
        EXPECT_TRUE(isExactSum(*result)) << cells << " cells: " << result->attributionSum << " of "
                                         << result->detectorImage - result->detectorBaseline;
    }
}

/// Those that an image of a fair size reaches beyond.
class LamOnBoundedNetwork : public LamOnNetwork {};

TEST_P(LamOnBoundedNetwork, IsZeroOutsideTheDeclaredReceptiveField) {
    const auto& field = model_->card().receptiveField;
    ASSERT_FALSE(field.global);
    ASSERT_TRUE(field.radius);
    // The patch lies in the corner; the gradient detector reads one SR pixel more than the patch.
    const int scale = model_->card().scale;
    const int reach = (patchSize + scale) / scale + *field.radius;
    const int side = reach + 6;
    LamOptions options;
    options.patch = {0, 0, patchSize};
    options.context = 0;
    options.nodes = 1;
    const auto result = computeLam(*model_, testPicture(side), nullptr, options);
    ASSERT_TRUE(result);
    double inside = 0.0;
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            const double value =
                result->map[static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x)];
            if (std::max(x, y) >= reach) {
                ASSERT_EQ(value, 0.0) << x << "," << y;
            } else {
                inside += value;
            }
        }
    }
    EXPECT_GT(inside, 0.0);
}

INSTANTIATE_TEST_SUITE_P(All, LamOnNetwork, testing::ValuesIn(test::syntheticRecords()), test::recordTestName);

INSTANTIATE_TEST_SUITE_P(Records, LamOnBoundedNetwork,
                         testing::Values("CARN multi-scale x4 (synthetic)", "SPAN 48ch x4 (synthetic, unfused keys)",
                                         "EDSR baseline x4 (synthetic; LAM_Demo class)", "DBPN T=7 x4 (synthetic)",
                                         "MSRResNet BasicSR x4 (synthetic)", "DDBPN EDSR-framework x4 (synthetic)",
                                         "MSRN x4 (synthetic)", "SRCNN 9-5-5 Y (synthetic)",
                                         "PlainUSR-U 32/16 x4 (synthetic)", "Compact 64x16 x4 prelu (synthetic)",
                                         "ESPAN 32ch x4 (synthetic)", "ESRNet 28ch x4 (synthetic)",
                                         "PLKSR 64x4 DCCM k17 EA x4 (synthetic)", "SPANF 32ch x4 (synthetic)",
                                         "SPANPlus 48ch dys x4 (synthetic, unfused keys)",
                                         "DnCNN 17 with BatchNorm (synthetic)", "FDnCNN colour (synthetic)",
                                         "FFDNet colour small (synthetic)", "PReNet 6 (synthetic)"),
                         test::recordTestName);

}  // namespace
}  // namespace lamscope
