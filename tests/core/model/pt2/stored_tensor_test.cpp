// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/stored_tensor.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/bytes.h"
#include "support/test_data.h"

namespace lamscope::pt2 {
namespace {

std::shared_ptr<const std::vector<std::byte>> recordOf(const std::string& bytes) {
    const auto span = test::asBytes(bytes);
    return std::make_shared<const std::vector<std::byte>>(span.begin(), span.end());
}

/// 0, 1, 2… as float32, taken with sizes, strides and offset.
StoredTensor counted(std::int64_t count, std::vector<std::int64_t> sizes, std::vector<std::int64_t> strides,
                     std::int64_t offset = 0) {
    std::vector<float> values;
    for (std::int64_t value = 0; value < count; ++value) {
        values.push_back(static_cast<float>(value));
    }
    return {.type = ScalarType::Float,
            .sizes = std::move(sizes),
            .strides = std::move(strides),
            .offset = offset,
            .isParameter = true,
            .record = recordOf(test::bytesOfAll(values))};
}

TEST(Pt2StoredTensor, LiesWhereOffsetAndStridesSay) {
    const auto tensor = makeTensor(counted(20, {2, 3}, {7, 2}, 5));
    for (std::int64_t row = 0; row < 2; ++row) {
        for (std::int64_t column = 0; column < 3; ++column) {
            EXPECT_EQ((tensor[row][column].item<float>()), static_cast<float>(5 + 7 * row + 2 * column));
        }
    }
}

TEST(Pt2StoredTensor, KeepsTheStridesOfDenseTensors) {
    const auto transposed = makeTensor(counted(6, {3, 2}, {1, 3}));
    EXPECT_EQ(transposed.strides(), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(transposed[2][1].item<float>(), 5.0F);
    const auto channelsLast = makeTensor(counted(24, {1, 3, 2, 4}, {24, 1, 12, 3}));
    EXPECT_TRUE(channelsLast.is_contiguous(torch::MemoryFormat::ChannelsLast));
}

TEST(Pt2StoredTensor, IsACopy) {
    const auto stored = counted(4, {4}, {1});
    const auto tensor = makeTensor(stored);
    tensor.fill_(9.0);
    EXPECT_EQ(makeTensor(stored)[3].item<float>(), 3.0F);
    const auto repeated = makeTensor(counted(3, {2, 3}, {0, 1}));
    EXPECT_EQ(repeated[1][2].item<float>(), 2.0F);
    repeated[0][2].fill_(7.0);
    EXPECT_EQ(repeated[1][2].item<float>(), 2.0F);
}

TEST(Pt2StoredTensor, MayBeEmptyOrASingleValue) {
    EXPECT_EQ(makeTensor(counted(0, {0, 5}, {5, 1})).sizes(), (std::vector<std::int64_t>{0, 5}));
    EXPECT_EQ(makeTensor(counted(3, {}, {}, 2)).item<float>(), 2.0F);
}

TEST(Pt2StoredTensor, HasTheTypeOfTheFile) {
    const auto one = [](ScalarType type, const std::string& bytes) {
        return makeTensor(
            {.type = type, .sizes = {1}, .strides = {1}, .offset = 0, .isParameter = true, .record = recordOf(bytes)});
    };
    EXPECT_EQ(one(ScalarType::Long, test::bytesOf(std::int64_t{-3})).item<std::int64_t>(), -3);
    EXPECT_EQ(one(ScalarType::Double, test::bytesOf(0.1)).item<double>(), 0.1);
    EXPECT_EQ(one(ScalarType::Half, test::bytesOf(std::uint16_t{0x3C00})).item<float>(), 1.0F);
    EXPECT_EQ(one(ScalarType::BFloat16, test::bytesOf(std::uint16_t{0x3F80})).item<float>(), 1.0F);
    EXPECT_TRUE(one(ScalarType::Bool, "\1").item<bool>());
    for (int number = 1; number <= 13; ++number) {
        const auto type = static_cast<ScalarType>(number);
        EXPECT_EQ(c10::elementSize(torchType(type)), itemSize(type)) << nameOf(type);
    }
}

TEST(Pt2StoredTensor, OfTheDataAgreesWithItsRecord) {
    LAMSCOPE_NEED_DATA(file, "pt2/constants.pt2");
    const Pt2Archive archive = readPt2(file);
    const auto a = makeTensor(archive.tensors.at("a"));
    const auto b = makeTensor(archive.tensors.at("b"));
    const auto* values = reinterpret_cast<const float*>(archive.tensors.at("a").record->data());
    EXPECT_EQ(a[3][5].item<float>(), values[7 + 3 * 12 + 5]);
    EXPECT_EQ(b[3][5].item<float>(), values[151 + 3 + 5 * 12]);
    EXPECT_EQ(makeTensor(archive.tensors.at("shades")).scalar_type(), torch::kFloat64);
}

}  // namespace
}  // namespace lamscope::pt2
