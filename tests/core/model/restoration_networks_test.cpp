// SPDX-License-Identifier: GPL-3.0-or-later
// What loading says of networks that restore and do not enlarge: their range, their colours, what they read beside the
// image, and files of other networks with the same layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/sr_model.h"
#include "report/doctor.h"
#include "support/analytic_networks.h"
#include "support/plain_layers.h"
#include "support/safetensors_file.h"
#include "support/small_networks.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::restoration_networks_test {
namespace {

using test::specOf;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// Writes networks and loads them.
class RestorationNetworks : public testing::Test {
protected:
    ModelSpec file(const Checkpoint& checkpoint, const std::string& settings = "") {
        return specOf(folder_.write("net.safetensors", test::safetensorsFile(checkpoint.tensors)), settings);
    }

    SrModel load(const Checkpoint& checkpoint, const std::string& settings = "") {
        return loadModel(file(checkpoint, settings));
    }

    std::string refusal(const Checkpoint& checkpoint, const std::string& settings = "") {
        return test::messageOf([&] { return load(checkpoint, settings); });
    }

    test::TemporaryFolder folder_;
};

/// The same network with the weights of its last convolution times `factor`.
Checkpoint withLast(Checkpoint checkpoint, const std::string& name, float factor, float bias) {
    for (auto& [key, data] : checkpoint.tensors) {
        for (auto& value : data.values) {
            value = key == name + ".weight" ? factor * value : key == name + ".bias" ? bias : value;
        }
    }
    return checkpoint;
}

/// One that hardly changes pictures, whatever their range.
Checkpoint gentleDnCnn(std::int64_t channels) {
    return withLast(test::normalisedDnCnn(channels, 4, 4).checkpoint(), "model.8", 1e-4F, 0.0F);
}

Checkpoint preNetWithBias(float bias) {
    return withLast(test::preNet(4, {}).checkpoint(), "conv.0", 1e-3F, bias);
}

TEST_F(RestorationNetworks, RangeIsThatOfTheFamilyWhateverTheProbeSays) {
    const auto report = inspectModel(file(gentleDnCnn(3)));
    EXPECT_EQ(report.card.range, 1.0);
    EXPECT_THAT(report.card.rangeEvidence, HasSubstr("as DnCNN was published"));
    EXPECT_THAT(report.card.warnings, IsEmpty());
    EXPECT_THAT(toText(report), AllOf(HasSubstr("vs input"), testing::Not(HasSubstr("bicubic"))));
    ASSERT_TRUE(report.card.bicubicAgreementDb);
    EXPECT_GT(*report.card.bicubicAgreementDb, 60.0);
}

TEST_F(RestorationNetworks, OneChannelTakesEachColourByItselfOrY) {
    const auto lr = test::testImage(12, 9);
    const auto each = load(gentleDnCnn(1));
    EXPECT_EQ(each.card().colour, ModelCard::Colour::Each);
    const auto rgb = each.upscale(lr).value();
    for (int colour = 0; colour < Image::channels; ++colour) {
        Image grey(12, 9);
        for (int c = 0; c < Image::channels; ++c) {
            for (int y = 0; y < 9; ++y) {
                for (int x = 0; x < 12; ++x) {
                    grey.at(c, y, x) = lr.at(colour, y, x);
                }
            }
        }
        const auto restored = each.upscale(grey).value();
        for (int y = 0; y < 9; ++y) {
            for (int x = 0; x < 12; ++x) {
                ASSERT_FLOAT_EQ(restored.at(0, y, x), rgb.at(colour, y, x));
                ASSERT_FLOAT_EQ(restored.at(2, y, x), rgb.at(colour, y, x));
            }
        }
    }
    const auto strong = withLast(gentleDnCnn(1), "model.8", 1e3F, 0.05F);
    EXPECT_EQ(load(strong, ":colour=y").card().colour, ModelCard::Colour::Y);
    // Y changes by 0.05, and with it every colour by 0.05 of the swing between black and white.
    const auto flat = withLast(gentleDnCnn(1), "model.8", 0.0F, 0.05F);
    const auto y = load(flat, ":colour=y").upscale(lr).value();
    EXPECT_NEAR(y.at(1, 4, 5), lr.at(1, 4, 5) - 0.05F * 255.0F / 219.0F, 1e-5F);
    EXPECT_NEAR(load(flat).upscale(lr).value().at(1, 4, 5), lr.at(1, 4, 5) - 0.05F, 1e-6F);
    EXPECT_THAT(refusal(gentleDnCnn(3), ":colour=each"), AllOf(HasSubstr("colour=each"), HasSubstr("reads RGB")));
}

TEST_F(RestorationNetworks, NoiseLevelIsOnTheCard) {
    const auto ffdNet = test::convolutionRow(13, 12, 6, 3).checkpoint();
    EXPECT_THAT(refusal(ffdNet), AllOf(HasSubstr("FFDNet"), HasSubstr("net.safetensors:sigma=25")));
    const auto card = load(ffdNet, ":sigma=15").card();
    ASSERT_EQ(card.sideInputs.size(), 1U);
    EXPECT_EQ(card.sideInputs.front().value, 15.0);
    EXPECT_EQ(card.sideInputs.front().unit, "levels of 0 to 255");
}

TEST_F(RestorationNetworks, ColourShiftSpeaksForTheOtherNetworkOfTheSameLayers) {
    EXPECT_THAT(load(preNetWithBias(0.02F)).card().warnings, IsEmpty());
    EXPECT_THAT(load(preNetWithBias(0.1F)).card().warnings,
                testing::ElementsAre(AllOf(HasSubstr("moves the colours"), HasSubstr("arch=prenet-real"))));
    const auto named = load(preNetWithBias(0.5F), ":arch=prenet-real");
    EXPECT_EQ(named.card().architecture, "PReNet (real rain)");
    // Of a family without such another, the shift alone is told.
    const auto shifted = withLast(gentleDnCnn(3), "model.8", 0.0F, 0.1F);
    EXPECT_THAT(load(shifted).card().warnings,
                testing::ElementsAre(AllOf(HasSubstr("moves the colours"), testing::Not(HasSubstr("arch=")))));
}

}  // namespace
}  // namespace lamscope::restoration_networks_test
