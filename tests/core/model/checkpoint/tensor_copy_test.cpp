// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/tensor_copy.h"

#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/format_error.h"

namespace lamscope::detail::tensor_copy_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

std::string counting(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return test::bytesOfAll(values);
}

TensorData copy(const std::string& stored, const TensorLayout& layout, DType dtype = DType::Float32) {
    return copyTensor(dtype, test::asBytes(stored), layout, Budget::forFile(stored.size()));
}

std::string refusal(std::size_t stored, const TensorLayout& layout) {
    try {
        static_cast<void>(copy(counting(stored), layout));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(TensorCopy, copiesContiguousValues) {
    const TensorData tensor = copy(counting(8), {2, {2, 3}, {3, 1}});
    EXPECT_THAT(tensor.shape, ElementsAre(2, 3));
    EXPECT_THAT(tensor.values, ElementsAre(2, 3, 4, 5, 6, 7));
    EXPECT_EQ(tensor.dtype, "float32");
    EXPECT_EQ(tensor.numel(), 6);
}

TEST(TensorCopy, honoursStrides) {
    EXPECT_THAT(copy(counting(6), {0, {3, 2}, {1, 3}}).values, ElementsAre(0, 3, 1, 4, 2, 5));
    EXPECT_THAT(copy(counting(24), {0, {2, 1, 2, 3}, {1, huge, 12, 4}}).values,
                ElementsAre(0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21));
}

TEST(TensorCopy, readsAViewWithGaps) {
    // the convolution weight of a published network: 48x48x1x1 out of the centres of 48x48x3x3
    const TensorData tensor = copy(counting(20736), {4, {48, 48, 1, 1}, {432, 9, 3, 1}});
    ASSERT_EQ(tensor.numel(), 2304);
    for (std::size_t row = 0; row < 48; ++row) {
        for (std::size_t column = 0; column < 48; ++column) {
            ASSERT_EQ(tensor.values[row * 48 + column], static_cast<float>(4 + row * 432 + column * 9));
        }
    }
}

TEST(TensorCopy, readsScalarsAndEmptyTensors) {
    EXPECT_THAT(copy(counting(3), {2, {}, {}}).values, ElementsAre(2));
    const TensorData empty = copy("", {0, {0, 3}, {3, 1}});
    EXPECT_THAT(empty.shape, ElementsAre(0, 3));
    EXPECT_EQ(empty.numel(), 0);
    const std::int64_t side = std::int64_t{1} << 32U;
    EXPECT_THAT(refusal(6, {0, {side, 0, side}, {1, 1, 1}}), HasSubstr("more values"));
}

TEST(TensorCopy, refusesToReachPastTheStorage) {
    EXPECT_EQ(refusal(20736, {4, {48, 48, 1, 1}, {432, 9, 3, 1}}), "accepted");
    EXPECT_THAT(refusal(20731, {4, {48, 48, 1, 1}, {432, 9, 3, 1}}), HasSubstr("past the end"));
    EXPECT_EQ(refusal(20732, {4, {48, 48, 1, 1}, {432, 9, 3, 1}}), "accepted");
    EXPECT_THAT(refusal(6, {1, {2, 3}, {3, 1}}), HasSubstr("past the end"));
    EXPECT_THAT(refusal(6, {6, {}, {}}), HasSubstr("begins past"));
    EXPECT_THAT(refusal(0, {0, {}, {}}), HasSubstr("begins past"));
    EXPECT_THAT(refusal(6, {std::numeric_limits<std::uint64_t>::max(), {2}, {1}}), HasSubstr("begins past"));
}

TEST(TensorCopy, refusesOverflowingLayouts) {
    EXPECT_THAT(refusal(6, {0, {2, 2}, {huge, 1}}), HasSubstr("past the end"));
    EXPECT_THAT(refusal(6, {0, {3, 2}, {huge, huge}}), HasSubstr("past the end"));
    EXPECT_THAT(refusal(6, {0, {huge, huge}, {1, 1}}), HasSubstr("far too long"));
    const std::int64_t side = std::int64_t{1} << 32U;  // the product of two of them is 0 in 64 bits
    EXPECT_THAT(refusal(6, {0, {side, side}, {0, 0}}), HasSubstr("more values"));
    EXPECT_THAT(refusal(6, {0, std::vector<std::int64_t>(33, 1), std::vector<std::int64_t>(33, 1)}), HasSubstr("33"));
}

TEST(TensorCopy, refusesNegativeAndExpandingLayouts) {
    EXPECT_THAT(refusal(6, {0, {-1}, {1}}), HasSubstr("negative"));
    EXPECT_THAT(refusal(6, {5, {3}, {-1}}), HasSubstr("negative"));
    EXPECT_THAT(refusal(6, {0, {2}, {}}), HasSubstr("missing strides"));
    EXPECT_THAT(refusal(6, {0, {1000000}, {0}}), HasSubstr("more values"));
}

TEST(TensorCopy, refusesBytesThatAreTooManyAsFloats) {
    const std::string bytes(2000000, '\1');  // 8 MB of float32 out of a file of 2 MB
    EXPECT_THROW(static_cast<void>(copy(bytes, {0, {2000000}, {1}}, DType::UInt8)), FormatError);
    EXPECT_EQ(copy(bytes, {0, {1000000}, {2}}, DType::UInt8).numel(), 1000000);
    EXPECT_EQ(copy(bytes, {0, {1000000}, {1}}, DType::Float16).numel(), 1000000);
}

TEST(TensorCopy, convertsEveryType) {
    const TensorLayout four{0, {4}, {1}};
    const std::string half = test::bytesOfAll<std::uint16_t>({0x3C00, 0xC000, 0x0001, 0x7C00});
    EXPECT_THAT(copy(half, four, DType::Float16).values,
                ElementsAre(1.0F, -2.0F, 5.9604645e-8F, std::numeric_limits<float>::infinity()));
    EXPECT_THAT(copy(test::bytesOfAll<std::uint16_t>({0x8000, 0x83FF, 0x7BFF, 0x3555}), four, DType::Float16).values,
                ElementsAre(-0.0F, -6.097555e-5F, 65504.0F, 0.33325195F));
    EXPECT_THAT(copy(test::bytesOfAll<std::uint16_t>({0x3F80, 0xC000, 0x4049, 0x0000}), four, DType::BFloat16).values,
                ElementsAre(1.0F, -2.0F, 3.140625F, 0.0F));
    EXPECT_THAT(copy(test::bytesOfAll<double>({0.1, -2.0, 3.0, 4.0}), four, DType::Float64).values,
                ElementsAre(0.1F, -2.0F, 3.0F, 4.0F));
    EXPECT_THAT(copy(test::bytesOfAll<std::int64_t>({-1, 2, 3, 70000}), four, DType::Int64).values,
                ElementsAre(-1, 2, 3, 70000));
    EXPECT_THAT(copy(test::bytesOfAll<std::int32_t>({-1, 2, 3, 4}), four, DType::Int32).values,
                ElementsAre(-1, 2, 3, 4));
    EXPECT_THAT(copy(test::bytesOfAll<std::int16_t>({-1, 2, 3, 4}), four, DType::Int16).values,
                ElementsAre(-1, 2, 3, 4));
    EXPECT_THAT(copy("\xFF\x02\x03\x04", four, DType::Int8).values, ElementsAre(-1, 2, 3, 4));
    EXPECT_THAT(copy("\xFF\x02\x03\x04", four, DType::UInt8).values, ElementsAre(255, 2, 3, 4));
    EXPECT_THAT(copy(std::string("\x01\x00\x01\x02", 4), four, DType::Bool).values, ElementsAre(1, 0, 1, 1));
    EXPECT_THAT(copy(test::bytesOfAll<std::uint16_t>({65535, 2, 3, 4}), four, DType::UInt16).values,
                ElementsAre(65535, 2, 3, 4));
    EXPECT_THROW(static_cast<void>(copy(std::string(32, '\0'), four, DType::Complex64)), FormatError);
}

}  // namespace
}  // namespace lamscope::detail::tensor_copy_test
