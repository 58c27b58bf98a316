// SPDX-License-Identifier: GPL-3.0-or-later
// PReNet, PRN, their recursive variants and the network for real rain against plain formulas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/plain_layers.h"
#include "support/small_networks.h"

namespace lamscope::prenet_test {
namespace {

using test::assuming;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

enum class Kind { Published, RealRain };

/// As the authors' classes compute it.
torch::Tensor plainPreNet(const Checkpoint& checkpoint, Kind kind, const test::PreNetLayers& layers, int passes,
                          const torch::Tensor& image) {
    const auto convolve = [&](const std::string& name, const torch::Tensor& x) {
        return test::plainConvolution(checkpoint, name, x);
    };
    const auto blocks = [&](torch::Tensor x) {
        for (int i = 1; i <= 5; ++i) {
            const auto name = "res_conv" + std::to_string(layers.recursive ? 1 : i);
            x = at::relu(at::relu(convolve(name + ".2", at::relu(convolve(name + ".0", x)))) + x);
        }
        return x;
    };
    torch::Tensor h;
    torch::Tensor c;
    auto restored = image;
    for (int pass = 0; pass < passes; ++pass) {
        auto x = at::relu(convolve("conv0.0", at::cat({image, restored}, 1)));
        x = kind == Kind::RealRain ? blocks(x) : x;
        if (layers.memory) {
            h = h.defined() ? h : at::zeros_like(x);
            c = c.defined() ? c : at::zeros_like(x);
            const auto both = at::cat({x, h}, 1);
            c = at::sigmoid(convolve("conv_f.0", both)) * c
                + at::sigmoid(convolve("conv_i.0", both)) * at::tanh(convolve("conv_g.0", both));
            h = at::sigmoid(convolve("conv_o.0", both)) * at::tanh(c);
            x = h;
        }
        x = kind == Kind::RealRain ? x : blocks(x);
        restored = kind == Kind::RealRain ? convolve("conv.0", x) : convolve("conv.0", x) + image;
    }
    return restored;
}

TEST(PreNet, AllKindsAtAnyNumberOfPasses) {
    for (const auto& layers :
         {test::PreNetLayers{.memory = true, .recursive = false}, test::PreNetLayers{.memory = true, .recursive = true},
          test::PreNetLayers{.memory = false, .recursive = false},
          test::PreNetLayers{.memory = false, .recursive = true}}) {
        const auto checkpoint = test::preNet(5, layers).checkpoint();
        const auto name = std::string(layers.memory ? "PReNet" : "PRN") + (layers.recursive ? "_r" : "");
        for (const int passes : {1, 2, 6}) {
            const auto network =
                passes == 6 ? recogniseInFloat64(checkpoint)
                            : recogniseInFloat64(checkpoint, assuming("passes", {static_cast<double>(passes)}));
            EXPECT_EQ(network.card.architecture, name);
            EXPECT_EQ(network.card.receptiveField.radius, passes * (layers.memory ? 13 : 12));
            EXPECT_LE(distance(network(picture(11, 9)),
                               plainPreNet(checkpoint, Kind::Published, layers, passes, picture(11, 9))),
                      closeTo)
                << name << passes;
            EXPECT_LE(test::regionError(network), closeTo) << name;
        }
        const auto once = recogniseInFloat64(checkpoint, assuming("passes", {1.0}));
        EXPECT_LE(test::measuredRadius(once), *once.card.receptiveField.radius);
        EXPECT_GE(test::measuredRadius(once), *once.card.receptiveField.radius - 1) << "a ReLU may hide the rim";
    }
}

TEST(PreNet, NetworkForRealRainHasItsKeysAndIsAnother) {
    const auto checkpoint = test::preNet(5, {}).checkpoint();
    EXPECT_EQ(recogniseInFloat64(checkpoint).card.architecture, "PReNet");
    ModelSettings settings;
    settings.architecture = "prenet-real";
    const auto network = recogniseInFloat64(checkpoint, settings);
    EXPECT_EQ(network.card.architecture, "PReNet (real rain)");
    EXPECT_EQ(network.card.receptiveField.radius, 52);
    EXPECT_LE(distance(network(picture(11, 9)), plainPreNet(checkpoint, Kind::RealRain, {}, 4, picture(11, 9))),
              closeTo);
    const auto withoutMemory = test::preNet(5, {.memory = false}).checkpoint();
    EXPECT_THAT(test::messageOf([&] { return recogniseInFloat64(withoutMemory, settings); }),
                testing::HasSubstr("conv_i.0"));
}

TEST(PreNet, PassesAreCounted) {
    const auto checkpoint = test::preNet(5, {}).checkpoint();
    for (const double passes : {0.0, 1.5, 101.0}) {
        EXPECT_THAT(test::messageOf([&] { return recogniseInFloat64(checkpoint, assuming("passes", {passes})); }),
                    testing::HasSubstr("a whole number of times"));
    }
}

}  // namespace
}  // namespace lamscope::prenet_test
