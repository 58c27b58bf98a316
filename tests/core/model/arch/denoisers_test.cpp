// SPDX-License-Identifier: GPL-3.0-or-later
// DnCNN, IRCNN, FDnCNN and FFDNet against plain formulas, in any depth and width.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/plain_layers.h"
#include "support/small_networks.h"

namespace lamscope::denoisers_test {
namespace {

using test::assuming;
using test::closeTo;
using test::distance;
using test::picture;
using test::plainConvolution;
using test::plainTensor;
using test::recogniseInFloat64;
using testing::AllOf;
using testing::HasSubstr;

/// DnCNN of five convolutions, three of them normalised.
torch::Tensor plainDnCnn(const Checkpoint& checkpoint, const std::string& prefix, double epsilon,
                         const torch::Tensor& image) {
    auto x = at::relu(plainConvolution(checkpoint, prefix + "0", image));
    for (const int number : {2, 5, 8}) {
        x = plainConvolution(checkpoint, prefix + std::to_string(number), x);
        const auto ofNorm = [&](const char* part) {
            return plainTensor(checkpoint, prefix + std::to_string(number + 1) + part).view({1, -1, 1, 1});
        };
        x = (x - ofNorm(".running_mean")) / (ofNorm(".running_var") + epsilon).sqrt() * ofNorm(".weight")
            + ofNorm(".bias");
        x = at::relu(x);
    }
    return image - plainConvolution(checkpoint, prefix + "11", x);
}

TEST(DnCnn, TakesItsEstimateFromTheImage) {
    for (const int channels : {1, 3}) {
        const auto checkpoint = test::normalisedDnCnn(channels, 5, 5).checkpoint();
        const auto network = recogniseInFloat64(checkpoint);
        EXPECT_EQ(network.card.architecture, "DnCNN");
        EXPECT_EQ(network.card.scales, std::vector{1});
        EXPECT_EQ(network.range, 1.0);
        EXPECT_EQ(network.card.colour, channels == 1 ? ModelCard::Colour::Each : ModelCard::Colour::Rgb);
        EXPECT_EQ(network.card.receptiveField.radius, 5);
        EXPECT_EQ(test::measuredRadius(network), 5);
        EXPECT_LE(test::regionError(network), closeTo);
        const auto image = picture(9, 8, channels);
        EXPECT_LE(distance(network(image), plainDnCnn(checkpoint, "model.", 1e-4, image)), closeTo);
    }
}

TEST(DnCnn, KeysOfTheFirstPorts) {
    const auto underDncnn = [](const Checkpoint& checkpoint) {
        return test::renamed(checkpoint,
                             [](const std::string& key) { return test::replaced(key, "model.", "dncnn."); });
    };
    const auto withoutBias = [](const Checkpoint& checkpoint, const std::vector<std::string>& biases) {
        return test::renamed(checkpoint, [&](const std::string& key) {
            return std::ranges::find(biases, key) == biases.end() ? key : std::string();
        });
    };
    const auto all = test::normalisedDnCnn(1, 5, 5).checkpoint();
    const auto image = picture(9, 8, 1);
    const auto authors =
        underDncnn(withoutBias(all, {"model.2.bias", "model.5.bias", "model.8.bias", "model.11.bias"}));
    EXPECT_LE(distance(recogniseInFloat64(authors)(image), plainDnCnn(authors, "dncnn.", 1e-4, image)), closeTo);
    const auto first = withoutBias(authors, {"dncnn.0.bias"});
    EXPECT_LE(distance(recogniseInFloat64(first)(image), plainDnCnn(first, "dncnn.", 1e-5, image)), closeTo);
}

TEST(IrCnn, DilatesItsSevenConvolutions) {
    const auto checkpoint = test::convolutionRow(3, 3, 5, 7).checkpoint();
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_EQ(network.card.architecture, "IRCNN");
    EXPECT_EQ(network.card.receptiveField.radius, 16);
    EXPECT_EQ(test::measuredRadius(network), 16);
    const auto row = [&](const std::vector<std::int64_t>& dilations) {
        auto x = picture(20, 19);
        for (std::size_t i = 0; i < dilations.size(); ++i) {
            x = plainConvolution(checkpoint, "model." + std::to_string(2 * i), x, dilations[i]);
            x = i + 1 < dilations.size() ? at::relu(x) : x;
        }
        return picture(20, 19) - x;
    };
    EXPECT_LE(distance(network(picture(20, 19)), row({1, 2, 3, 4, 3, 2, 1})), closeTo);

    const auto plain = recogniseInFloat64(checkpoint, assuming("dilation", std::vector<double>(7, 1.0)));
    EXPECT_EQ(plain.card.architecture, "DnCNN");
    EXPECT_LE(distance(plain(picture(20, 19)), row(std::vector<std::int64_t>(7, 1))), closeTo);
    const auto refusal = [&](double last) {
        return test::messageOf([&] {
            return recogniseInFloat64(checkpoint, assuming("dilation", {1, 2, 3, 4, 3, 2, last}));
        });
    };
    EXPECT_THAT(refusal(0.0), HasSubstr("whole number from 1 to 16"));
    EXPECT_THAT(refusal(1.5), HasSubstr("whole number from 1 to 16"));
}

TEST(FdnCnn, ReadsTheNoiseLevelAsAPlane) {
    for (const int colours : {1, 3}) {
        const auto checkpoint = test::convolutionRow(colours + 1, colours, 5, 4).checkpoint();
        const auto network = recogniseInFloat64(checkpoint, assuming("sigma", {51.0}));
        EXPECT_EQ(network.card.architecture, "FDnCNN");
        EXPECT_EQ(network.network->inputShape().channels, colours);
        EXPECT_EQ(test::measuredRadius(network), network.card.receptiveField.radius);
        auto x = at::cat({picture(9, 8, colours), at::full({1, 1, 9, 8}, 0.2, torch::kFloat64)}, 1);
        for (const int number : {0, 2, 4}) {
            x = at::relu(plainConvolution(checkpoint, "model." + std::to_string(number), x));
        }
        x = plainConvolution(checkpoint, "model.6", x);
        EXPECT_LE(distance(network(picture(9, 8, colours)), x), closeTo);
        ASSERT_EQ(network.card.sideInputs.size(), 1U);
        EXPECT_EQ(network.card.sideInputs.front().name, "sigma");
        EXPECT_EQ(network.card.sideInputs.front().value, 51.0);
        EXPECT_TRUE(network.card.assumed.empty());
    }
}

torch::Tensor plainFfdNet(const Checkpoint& checkpoint, const torch::Tensor& even, double sigma) {
    const auto halves = at::pixel_unshuffle(even, 2);
    auto x = at::cat({halves, at::full({1, 1, halves.size(2), halves.size(3)}, sigma / 255.0, torch::kFloat64)}, 1);
    x = at::relu(plainConvolution(checkpoint, "model.0", x));
    x = at::relu(plainConvolution(checkpoint, "model.2", x));
    return at::pixel_shuffle(plainConvolution(checkpoint, "model.4", x), 2);
}

TEST(FfdNet, RepeatsTheLastRowAndColumnOfOddSides) {
    for (const int colours : {1, 3}) {
        const auto checkpoint = test::convolutionRow(4 * colours + 1, 4 * colours, 6, 3).checkpoint();
        const auto network = recogniseInFloat64(checkpoint, assuming("sigma", {25.0}));
        EXPECT_EQ(network.card.architecture, "FFDNet");
        EXPECT_EQ(network.card.receptiveField.radius, 7);
        EXPECT_LE(test::measuredRadius(network), 7);
        EXPECT_LE(test::regionError(network), closeTo);
        const auto image = picture(9, 7, colours);
        const auto wider = at::cat({image, image.narrow(3, 6, 1)}, 3);
        const auto even = at::cat({wider, wider.narrow(2, 8, 1)}, 2);
        const auto expected = plainFfdNet(checkpoint, even, 25.0).narrow(2, 0, 9).narrow(3, 0, 7);
        EXPECT_LE(distance(network(image), expected), closeTo);
        const auto other = recogniseInFloat64(checkpoint, assuming("sigma", {50.0}));
        EXPECT_GT(distance(network(image), other(image)), 1e-4);
    }
}

TEST(NoiseLevel, IsAskedForAndChecked) {
    const auto ffdNet = test::convolutionRow(13, 12, 6, 3).checkpoint();
    const auto refusal = [&](const ModelSettings& settings) {
        return test::messageOf([&] { return recogniseInFloat64(ffdNet, settings); });
    };
    EXPECT_THAT(refusal({}), AllOf(HasSubstr("FFDNet"), HasSubstr("network.pth:sigma=25"), HasSubstr("0 to 255")));
    EXPECT_THAT(refusal(assuming("sigma", {-1.0})), HasSubstr("sigma=-1"));
    EXPECT_THAT(refusal(assuming("sigma", {300.0})), HasSubstr("sigma=300"));
    EXPECT_THAT(refusal(assuming("sigma", {25.0, 25.0})), HasSubstr("takes 1 value"));
    EXPECT_THAT(test::messageOf([&] {
                    return recogniseInFloat64(test::normalisedDnCnn(1, 5, 5).checkpoint(), assuming("sigma", {25.0}));
                }),
                HasSubstr("DnCNN does not assume sigma"));
}

}  // namespace
}  // namespace lamscope::denoisers_test
