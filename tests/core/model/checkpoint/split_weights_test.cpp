// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that PyTorch stores in parts, against the formulas of its documentation.
#include "model/checkpoint/split_weights.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope::split_weights_test {
namespace {

using detail::combineSplitWeights;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;
using Tensors = std::vector<std::pair<std::string, TensorData>>;

TensorData tensor(std::vector<std::int64_t> shape, std::vector<float> values) {
    return {.shape = std::move(shape), .values = std::move(values), .dtype = "float32"};
}

/// 2 x 3 x 1 x 2: rows of norm 5 and 13.
TensorData twoRows() {
    return tensor({2, 3, 1, 2}, {3, 0, 0, 4, 0, 0, 0, 5, 0, 0, 12, 0});
}

std::vector<std::string> names(const Tensors& tensors) {
    std::vector<std::string> result;
    for (const auto& [name, data] : tensors) {
        result.push_back(name);
    }
    return result;
}

TEST(SplitWeights, UndoesWeightNormalisationOverTheRows) {
    for (const auto& [g, v] :
         {std::pair("c.weight_g", "c.weight_v"),
          std::pair("c.parametrizations.weight.original0", "c.parametrizations.weight.original1")}) {
        Tensors tensors{{"c.bias", tensor({2}, {7, 8})}, {g, tensor({2, 1, 1, 1}, {10, 26})}, {v, twoRows()}};
        EXPECT_THAT(combineSplitWeights(tensors), ElementsAre(AllOf(HasSubstr("1 weight"), HasSubstr("weight norm"))));
        ASSERT_THAT(names(tensors), ElementsAre("c.bias", "c.weight"));
        EXPECT_THAT(tensors[1].second.shape, ElementsAre(2, 3, 1, 2));
        EXPECT_THAT(tensors[1].second.values, ElementsAre(6, 0, 0, 8, 0, 0, 0, 10, 0, 0, 24, 0));
    }
}

TEST(SplitWeights, FindsTheDimensionOfTheNormByTheShapeOfG) {
    // Columns (3, 4) and (0, 5) of a linear layer; a norm over everything.
    Tensors columns{{"l.weight_g", tensor({1, 2}, {10, 15})}, {"l.weight_v", tensor({2, 2}, {3, 0, 4, 5})}};
    static_cast<void>(combineSplitWeights(columns));
    EXPECT_THAT(columns[0].second.values, Pointwise(FloatNear(1e-6F), {6.0F, 0.0F, 8.0F, 15.0F}));
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{}, std::vector<std::int64_t>{1, 1}}) {
        Tensors whole{{"l.weight_g", tensor(shape, {10})}, {"l.weight_v", tensor({2, 2}, {3, 0, 0, 4})}};
        static_cast<void>(combineSplitWeights(whole));
        EXPECT_THAT(whole[0].second.values, Pointwise(FloatNear(1e-6F), {6.0F, 0.0F, 0.0F, 8.0F}));
    }
}

TEST(SplitWeights, LeavesPartsAloneThatDoNotFit) {
    Tensors shapes{{"c.weight_g", tensor({3, 1}, {1, 2, 3})}, {"c.weight_v", tensor({2, 2}, {1, 2, 3, 4})}};
    EXPECT_THAT(combineSplitWeights(shapes), IsEmpty());
    EXPECT_THAT(names(shapes), ElementsAre("c.weight_g", "c.weight_v"));
    Tensors whole{{"c.weight", tensor({1}, {1})},
                  {"c.weight_g", tensor({1}, {1})},
                  {"c.weight_v", tensor({1}, {1})},
                  {"attn_mask", tensor({1}, {1})}};
    EXPECT_THAT(combineSplitWeights(whole), IsEmpty());
    EXPECT_EQ(whole.size(), 4U);
}

TEST(SplitWeights, UndoesSpectralNormalisationWithTheStoredVectors) {
    // W = 2 u1 v1ᵀ + u2 v2ᵀ; with u = u1 and v = v1, sigma is 2.
    const std::vector<float> w{2, 0, 0, 0, 1, 0};
    for (const auto& [main, u, v] : {std::tuple("c.weight_orig", "c.weight_u", "c.weight_v"),
                                     std::tuple("c.parametrizations.weight.original", "c.parametrizations.weight.0._u",
                                                "c.parametrizations.weight.0._v")}) {
        Tensors tensors{{main, tensor({2, 3, 1, 1}, w)}, {u, tensor({2}, {1, 0})}, {v, tensor({3}, {1, 0, 0})}};
        EXPECT_THAT(combineSplitWeights(tensors), ElementsAre(HasSubstr("spectral norm")));
        ASSERT_THAT(names(tensors), ElementsAre("c.weight"));
        EXPECT_THAT(tensors[0].second.values, ElementsAre(1, 0, 0, 0, 0.5F, 0));
    }
}

TEST(SplitWeights, TellsTransposedConvolutionsFromOthersBySpectralNorm) {
    // [in 2, out 2, 1, 2]: as a matrix [out, in k k] its largest singular value 3 lies at out 1, column (in 0, k 1).
    std::vector<float> w{0, 0, 0, 3, 0, 0, 1, 0};
    Tensors tensors{{"t.weight_orig", tensor({2, 2, 1, 2}, w)},
                    {"t.weight_u", tensor({2}, {0, 1})},
                    {"t.weight_v", tensor({4}, {0, 1, 0, 0})}};
    static_cast<void>(combineSplitWeights(tensors));
    EXPECT_THAT(tensors[0].second.values,
                Pointwise(FloatNear(1e-6F), {0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 1.0F / 3.0F, 0.0F}));
}

TEST(SplitWeights, AppliesMasksOfPruningAndThenNorms) {
    Tensors tensors{{"c.weight_orig", tensor({2, 2}, {1, 2, 3, 4})},
                    {"c.bias_orig", tensor({2}, {5, 6})},
                    {"c.weight_mask", tensor({2, 2}, {1, 0, 0, 1})},
                    {"c.bias_mask", tensor({2}, {0, 1})}};
    EXPECT_THAT(combineSplitWeights(tensors), ElementsAre(AllOf(HasSubstr("2 weights are"), HasSubstr("pruning"))));
    ASSERT_THAT(names(tensors), ElementsAre("c.weight", "c.bias"));
    EXPECT_THAT(tensors[0].second.values, ElementsAre(1, 0, 0, 4));
    EXPECT_THAT(tensors[1].second.values, ElementsAre(0, 6));

    Tensors both{{"c.weight_g", tensor({1, 1}, {10})},
                 {"c.weight_v_orig", tensor({1, 2}, {2, 3})},
                 {"c.weight_v_mask", tensor({1, 2}, {1, 0})}};
    EXPECT_EQ(combineSplitWeights(both).size(), 2U);
    ASSERT_THAT(names(both), ElementsAre("c.weight"));
    EXPECT_THAT(both[0].second.values, ElementsAre(10, 0));
}

}  // namespace
}  // namespace lamscope::split_weights_test
