// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "model/arch/attention.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::nonlocal_attention_test {
namespace {

struct Channels {
    std::int64_t matched;
    std::int64_t values;
};

class NonlocalAttention : public testing::TestWithParam<Channels> {};

TEST_P(NonlocalAttention, IsTheSoftmaxOfTheProductsTimesTheValues) {
    const auto [matched, channels] = GetParam();
    const auto leaf = [](double factor, std::int64_t height, std::int64_t width, std::int64_t count) {
        const auto x = factor * test::picture(height, width, count);
        return at::cat({x, 1.0 - 2.0 * x}).requires_grad_(true);
    };
    const std::vector<torch::Tensor> inputs{leaf(3.0, 5, 4, matched), leaf(1.5, 2, 3, matched),
                                            leaf(1.0, 2, 3, channels)};
    const auto y = attendToPixels(inputs[0], inputs[1], inputs[2]);
    const auto products = torch::einsum("ndhw,ndij->nhwij", {inputs[0], inputs[1]});
    const auto exponentials = products.exp();
    const auto weights = exponentials / exponentials.sum({3, 4}, /*keepdim=*/true);
    const auto expected = torch::einsum("nhwij,ncij->nchw", {weights, inputs[2]});
    ASSERT_EQ(y.sizes(), expected.sizes());
    EXPECT_LT(test::distance(y, expected), 1e-14);

    const auto probe = test::picture(5, 4, channels);
    const auto gradients = torch::autograd::grad({(y * probe).sum()}, inputs);
    const auto expectedGradients = torch::autograd::grad({(expected * probe).sum()}, inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        EXPECT_LT(test::distance(gradients[i], expectedGradients[i]), 1e-13) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Channels, NonlocalAttention, testing::Values(Channels{3, 3}, Channels{2, 5}, Channels{6, 4}));

}  // namespace
}  // namespace lamscope::nonlocal_attention_test
