// SPDX-License-Identifier: GPL-3.0-or-later
// DRUNet against a plain formula.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/plain_layers.h"
#include "support/small_networks.h"

namespace lamscope::drunet_test {
namespace {

using test::assuming;
using test::closeTo;
using test::distance;
using test::picture;
using test::plainTensor;
using test::recogniseInFloat64;

torch::Tensor plainDruNet(const Checkpoint& checkpoint, int blocks, const torch::Tensor& input) {
    const auto convolve = [&](const std::string& name, const torch::Tensor& x) {
        return test::plainConvolution(checkpoint, name, x);
    };
    const auto run = [&](const std::string& prefix, int begin, torch::Tensor x) {
        for (int i = begin; i < begin + blocks; ++i) {
            const auto name = prefix + std::to_string(i) + ".res.";
            x = x + convolve(name + "2", at::relu(convolve(name + "0", x)));
        }
        return x;
    };
    const auto down = [&](const std::string& prefix, const torch::Tensor& x) {
        const auto name = prefix + std::to_string(blocks);
        return at::conv2d(run(prefix, 0, x), plainTensor(checkpoint, name + ".weight"),
                          plainTensor(checkpoint, name + ".bias"), 2);
    };
    const auto up = [&](const std::string& prefix, const torch::Tensor& x) {
        return run(prefix, 1,
                   at::conv_transpose2d(x, plainTensor(checkpoint, prefix + "0.weight"),
                                        plainTensor(checkpoint, prefix + "0.bias"), 2));
    };
    const auto x1 = convolve("m_head", input);
    const auto x2 = down("m_down1.", x1);
    const auto x3 = down("m_down2.", x2);
    const auto x4 = down("m_down3.", x3);
    auto x = run("m_body.", 0, x4);
    x = up("m_up3.", x + x4);
    x = up("m_up2.", x + x3);
    x = up("m_up1.", x + x2);
    return convolve("m_tail", x + x1);
}

TEST(DruNet, IsAUNetOfFourGrids) {
    for (const int colours : {1, 3}) {
        for (const bool bias : {false, true}) {
            for (const int blocks : {1, 2}) {
                const auto checkpoint = test::druNet(colours + 1, colours, {4, 5, 6, 7}, blocks, bias).checkpoint();
                const auto network = recogniseInFloat64(checkpoint, assuming("sigma", {25.5}));
                EXPECT_EQ(network.card.architecture, "DRUNet");
                const auto image = picture(16, 24, colours);
                const auto plane = at::full({1, 1, 16, 24}, 0.1, torch::kFloat64);
                EXPECT_LE(distance(network(image), plainDruNet(checkpoint, blocks, at::cat({image, plane}, 1))),
                          closeTo);
                // 13 rows become 16 by reflection at the bottom.
                const auto padded = at::cat({image.narrow(2, 0, 13), image.narrow(2, 9, 3).flip(2)}, 2);
                EXPECT_LE(distance(network(image.narrow(2, 0, 13)),
                                   plainDruNet(checkpoint, blocks, at::cat({padded, plane}, 1)).narrow(2, 0, 13)),
                          closeTo);
            }
        }
    }
}

TEST(DruNet, ReachIsBounded) {
    const auto network = recogniseInFloat64(test::druNet(4, 3, {4, 4, 4, 4}, 1).checkpoint(), assuming("sigma", {25}));
    EXPECT_EQ(network.card.receptiveField.radius, 53);
    EXPECT_LE(test::measuredRadius(network), 53);
    EXPECT_GE(test::measuredRadius(network), 40);
    EXPECT_LE(test::regionError(network), closeTo);
}

TEST(DruNet, WithoutANoisePlaneNeedsNone) {
    const auto checkpoint = test::druNet(3, 3, {4, 5, 6, 7}, 1).checkpoint();
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_TRUE(network.card.sideInputs.empty());
    EXPECT_LE(distance(network(picture(8, 16)), plainDruNet(checkpoint, 1, picture(8, 16))), closeTo);
    EXPECT_THAT(test::messageOf([] {
                    return recogniseInFloat64(test::druNet(4, 3, {4, 5, 6, 7}, 1).checkpoint());
                }),
                testing::HasSubstr(":sigma=25"));
}

}  // namespace
}  // namespace lamscope::drunet_test
