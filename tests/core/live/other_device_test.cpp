// SPDX-License-Identifier: GPL-3.0-or-later
// Networks that are not on the CPU. The device of these tests is a double that every machine has: results are the
// CPU's, and a tensor that was left behind there is an error, as on a GPU.
#include "support/other_device.h"

#include <gmock/gmock.h>

#include "live/live_engine.h"
#include "method/lam/di_map.h"
#include "method/lam/parameter_randomisation.h"
#include "support/analytic_networks.h"
#include "support/event_recorder.h"

namespace lamscope {
namespace {

using live::CardMeasured;
using live::MapFailed;
using live::MapReady;

constexpr int networkScale = 2;

/// A convolution of 3 x 3 with a bend, into the pixels of twice the size.
class SmallNetwork final : public Network {
public:
    SmallNetwork()
        : weight_(torch::linspace(-0.2, 0.3, 12 * 3 * 3 * 3).view({12, 3, 3, 3})) {}

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        return at::pixel_shuffle(at::conv2d(lr, weight_, {}, 1, 1).square(), networkScale);
    }
    [[nodiscard]] NamedTensors namedParameters() const override { return {{"weight", weight_}}; }
    void to(torch::Device device, torch::ScalarType type) override { weight_ = weight_.to(device, type); }

private:
    torch::Tensor weight_;
};

SrModel smallModel(torch::Device device) {
    ModelCard card;
    card.name = "small";
    card.scale = networkScale;
    return SrModel(
        std::make_unique<SrModel::Implementation>(std::make_unique<SmallNetwork>(), std::move(card), device));
}

LamOptions optionsOf(const Patch& patch) {
    LamOptions options;
    options.patch = patch;
    options.nodes = 9;
    return options;
}

TEST(OtherDevice, TakesNoTensorOfTheCpu) {
    const auto model = smallModel(test::otherDevice());
    EXPECT_THROW(static_cast<void>(model.implementation().forward(torch::rand({1, 3, 8, 8}))), std::exception);
}

TEST(OtherDevice, CardsAreMeasuredThere) {
    const auto there = measuredCard(smallModel(test::otherDevice()));
    const auto here = measuredCard(smallModel(torch::kCPU));
    ASSERT_TRUE(there && here);
    EXPECT_EQ(there->receptiveField.radius, 1);
    EXPECT_EQ(there->receptiveField.evidence, here->receptiveField.evidence);
    ASSERT_TRUE(there->bicubicAgreementDb);
    EXPECT_NEAR(*there->bicubicAgreementDb, *here->bicubicAgreementDb, 1e-3);
}

TEST(OtherDevice, PicturesAndMapsAreTheCpus) {
    const auto there = smallModel(test::otherDevice());
    const auto here = smallModel(torch::kCPU);
    const auto image = test::testImage(40, 36);
    const auto kernels = test::otherDeviceKernels();
    const auto srThere = there.upscale(image);
    const auto srHere = here.upscale(image);
    for (std::size_t i = 0; i < srHere->values().size(); ++i) {
        ASSERT_NEAR(std::as_const(*srThere).values()[i], std::as_const(*srHere).values()[i], 1e-5);
    }
    const auto options = optionsOf({20, 24, 16});
    const auto mapThere = computeLam(there, image, nullptr, options);
    const auto mapHere = computeLam(here, image, nullptr, options);
    EXPECT_NEAR(mapThere->detectorImage, mapHere->detectorImage, 1e-4 * mapHere->detectorImage);
    for (std::size_t i = 0; i < mapHere->map.size(); ++i) {
        ASSERT_NEAR(mapThere->map[i], mapHere->map[i], 1e-3);
    }
    EXPECT_GT(test::otherDeviceKernels(), kernels);
}

TEST(OtherDevice, DiMapsAreTheCpus) {
    constexpr int stride = 16;
    const auto image = test::testImage(24, 24);
    const auto there = computeDiMap(smallModel(test::otherDevice()), image, optionsOf({0, 0, 16}), stride);
    const auto here = computeDiMap(smallModel(torch::kCPU), image, optionsOf({0, 0, 16}), stride);
    ASSERT_TRUE(there && here);
    ASSERT_EQ(there->cells.size(), 4U);
    for (std::size_t i = 0; i < here->cells.size(); ++i) {
        EXPECT_NEAR(*there->cells[i].diffusionIndex, *here->cells[i].diffusionIndex, 1e-3);
    }
}

TEST(OtherDevice, ParametersCanBeRandomisedThere) {
    const auto before = smallModel(test::otherDevice()).upscale(test::testImage(16, 16));
    const auto model = withRandomParameters(smallModel(test::otherDevice()), {.layers = RandomisedLayers::All});
    const auto after = model.upscale(test::testImage(16, 16));
    EXPECT_NE(std::as_const(*before).at(0, 8, 8), std::as_const(*after).at(0, 8, 8));
}

class OtherDeviceLive : public testing::Test {
protected:
    OtherDeviceLive() {
        const auto image = std::make_shared<const Image>(test::testImage(32, 32));
        engine_.setInput({.file = "test.png", .sha256 = "", .pixels = image}, ImageRole::Lr, Reduction::Pillow);
        engine_.addNetwork(1, {.file = "small", .settings = {}});
    }

    static LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.load = [](const ModelSpec& /*spec*/, const std::string& /*device*/) {
            return smallModel(test::otherDevice());
        };
        return options;
    }

    test::EventRecorder events_;
    LiveEngine engine_{events_.sink(), engineOptions()};
};

TEST_F(OtherDeviceLive, ItsCardIsMeasured) {
    engine_.cancelProbe();
    const auto measured = events_.waitFor<CardMeasured>();
    ASSERT_TRUE(measured);
    EXPECT_EQ(measured->card.receptiveField.radius, 1);
}

/// So small an image that all nodes of a level are one batch, as those of larger ones are on a GPU. How long nodes take
/// is known from it alone, so that 9 of them follow the 3 where they are fast enough; on a busy machine not at every
/// place, so some are tried.
TEST_F(OtherDeviceLive, AFastNetworkFollowsAMovingBoxWithNineNodes) {
    constexpr int along = 8;
    constexpr int places = 5 * along;
    const auto image = std::make_shared<const Image>(test::testImage(8, 8));
    engine_.setInput({.file = "small.png", .sha256 = "", .pixels = image}, ImageRole::Lr, Reduction::Pillow);
    int most = 0;
    for (int i = 0; i < places && most < 9; ++i) {
        const auto number = i + 1;
        const Patch patch{1 + i % along, 1 + i / along, 4};
        engine_.probe({.number = number, .options = {}, .targets = {{1, patch}}, .moving = true});
        ASSERT_TRUE(events_.waitFor<live::Idle>([number](const live::Idle& idle) { return idle.request == number; }));
        for (const auto& map : events_.all<MapReady>()) {
            most = std::max(most, map.result->nodes);
        }
    }
    EXPECT_EQ(most, 9);
    EXPECT_TRUE(events_.all<MapFailed>().empty());
}

}  // namespace
}  // namespace lamscope
