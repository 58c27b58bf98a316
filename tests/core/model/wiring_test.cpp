// SPDX-License-Identifier: GPL-3.0-or-later
// Networks of the same keys and shapes that are wired differently, on weights with which only one wiring enlarges.
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/arch/div2k_mean.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::wiring {
namespace {

using test::assuming;
using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::picture;
using test::recogniseInFloat64;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t features = 4;
constexpr std::int64_t scale = 2;
constexpr std::int64_t colours = 3;

/// A convolution of no effect.
void addZeros(CheckpointMaker& maker, const std::string& prefix, std::int64_t in, std::int64_t out,
              std::int64_t kernel = 3) {
    maker.tensor(prefix + ".weight", {out, in, kernel, kernel},
                 std::vector<float>(static_cast<std::size_t>(out * in * kernel * kernel)));
    maker.tensor(prefix + ".bias", {out}, std::vector<float>(static_cast<std::size_t>(out)));
}

/// The outputs are copies of the first inputs, each `copies` times, times `factor`, plus `bias`.
void addCopies(CheckpointMaker& maker, const std::string& prefix, std::int64_t in, std::int64_t out,
               std::int64_t kernel, std::int64_t copies = 1, float factor = 1.0F, std::vector<float> bias = {}) {
    std::vector<float> weight(static_cast<std::size_t>(out * in * kernel * kernel));
    for (std::int64_t o = 0; o < out && o / copies < in; ++o) {
        const auto centre = ((o * in + o / copies) * kernel + kernel / 2) * kernel + kernel / 2;
        weight[static_cast<std::size_t>(centre)] = factor;
    }
    bias.resize(static_cast<std::size_t>(out));
    maker.tensor(prefix + ".weight", {out, in, kernel, kernel}, std::move(weight));
    maker.tensor(prefix + ".bias", {out}, std::move(bias));
}

/// Copies its first features to the SR, or gives nothing.
CheckpointMaker rlfn(bool copies) {
    CheckpointMaker maker;
    const std::string block = "block_1.";
    for (const char* name : {"c1_r", "c2_r", "c3_r"}) {
        addZeros(maker, block + name, features, features);
    }
    addZeros(maker, block + "c5", features, features, 1);
    constexpr std::int64_t reduced = 2;
    addZeros(maker, block + "esa.conv1", features, reduced, 1);
    addZeros(maker, block + "esa.conv_f", reduced, reduced, 1);
    addZeros(maker, block + "esa.conv2", reduced, reduced);
    addZeros(maker, block + "esa.conv3", reduced, reduced);
    addZeros(maker, block + "esa.conv4", reduced, features, 1);
    addZeros(maker, "conv_2", features, features);
    constexpr std::int64_t out = colours * scale * scale;
    if (copies) {
        addCopies(maker, "conv_1", colours, features, 3);
        addCopies(maker, "upsampler.0", features, out, 3, scale * scale);
    } else {
        addZeros(maker, "conv_1", colours, features);
        addZeros(maker, "upsampler.0", features, out);
    }
    return maker;
}

/// Copies the input to the SR. With `normalises`, what is undone is that the mean was subtracted, and times 255.
CheckpointMaker span(bool normalises) {
    CheckpointMaker maker;
    for (const char* name : {"block_1.c1_r", "block_1.c2_r", "block_1.c3_r", "conv_2"}) {
        addZeros(maker, std::string(name) + ".eval_conv", features, features);
    }
    if (normalises) {
        addCopies(maker, "conv_1.eval_conv", colours, features, 3, 1, 1.0F / 255.0F, div2kShift());
    } else {
        addCopies(maker, "conv_1.eval_conv", colours, features, 3);
    }
    addCopies(maker, "conv_cat", 4 * features, features, 1);
    addCopies(maker, "upsampler.0", features, colours * scale * scale, 3, scale * scale);
    return maker;
}

torch::Tensor copied(const torch::Tensor& lr) {
    return at::upsample_nearest2d(lr, {lr.size(2) * scale, lr.size(3) * scale});
}

torch::Tensor bilinear(const torch::Tensor& lr) {
    return at::upsample_bilinear2d(lr, {lr.size(2) * scale, lr.size(3) * scale}, /*align_corners=*/false);
}

const torch::Tensor& image() {
    static const auto lr = picture(17, 18);
    return lr;
}

TEST(Wiring, OfRlfnIsThePublishedOneWhereItEnlarges) {
    const auto network = recogniseInFloat64(rlfn(/*copies=*/true).checkpoint());
    EXPECT_THAT(network.card.assumed, Contains("bilinear_skip 0"));
    EXPECT_EQ(network.range, 255.0);
    EXPECT_LE(distance(network(image()), copied(image())), closeTo);
}

TEST(Wiring, OfRlfnHasABilinearSkipWhereOnlySoItEnlarges) {
    const auto network = recogniseInFloat64(rlfn(/*copies=*/false).checkpoint());
    EXPECT_EQ(network.card.architecture, "RLFN");
    EXPECT_THAT(network.card.assumed, Contains(StartsWith("bilinear_skip 1 (found by a probe")));
    EXPECT_EQ(network.range, std::nullopt) << "no publication states it";
    EXPECT_LE(distance(network(image()), bilinear(image())), closeTo);
}

TEST(Wiring, OfRlfnIsWhatTheUserInsistsOn) {
    const auto without = recogniseInFloat64(rlfn(/*copies=*/false).checkpoint(), assuming("bilinear_skip", {0.0}));
    EXPECT_THAT(without.card.assumed, Contains("bilinear_skip 0 (given by the user)"));
    EXPECT_EQ(without(image()).abs().max().item<double>(), 0.0);
    const auto with = recogniseInFloat64(rlfn(/*copies=*/true).checkpoint(), assuming("bilinear_skip", {1.0}));
    EXPECT_LE(distance(with(image()), copied(image()) + bilinear(image())), closeTo);
}

TEST(Wiring, OfSpanNormalisesWhereItEnlargesSo) {
    const auto network = recogniseInFloat64(span(/*normalises=*/true).checkpoint());
    EXPECT_THAT(network.card.assumed, Contains("norm 1"));
    EXPECT_EQ(network.card.mean.size(), 3U);
    EXPECT_LE(distance(network(image()), copied(image())), 1e-6) << "255 and the mean are of float32";
}

TEST(Wiring, OfSpanLeavesTheNormalisationOutWhereOnlySoItEnlarges) {
    const auto network = recogniseInFloat64(span(/*normalises=*/false).checkpoint());
    EXPECT_THAT(network.card.assumed, Contains(StartsWith("norm 0 (found by a probe")));
    EXPECT_TRUE(network.card.mean.empty());
    EXPECT_LE(distance(network(image()), copied(image())), closeTo);
    const auto insisted = recogniseInFloat64(span(/*normalises=*/false).checkpoint(), assuming("norm", {1.0}));
    EXPECT_THAT(insisted.card.assumed, Contains("norm 1 (given by the user)"));
    EXPECT_GT(distance(insisted(image()), copied(image())), 10.0);
}

TEST(Wiring, OfSpanIsNotAssumedWhereAKeyTells) {
    const auto network = recogniseInFloat64(span(/*normalises=*/false).tensor("no_norm", {1}, {0.0F}).checkpoint());
    EXPECT_THAT(network.card.assumed, Not(Contains(HasSubstr("norm"))));
    EXPECT_LE(distance(network(image()), copied(image())), closeTo);
}

// Neither wiring makes a picture of these weights: the published one stays, and loading refuses it or warns.
TEST(Wiring, IsThePublishedOneWhereNoneEnlarges) {
    auto checkpoint = rlfn(/*copies=*/false).checkpoint();
    for (auto& [name, data] : checkpoint.tensors) {
        if (name == "upsampler.0.bias") {
            data.values.assign(data.values.size(), 1000.0F);
        }
    }
    EXPECT_THAT(recogniseInFloat64(checkpoint).card.assumed, Contains("bilinear_skip 0"));
}

}  // namespace
}  // namespace lamscope::wiring
