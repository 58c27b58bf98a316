// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/symmetric_padding.h"

#include <functional>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "model/arch/layers.h"
#include "runtime/torch_headers.h"

namespace lamscope {
namespace {

/// Enlarges by 2 without looking anywhere, and keeps what it was given.
class Beginning {
public:
    std::unique_ptr<Trunk> operator()(const torch::Tensor& padded) {
        input_ = padded;
        return makeTrunk(padded, [padded](const Crop& crop) { return enlargeNearest(crop(padded), 2); });
    }
    [[nodiscard]] const torch::Tensor& input() const { return input_; }

private:
    torch::Tensor input_;
};

torch::Tensor numbered(std::int64_t height, std::int64_t width) {
    return at::arange(height * width, torch::kFloat64).view({1, 1, height, width});
}

TEST(SymmetricPadding, RepeatsTheEdge) {
    Beginning beginning;
    static_cast<void>(beginMirrored(numbered(2, 3), 4, std::ref(beginning)));
    const auto expected = torch::tensor(
        {{0.0, 1.0, 2.0, 2.0}, {3.0, 4.0, 5.0, 5.0}, {3.0, 4.0, 5.0, 5.0}, {0.0, 1.0, 2.0, 2.0}}, torch::kFloat64);
    EXPECT_TRUE(at::equal(beginning.input()[0][0], expected)) << beginning.input();
}

TEST(SymmetricPadding, LeavesMultiplesAlone) {
    Beginning beginning;
    const auto lr = numbered(4, 8);
    static_cast<void>(beginMirrored(lr, 4, std::ref(beginning)));
    EXPECT_TRUE(at::equal(beginning.input(), lr));
}

TEST(SymmetricPadding, TrunkIsThatOfTheImage) {
    Beginning beginning;
    const auto lr = numbered(5, 7);
    const auto trunk = beginMirrored(lr, 4, std::ref(beginning));
    EXPECT_TRUE(at::equal(trunk->finish(std::nullopt), enlargeNearest(lr, 2)));
    EXPECT_TRUE(at::equal(trunk->finish(Rect{3, 2, 4, 3}), enlargeNearest(cropTo(lr, {3, 2, 4, 3}), 2)));
}

TEST(SymmetricPadding, HalfOfTheMultipleIsEnough) {
    for (const int multiple : {1, 2, 5, 8}) {
        const int side = smallestMirroredSide(multiple);
        Beginning beginning;
        static_cast<void>(beginMirrored(numbered(side, side), multiple, std::ref(beginning)));
        EXPECT_EQ(beginning.input().size(2) % multiple, 0);
        EXPECT_EQ(beginning.input().size(3) % multiple, 0);
    }
}

}  // namespace
}  // namespace lamscope
