// SPDX-License-Identifier: GPL-3.0-or-later
// Forms of IMDN, RFDN, RLFN, BSRN and CARN that no reference record covers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/expect_error.h"
#include "support/network_variants.h"
#include "support/small_networks.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::distillation_networks_test {
namespace {

using test::assuming;
using test::CheckpointMaker;
using test::closeTo;
using test::distance;
using test::imdnAim;
using test::picture;
using test::recogniseInFloat64;
using test::rfdn;

constexpr std::int64_t colours = 3;

/// Sets the values of a tensor by their number.
void fill(Checkpoint& checkpoint, const std::string& key, const std::function<float(std::int64_t n)>& value) {
    for (auto& [name, data] : checkpoint.tensors) {
        if (name == key) {
            for (std::size_t n = 0; n < data.values.size(); ++n) {
                data.values[n] = value(static_cast<std::int64_t>(n));
            }
        }
    }
}

float zero(std::int64_t /*n*/) {
    return 0.0F;
}

Checkpoint asMobile(const Checkpoint& aim) {
    return test::renamed(aim, [](const std::string& key) {
        auto name = key;
        for (int k = 1; k <= 3; ++k) {
            name = test::replaced(name, fmt::format(".conv{}.0.", k), fmt::format(".c{}.", k));
        }
        name = test::replaced(name, ".conv4.", ".c4.");
        return test::replaced(name, ".conv1x1.", ".c5.");
    });
}

TEST(Imdn, NumberedFormsHaveAnyDepthWidthAndScale) {
    for (const int scale : {2, 3, 4}) {
        for (const std::int64_t lastKernel : {1, 3}) {
            const auto checkpoint = imdnAim(8, 2, 2, scale, lastKernel).checkpoint();
            const auto network = recogniseInFloat64(checkpoint);
            EXPECT_EQ(network.card.architecture, "IMDN");
            EXPECT_EQ(network.card.scales, std::vector{scale});
            EXPECT_EQ(network.range, 1.0);
            EXPECT_THAT(network.card.assumed, testing::ElementsAre("slope 0.05"));
            EXPECT_EQ(network.card.receptiveField.radius, test::measuredRadius(network));
            EXPECT_LE(test::regionError(network), closeTo);
            const auto mobile = recogniseInFloat64(asMobile(checkpoint));
            EXPECT_EQ(mobile.card.architecture, "IMDN_RTC");
            EXPECT_EQ(distance(mobile(picture(6, 5)), network(picture(6, 5))), 0.0);
        }
    }
}

TEST(Imdn, ChallengeFormAsPublished) {
    const auto checkpoint = imdnAim(64, 16, 8, 4).checkpoint();
    EXPECT_EQ(checkpoint.tensors.size(), 86U);
    EXPECT_EQ(recogniseInFloat64(checkpoint).card.receptiveField.radius, 35);
}

TEST(Imdn, AssumedSlopeIsUsed) {
    // With the slope 1 every activation is the identity, and the network affine.
    const auto network = recogniseInFloat64(imdnAim(8, 2, 2, 2).checkpoint(), assuming("slope", {1.0}));
    EXPECT_THAT(network.card.assumed, testing::ElementsAre("slope 1 (given by the user)"));
    const auto input = picture(6, 5);
    EXPECT_LE(distance(network(-0.5 * input), 1.5 * network(torch::zeros_like(input)) - 0.5 * network(input)), closeTo);
}

CheckpointMaker imdn(std::int64_t features, std::int64_t distilled, int blocks, int scale, bool isStrided) {
    CheckpointMaker maker;
    if (isStrided) {
        maker.convolution("fea_conv.0", colours, features).convolution("fea_conv.2", features, features);
    } else {
        maker.convolution("fea_conv", colours, features);
    }
    for (int i = 1; i <= blocks; ++i) {
        const auto prefix = fmt::format("IMDB{}.", i);
        maker.convolution(prefix + "c1", features, features);
        maker.convolution(prefix + "c2", features - distilled, features);
        maker.convolution(prefix + "c3", features - distilled, features);
        maker.convolution(prefix + "c4", features - distilled, distilled);
        maker.convolution(prefix + "c5", 4 * distilled, features, 1);
        maker.convolution(prefix + "cca.conv_du.0", features, features / 4, 1);
        maker.convolution(prefix + "cca.conv_du.2", features / 4, features, 1);
    }
    maker.convolution("c.0", blocks * features, features, 1).convolution("LR_conv", features, features);
    return maker.convolution("upsampler.0", features, colours * scale * scale);
}

TEST(Imdn, FormWithStridesWorksOnACoarserGrid) {
    static constexpr std::int64_t features = 8;
    for (const int scale : {4, 8}) {
        auto strided = imdn(features, 2, 2, scale, true).checkpoint();
        auto plain = imdn(features, 2, 2, scale, false).checkpoint();
        // First features that are the colours of every fourth pixel, in both forms: in the order [out, in, 3, 3], the
        // centre of the kernel from colour c to feature c.
        const auto passColours = [](std::int64_t inputs) {
            return [inputs](std::int64_t n) {
                const auto out = n / (inputs * 9);
                return out < colours && n == (out * inputs + out) * 9 + 4 ? 1.0F : 0.0F;
            };
        };
        fill(strided, "fea_conv.0.weight", passColours(colours));
        fill(strided, "fea_conv.2.weight", passColours(features));
        fill(plain, "fea_conv.weight", passColours(colours));
        for (const auto* key : {"fea_conv.0.bias", "fea_conv.2.bias", "fea_conv.bias"}) {
            fill(strided, key, zero);
            fill(plain, key, zero);
        }
        const auto network = recogniseInFloat64(strided);
        EXPECT_EQ(network.card.architecture, "IMDN_AS");
        EXPECT_EQ(network.card.scales, std::vector{scale / 4});
        EXPECT_EQ(network.card.sizeMultiple, 4);
        EXPECT_TRUE(network.card.receptiveField.global);
        const auto input = picture(12, 8);
        EXPECT_LE(distance(network(input), recogniseInFloat64(plain)(input.slice(2, 0, {}, 4).slice(3, 0, {}, 4))),
                  closeTo);
        EXPECT_LE(test::regionError(network), closeTo);  // of a size that is padded
    }
    EXPECT_FALSE(test::isRecognised(imdn(features, 2, 2, 2, true).checkpoint()));
}

TEST(Rfdn, AssumedDilationIsUsed) {
    auto checkpoint = rfdn(8, 4, 2, 2, 4).checkpoint();
    const auto input = picture(17, 16);
    const auto published = recogniseInFloat64(checkpoint);
    EXPECT_THAT(published.card.assumed, testing::ElementsAre("slope 0.05", "dilation 1/1/1"));
    const auto dilated = recogniseInFloat64(checkpoint, assuming("dilation", {1, 2, 5}));
    EXPECT_THAT(dilated.card.assumed, testing::Contains("dilation 1/2/5 (given by the user)"));
    EXPECT_GT(distance(dilated(input), published(input)), 1e-4);
    // Dilation moves all of a kernel but its centre.
    const auto keepCentre = [&](int k) {
        for (int i = 1; i <= 2; ++i) {
            for (auto& [key, data] : checkpoint.tensors) {
                if (key == fmt::format("B{}.c{}_r.weight", i, k)) {
                    for (std::size_t n = 0; n < data.values.size(); ++n) {
                        data.values[n] = n % 9 == 4 ? data.values[n] : 0.0F;
                    }
                }
            }
        }
    };
    keepCentre(2);
    EXPECT_EQ(distance(recogniseInFloat64(checkpoint, assuming("dilation", {1, 7, 1}))(input),
                       recogniseInFloat64(checkpoint)(input)),
              0.0);
    keepCentre(3);
    EXPECT_LE(distance(recogniseInFloat64(checkpoint, assuming("dilation", {1, 2, 5}))(input),
                       recogniseInFloat64(checkpoint)(input)),
              closeTo);
}

TEST(Rfdn, DilationsThatAreNone) {
    const auto checkpoint = rfdn(8, 4, 2, 1, 2).checkpoint();
    for (const auto& values : std::vector<std::vector<double>>{{0, 1, 1}, {1, 1.5, 1}, {1, 1, 1e6}, {1, 2}}) {
        test::expectError(ErrorCode::InvalidArgument, {"dilation"},
                          [&] { static_cast<void>(recogniseInFloat64(checkpoint, assuming("dilation", values))); });
    }
}

TEST(Rfdn, AssumedSlopeIsUsed) {
    const auto checkpoint = rfdn(8, 4, 2, 2, 2).checkpoint();
    const auto input = picture(17, 16);
    const auto published = recogniseInFloat64(checkpoint)(input);
    EXPECT_EQ(distance(recogniseInFloat64(checkpoint, assuming("slope", {0.05}))(input), published), 0.0);
    EXPECT_GT(distance(recogniseInFloat64(checkpoint, assuming("slope", {0.2}))(input), published), 1e-4);
}

TEST(Rlfn, KeysOfThePaperHoldTheSameNetwork) {
    LAMSCOPE_NEED_DATA(file, "weights/rlfn_x4_ntire2022.pth");
    const auto published = readCheckpoint(file);
    const bool isPapers = published.find("block_1.c1_r.weight") != nullptr;
    const auto other = test::renamed(published, [&](const std::string& key) {
        auto name = key;
        for (const auto& [papers, challenges] :
             {std::pair{"conv_1.", "fea_conv."}, std::pair{"conv_2.", "LR_conv."}, std::pair{"block_", "B"}}) {
            if (isPapers ? key.starts_with(papers) : key.starts_with(challenges)) {
                name = isPapers ? test::replaced(name, papers, challenges) : test::replaced(name, challenges, papers);
            }
        }
        return name;
    });
    EXPECT_NE(other.find(isPapers ? "B1.c1_r.weight" : "block_1.c1_r.weight"), nullptr);
    const auto network = recogniseInFloat64(other);
    EXPECT_EQ(network.card.architecture, "RLFN");
    EXPECT_EQ(network.range, 255.0);
    const auto input = 255.0 * picture(17, 16);
    const auto expected = recogniseInFloat64(published);
    EXPECT_EQ(distance(network(input), expected(input)), 0.0);
    EXPECT_GT(distance(recogniseInFloat64(other, assuming("slope", {0.2}))(input), expected(input)), 1e-4);
}

/// A 1x1 and a depthwise 3x3 convolution.
void blueprint(CheckpointMaker& maker, const std::string& prefix, std::int64_t in, std::int64_t out) {
    maker.convolution(prefix + ".pw", in, out, 1, false).convolution(prefix + ".dw", 1, out);
}

CheckpointMaker bsrn(std::int64_t features, int blocks, int scale) {
    const auto distilled = features / 2;
    const auto reduced = features / 4;
    CheckpointMaker maker;
    blueprint(maker, "fea_conv", 4 * colours, features);
    for (int i = 1; i <= blocks; ++i) {
        const auto prefix = fmt::format("B{}.", i);
        for (int k = 1; k <= 3; ++k) {
            maker.convolution(fmt::format("{}c{}_d", prefix, k), features, distilled, 1);
            blueprint(maker, fmt::format("{}c{}_r", prefix, k), features, features);
        }
        blueprint(maker, prefix + "c4", features, distilled);
        maker.convolution(prefix + "c5", 4 * distilled, features, 1);
        maker.convolution(prefix + "esa.conv1", features, reduced, 1);
        maker.convolution(prefix + "esa.conv_f", reduced, reduced, 1);
        for (const auto* name : {"esa.conv_max", "esa.conv2", "esa.conv3", "esa.conv3_"}) {
            blueprint(maker, prefix + name, reduced, reduced);
        }
        maker.convolution(prefix + "esa.conv4", reduced, features, 1);
        maker.convolution(prefix + "cca.conv_du.0", features, features / 16, 1);
        maker.convolution(prefix + "cca.conv_du.2", features / 16, features, 1);
    }
    maker.convolution("c1", blocks * features, features, 1);
    blueprint(maker, "c2", features, features);
    return maker.convolution("upsampler.upsampleOneStep.0", features, colours * scale * scale);
}

TEST(Bsrn, FullNetworkAsPublished) {
    const auto checkpoint = bsrn(64, 8, 4).checkpoint();
    EXPECT_EQ(checkpoint.tensors.size(), 346U);
    std::int64_t parameters = 0;
    for (const auto& [key, data] : checkpoint.tensors) {
        parameters += data.numel();
    }
    EXPECT_EQ(parameters, 352400);
    const auto network = recogniseInFloat64(checkpoint);
    EXPECT_EQ(network.card.architecture, "BSRN");
    EXPECT_EQ(network.card.scales, std::vector{4});
    EXPECT_EQ(network.card.minimumSide, 15);
    EXPECT_TRUE(network.card.receptiveField.global);
}

TEST(Bsrn, WithoutItsChannelAttentionItIsTheSmallOne) {
    static constexpr std::int64_t features = 16;
    for (const int scale : {2, 3, 4}) {
        static constexpr int blocks = 2;
        auto full = bsrn(features, blocks, scale).checkpoint();
        CheckpointMaker extra;
        const auto reduced = features / 4;
        std::vector<float> identity(static_cast<std::size_t>(features * features), 0.0F);
        for (std::size_t c = 0; c < static_cast<std::size_t>(features); ++c) {
            identity[c * (features + 1)] = 1.0F;
        }
        for (int i = 1; i <= blocks; ++i) {
            const auto prefix = fmt::format("B{}.", i);
            // An attention of sigmoid(0) everywhere, which the small network's weights repeat.
            fill(full, prefix + "cca.conv_du.2.weight", zero);
            fill(full, prefix + "cca.conv_du.2.bias", zero);
            extra.tensor(prefix + "cw", {1, features}, std::vector<float>(features, 0.5F));
            extra.tensor(prefix + "conv_out.weight", {features, features}, identity);
            extra.tensor(prefix + "conv_out.bias", {features}, std::vector<float>(features, 0.0F));
            // A strided blueprint convolution that passes its channels on is a plain one.
            fill(full, prefix + "esa.conv2.pw.weight",
                 [&](std::int64_t n) { return n % (reduced + 1) == 0 ? 1.0F : 0.0F; });
            const auto* depthwise = full.find(prefix + "esa.conv2.dw.weight");
            std::vector<float> plain(static_cast<std::size_t>(reduced * reduced * 9), 0.0F);
            for (std::int64_t c = 0; c < reduced; ++c) {
                std::copy_n(depthwise->values.begin() + c * 9, 9, plain.begin() + (c * reduced + c) * 9);
            }
            extra.tensor(prefix + "esa.conv2.weight", {reduced, reduced, 3, 3}, plain);
            extra.tensor(prefix + "esa.conv2.bias", {reduced}, full.find(prefix + "esa.conv2.dw.bias")->values);
        }
        auto small = test::renamed(full, [](const std::string& key) {
            const bool isReplaced =
                key.find("cca.") != std::string::npos || key.find("esa.conv2.") != std::string::npos;
            return isReplaced ? std::string() : key;
        });
        for (auto& [key, data] : small.tensors) {
            if (data.shape.size() == 4 && data.shape[2] == 1) {  // fully connected layers
                data.shape.resize(2);
            }
            if (key.ends_with(".pw.weight")) {
                const auto out = data.shape[0];
                extra.tensor(test::replaced(key, ".pw.weight", ".pw.bias"), {out},
                             std::vector<float>(static_cast<std::size_t>(out), 0.0F));
            }
        }
        for (const auto& tensor : extra.checkpoint().tensors) {
            small.tensors.push_back(tensor);
        }
        const auto network = recogniseInFloat64(full);
        EXPECT_EQ(network.card.scales, std::vector{scale});
        const auto expected = recogniseInFloat64(small);
        EXPECT_EQ(expected.card.architecture, "BSRN-S");
        EXPECT_LE(distance(network(picture(17, 16)), expected(picture(17, 16))), closeTo);
    }
}

TEST(Carn, TailOfASingleScale) {
    const auto file = test::networksFile("networks_keys.json");
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << test::missingData(file);
    }
    const auto all = test::syntheticCheckpoint("CARN multi-scale x4 (synthetic)");
    for (const int scale : {2, 3, 4}) {
        const auto single = test::renamed(all, [&](const std::string& key) {
            const auto tail = fmt::format("upsample.up{}.", scale);
            const bool isOther = key.starts_with("upsample.") && !key.starts_with(tail);
            return isOther ? std::string() : test::replaced(key, tail, "upsample.up.");
        });
        const auto network = recogniseInFloat64(single);
        EXPECT_EQ(network.card.architecture, "CARN");
        EXPECT_EQ(network.card.scales, std::vector{scale});
        ModelSettings settings;
        settings.scale = scale;
        EXPECT_EQ(distance(network(picture(6, 5)), recogniseInFloat64(all, settings)(picture(6, 5))), 0.0);
        std::int64_t parameters = 0;
        for (const auto& [key, data] : single.tensors) {
            parameters += data.numel();
        }
        if (scale == 4) {
            EXPECT_EQ(parameters, 1111899);
        }
    }
}

}  // namespace
}  // namespace lamscope::distillation_networks_test
