// SPDX-License-Identifier: GPL-3.0-or-later
// DBPN and DDBPN.
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::back_projection_test {
namespace {

using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;

const std::map<int, std::int64_t> kernelOfScale{{2, 6}, {4, 8}, {8, 12}};

CheckpointMaker dbpn(std::int64_t features, std::int64_t base, int stages, int scale) {
    CheckpointMaker maker;
    const auto kernel = kernelOfScale.at(scale);
    const auto layer = [&](const std::string& prefix, const std::string& name, std::int64_t in, std::int64_t out,
                           std::int64_t side) {
        maker.convolution(prefix + "." + name, in, out, side).tensor(prefix + ".act.weight", {1});
    };
    layer("feat0", "conv", 3, features, 3);
    layer("feat1", "conv", features, base, 1);
    for (int i = 1; i <= stages; ++i) {
        if (i > 2) {
            layer(fmt::format("up{}.conv", i), "conv", (i - 1) * base, base, 1);
        }
        layer(fmt::format("up{}.up_conv1", i), "deconv", base, base, kernel);
        layer(fmt::format("up{}.up_conv2", i), "conv", base, base, kernel);
        layer(fmt::format("up{}.up_conv3", i), "deconv", base, base, kernel);
        if (i == stages) {
            break;
        }
        if (i > 1) {
            layer(fmt::format("down{}.conv", i), "conv", i * base, base, 1);
        }
        layer(fmt::format("down{}.down_conv1", i), "conv", base, base, kernel);
        layer(fmt::format("down{}.down_conv2", i), "deconv", base, base, kernel);
        layer(fmt::format("down{}.down_conv3", i), "conv", base, base, kernel);
    }
    return maker.convolution("output_conv.conv", stages * base, 3);
}

TEST(Dbpn, AnyDepthWidthAndScale) {
    for (const int scale : {2, 4, 8}) {
        for (const int stages : {2, 3}) {
            const auto network = recogniseInFloat64(dbpn(5, 4, stages, scale).checkpoint());
            EXPECT_EQ(network.card.architecture, "DBPN");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 1.0);
            EXPECT_EQ(network(picture(3, 2)).sizes().vec(), (std::vector<std::int64_t>{1, 3, 3L * scale, 2L * scale}));
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network)) << scale << " " << stages;
            EXPECT_LE(test::regionError(network), closeTo);
        }
    }
}

TEST(Dbpn, PublishedReceptiveFields) {
    EXPECT_EQ(recogniseInFloat64(dbpn(4, 2, 7, 4).checkpoint()).card.receptiveField.radius, 21);
    EXPECT_EQ(recogniseInFloat64(dbpn(4, 2, 10, 4).checkpoint()).card.receptiveField.radius, 30);
}

TEST(Dbpn, RecurrentRelativeIsRejected) {
    // DBPN-RES-MR64-3 has seven up units, but fuses three results.
    auto checkpoint = dbpn(4, 2, 7, 4).checkpoint();
    for (auto& [key, data] : checkpoint.tensors) {
        if (key == "output_conv.conv.weight") {
            data.shape = {3, 6, 3, 3};
            data.values.resize(162);
        }
    }
    EXPECT_FALSE(test::isRecognised(checkpoint));
}

/// Weight [out, count*width, …] with its blocks of input channels in the opposite order.
void reverseInputs(TensorData& data, std::int64_t width) {
    auto weight = torch::tensor(data.values).reshape(data.shape);
    auto blocks = weight.split(width, 1);
    std::ranges::reverse(blocks);
    weight = at::cat(blocks, 1).contiguous();
    data.values.assign(weight.data_ptr<float>(), weight.data_ptr<float>() + weight.numel());
}

TEST(Ddbpn, IsDbpnWithItsConcatenationsOldestFirst) {
    static constexpr std::int64_t base = 4;
    for (const int scale : {2, 4, 8}) {
        for (const int stages : {2, 4}) {
            const auto original = dbpn(5, base, stages, scale).checkpoint();
            auto other = test::renamed(original, [&](const std::string& key) {
                auto name = test::replaced(key, "feat0.conv.", "initial.0.");
                name = test::replaced(name, "feat0.act.", "initial.1.");
                name = test::replaced(name, "feat1.conv.", "initial.2.");
                name = test::replaced(name, "feat1.act.", "initial.3.");
                name = test::replaced(name, "output_conv.conv.", "reconstruction.0.");
                for (int i = 1; i <= stages; ++i) {
                    name = test::replaced(name, fmt::format("up{}.", i), fmt::format("upmodules.{}.", i - 1));
                    name = test::replaced(name, fmt::format("down{}.", i), fmt::format("downmodules.{}.", i - 1));
                }
                name = test::replaced(name, ".conv.conv.", ".bottleneck.0.");
                name = test::replaced(name, ".conv.act.", ".bottleneck.1.");
                for (int i = 1; i <= 3; ++i) {
                    for (const auto* direction : {"up", "down"}) {
                        name = test::replaced(name, fmt::format(".{}_conv{}.act.", direction, i),
                                              fmt::format(".conv_{}.1.", i));
                        name = test::replaced(name, fmt::format(".{}_conv{}.conv.", direction, i),
                                              fmt::format(".conv_{}.0.", i));
                        name = test::replaced(name, fmt::format(".{}_conv{}.deconv.", direction, i),
                                              fmt::format(".conv_{}.0.", i));
                    }
                }
                return name;
            });
            for (auto& [key, data] : other.tensors) {
                if (key.find("bottleneck.0.weight") != std::string::npos || key == "reconstruction.0.weight") {
                    reverseInputs(data, base);
                }
            }
            const std::vector<float> identity{1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 1.0F};
            for (const auto* shift : {"sub_mean", "add_mean"}) {
                other.tensors.emplace_back(fmt::format("{}.weight", shift),
                                           TensorData{{3, 3, 1, 1}, identity, "float32"});
                other.tensors.emplace_back(fmt::format("{}.bias", shift),
                                           TensorData{{3}, {0.0F, 0.0F, 0.0F}, "float32"});
            }
            const auto network = recogniseInFloat64(other);
            EXPECT_EQ(network.card.architecture, "DDBPN");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 255.0);
            const auto expected = recogniseInFloat64(original);
            EXPECT_EQ(network.card.receptiveField.radius, expected.card.receptiveField.radius);
            EXPECT_LE(distance(network(picture(3, 4)), expected(picture(3, 4))), closeTo);
            EXPECT_LE(test::regionError(network), closeTo);
        }
    }
}

}  // namespace
}  // namespace lamscope::back_projection_test
