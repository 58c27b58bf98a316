// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of Restormer leave open: two views, biases, heads, sizes.
#include <string>

#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/restoration_networks.h"
#include "support/transformer_variants.h"

namespace lamscope::restormer_test {
namespace {

using test::closeTo;
using test::distance;
using test::hyperparameter;
using test::picture;
using test::recogniseInFloat64;
using test::restormer;

torch::Tensor tensorOf(const Checkpoint& checkpoint, const std::string& key) {
    const auto& data = *checkpoint.find(key);
    return torch::tensor(data.values).to(torch::kFloat64).view(data.shape);
}

/// The checkpoint with some weights times a number.
Checkpoint scaled(const Checkpoint& checkpoint, const std::string& key, float factor) {
    return test::changed(
        checkpoint, [&](const auto& name) { return name == key; }, [&](float value) { return factor * value; });
}

TEST(Restormer, OfTwoViewsAddsItsFirstFeaturesInPlaceOfTheImage) {
    const auto checkpoint = restormer({.features = 4, .isDualPixel = true}).checkpoint();
    const auto lr = picture(16, 24);
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_EQ(network.card.colour, ModelCard::Colour::Rgb);
    EXPECT_TRUE(hyperparameter(network, "views").starts_with("2 ")) << "said on the card";
    const auto withoutSkip = recogniseInFloat64(scaled(checkpoint, "skip_conv.weight", 0.0F));
    const auto first = at::conv2d(torch::cat({lr, lr}, 1), tensorOf(checkpoint, "patch_embed.proj.weight"), {}, 1, 1);
    const auto skipped = at::conv2d(at::conv2d(first, tensorOf(checkpoint, "skip_conv.weight")),
                                    tensorOf(checkpoint, "output.weight"), {}, 1, 1);
    EXPECT_LT(distance(network(lr) - withoutSkip(lr), skipped), closeTo);

    // Without the skip, and blind to one view, it is the network of one view, less the image.
    auto oneView = restormer({.features = 4}).checkpoint();
    auto blind = scaled(checkpoint, "skip_conv.weight", 0.0F);
    for (auto& [key, data] : blind.tensors) {
        if (key == "patch_embed.proj.weight") {
            const auto kernels = torch::tensor(data.values).view({4, 6, 3, 3});
            const auto left = kernels.narrow(1, 0, 3).contiguous();
            kernels.narrow(1, 3, 3).zero_();
            for (auto& [name, single] : oneView.tensors) {
                if (name == key) {
                    single.values = {left.const_data_ptr<float>(), left.const_data_ptr<float>() + left.numel()};
                }
            }
            data.values = {kernels.const_data_ptr<float>(), kernels.const_data_ptr<float>() + kernels.numel()};
        }
    }
    EXPECT_LT(distance(recogniseInFloat64(blind)(lr), recogniseInFloat64(oneView)(lr) - lr), closeTo);
}

TEST(Restormer, TakesBiasesWhereTheFileHasThem) {
    auto maker = restormer({.features = 4});
    const auto plain = recogniseInFloat64(maker.checkpoint());
    maker.tensor("output.bias", {3}, {0.5F, 0.25F, -0.5F}).tensor("refinement.0.attn.qkv.bias", {24});
    const auto lr = picture(8, 16);
    const auto biased = recogniseInFloat64(maker.checkpoint());
    EXPECT_GT(distance(biased(lr), plain(lr)), 0.1);
}

TEST(Restormer, IsPaddedToMultiplesOfEight) {
    const auto network = recogniseInFloat64(restormer({.features = 4}).checkpoint());
    EXPECT_EQ(network.card.sizeMultiple, 8);
    EXPECT_EQ(network.card.scales, std::vector{1});
    EXPECT_EQ(network.range, 1.0);
    const auto lr = picture(13, 18);
    const auto padded = torch::reflection_pad2d(lr, {0, 6, 0, 3});
    EXPECT_LT(distance(network(lr), network(padded).narrow(2, 0, 13).narrow(3, 0, 18)), closeTo);
    EXPECT_LT(test::regionError(network), closeTo);
    test::expectIndependentImages(network, 8, 16);
}

TEST(Restormer, MisshapenFilesAreRefused) {
    const auto withHeads = [](std::int64_t heads) {
        auto checkpoint = restormer({.features = 4}).checkpoint();
        for (auto& [key, data] : checkpoint.tensors) {
            if (key == "latent.0.attn.temperature") {
                data.shape = {heads, 1, 1};
                data.values.assign(static_cast<std::size_t>(heads), 1.0F);
            }
        }
        return checkpoint;
    };
    EXPECT_TRUE(test::isRecognised(withHeads(4)));
    EXPECT_FALSE(test::isRecognised(withHeads(3)));
    EXPECT_FALSE(test::isRecognised(withHeads(0)));
    EXPECT_FALSE(test::isRecognised(test::renamed(withHeads(4), [](const std::string& key) {
        return key == "reduce_chan_level2.weight" ? std::string() : key;
    })));
}

}  // namespace
}  // namespace lamscope::restormer_test
