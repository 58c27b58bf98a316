// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/attribution.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/npy.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::attribution_test {
namespace {

constexpr Rect context{1, 2, 4, 3};  // of an image of 7 x 6

class ReadAttribution : public testing::Test {
protected:
    /// 1, 2, 3, … in an array of that shape.
    [[nodiscard]] AttributionFile of(const std::vector<std::int64_t>& shape) const {
        write(shape);
        return readAttribution(file_, context, 7, 6);
    }

    void write(const std::vector<std::int64_t>& shape) const {
        const auto size = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        std::vector<float> values(static_cast<std::size_t>(size));
        std::iota(values.begin(), values.end(), 1.0F);
        writeNpy(file_, shape, values);
    }

    void expectRefused(const std::vector<std::int64_t>& shape) const {
        write(shape);
        test::expectError(ErrorCode::BadFile, {"map.npy"}, [&] { return readAttribution(file_, context, 7, 6); });
    }

    test::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_ / "map.npy";
};

TEST_F(ReadAttribution, OfTheContext) {
    const auto [colours, block] = of({3, 3, 4});
    EXPECT_EQ(block, 1);
    EXPECT_EQ(colours.colours, 3);
    EXPECT_EQ(colours.values.size(), 36U);
    EXPECT_EQ(colours.ofPixels()[1], 2.0 + 14.0 + 26.0);
    const auto pixels = of({3, 4}).attribution;
    EXPECT_EQ(pixels.colours, 1);
    EXPECT_EQ(pixels.ofPixels(), pixels.values);
    EXPECT_EQ(mapOf(pixels)[0], 1.0 / 12.0);
}

TEST_F(ReadAttribution, OfTheWholeImage) {
    const auto plane = of({6, 7}).attribution;
    EXPECT_THAT(plane.values, testing::ElementsAre(16, 17, 18, 19, 23, 24, 25, 26, 30, 31, 32, 33));
    const auto colours = of({3, 6, 7}).attribution;
    ASSERT_EQ(colours.values.size(), 36U);
    EXPECT_EQ(colours.values[12], 16.0 + 42.0);
}

TEST_F(ReadAttribution, OfBlocksWhichKeepTheirSum) {
    // Blocks of 2 x 2 on 7 x 6: four columns, of which the image cuts the last, and three rows.
    const auto [attribution, block] = of({3, 4});  // the size of the context: taken as that
    EXPECT_EQ(block, 1);
    const auto whole = [&] {
        write({3, 4});
        return readAttribution(file_, {0, 0, 7, 6}, 7, 6);
    }();
    EXPECT_EQ(whole.block, 2);
    const auto& values = whole.attribution.values;
    EXPECT_EQ(values[0], 0.25);
    EXPECT_EQ(values[6], 2.0);  // 4 over the two pixels that are left
    EXPECT_DOUBLE_EQ(std::accumulate(values.begin(), values.end(), 0.0), 78.0);
}

TEST_F(ReadAttribution, RefusesOtherShapesAndValues) {
    expectRefused({2, 3, 4});
    expectRefused({12});
    expectRefused({1, 3, 4});
    expectRefused({6, 6});
    const std::vector<float> values(12, std::numeric_limits<float>::infinity());
    const std::vector<std::int64_t> shape{3, 4};
    writeNpy(file_, shape, values);
    test::expectError(ErrorCode::BadFile, {"NaN or infinite"}, [&] { return readAttribution(file_, context, 7, 6); });
    folder_.write("map.npy", "text");
    test::expectError(ErrorCode::BadFile, {"map.npy"}, [&] { return readAttribution(file_, context, 7, 6); });
}

}  // namespace
}  // namespace lamscope::attribution_test
