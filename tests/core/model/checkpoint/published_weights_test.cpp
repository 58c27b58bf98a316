// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint.h"
#include "support/test_data.h"

namespace lamscope::published_weights_test {
namespace {

struct Published {
    const char* file;
    Container container;
    std::size_t tensors;
    std::int64_t values;
    const char* prefix;
    std::vector<std::string> nesting;
    const char* name;  ///< one tensor
    std::vector<std::int64_t> shape;
};

void PrintTo(const Published& published, std::ostream* stream) {
    *stream << published.file;
}

class PublishedWeights : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedWeights, readsAllTensors) {
    const Published& expected = GetParam();
    LAMSCOPE_NEED_DATA(file, std::string("weights/") + expected.file);
    EXPECT_EQ(sniffContainer(file), expected.container);
    const Checkpoint checkpoint = readCheckpoint(file);
    EXPECT_EQ(checkpoint.container, expected.container);
    EXPECT_EQ(checkpoint.tensors.size(), expected.tensors);
    EXPECT_EQ(checkpoint.prefix, expected.prefix);
    EXPECT_EQ(checkpoint.nesting, expected.nesting);
    EXPECT_THAT(checkpoint.alternatives, ::testing::IsEmpty());
    EXPECT_THAT(checkpoint.warnings, ::testing::IsEmpty());
    std::int64_t values = 0;
    for (const auto& [name, tensor] : checkpoint.tensors) {
        values += tensor.numel();
        std::int64_t product = 1;
        for (const std::int64_t side : tensor.shape) {
            product *= side;
        }
        EXPECT_EQ(product, tensor.numel()) << name;
        EXPECT_EQ(tensor.dtype, "float32") << name;
        EXPECT_TRUE(std::ranges::all_of(tensor.values, [](float value) { return std::abs(value) < 1e4F; })) << name;
    }
    EXPECT_EQ(values, expected.values);
    ASSERT_NE(checkpoint.find(expected.name), nullptr);
    EXPECT_EQ(checkpoint.find(expected.name)->shape, expected.shape);
}

INSTANTIATE_TEST_SUITE_P(
    Files, PublishedWeights,
    ::testing::Values(
        Published{
            "bsrn_x4_ntire2022.pth", Container::TorchZip, 247, 156288, "", {"params"}, "fea_conv.pw.weight", {48, 12}},
        Published{"carn_m.pth", Container::TorchLegacy, 58, 414811, "", {}, "sub_mean.shifter.weight", {3, 3, 1, 1}},
        Published{"fsrcnn_x4.pth", Container::TorchLegacy, 23, 12809, "", {}, "first_part.0.weight", {56, 1, 5, 5}},
        Published{"imdn_x2.pth", Container::TorchLegacy, 92, 694404, "module.", {}, "fea_conv.weight", {64, 3, 3, 3}},
        Published{"imdn_x4.pth", Container::TorchLegacy, 92, 715176, "module.", {}, "fea_conv.weight", {64, 3, 3, 3}},
        Published{"lapsrn_x2x4.pth",
                  Container::TorchLegacy,
                  27,
                  870112,
                  "",
                  {"model"},
                  "convt_F1.0.cov_block.20.weight",
                  {64, 64, 4, 4}},
        Published{"pan_x4.pth", Container::TorchLegacy, 146, 272419, "", {}, "conv_first.weight", {40, 3, 3, 3}},
        Published{"rfdn_aim_x4.pth", Container::TorchLegacy, 128, 433448, "", {}, "fea_conv.weight", {50, 3, 3, 3}},
        Published{"rlfn_x4_ntire2022.pth", Container::TorchZip, 78, 317218, "", {}, "fea_conv.weight", {46, 3, 3, 3}}),
    [](const auto& published) {
        const std::string name = published.param.file;
        return name.substr(0, name.find('.'));
    });

TEST(PublishedWeightsDamage, isAlwaysReported) {
    for (const char* name : {"weights/fsrcnn_x4.pth", "weights/rlfn_x4_ntire2022.pth", "weights/lapsrn_x2x4.pth"}) {
        LAMSCOPE_NEED_DATA(file, name);
        const std::string content = test::contentOf(file);
        // densely through the pickles, then in steps through the storages
        const std::size_t dense = std::min<std::size_t>(content.size(), 4000);
        for (std::size_t length = 0; length < dense; length += 23) {
            ASSERT_NE(test::rejection(std::string_view(content).substr(0, length)), "") << name << " " << length;
        }
        for (std::size_t length = dense; length < content.size(); length += content.size() / 30 + 1) {
            ASSERT_NE(test::rejection(std::string_view(content).substr(0, length)), "") << name << " " << length;
        }
        ASSERT_NE(test::rejection(std::string_view(content).substr(0, content.size() - 1)), "") << name;
    }
}

}  // namespace
}  // namespace lamscope::published_weights_test
