// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/restoration_networks.h"

#include <string>

#include <fmt/format.h>

namespace lamscope::test {

namespace {

constexpr std::int64_t colours = 3;

/// Weights about 1.
void addScale(CheckpointMaker& maker, const std::string& key, std::int64_t features) {
    std::vector<float> weights;
    for (std::int64_t i = 0; i < features; ++i) {
        weights.push_back(1.0F + 0.1F * static_cast<float>(i % 3));
    }
    maker.tensor(key, {features}, std::move(weights));
}

void addNorm(CheckpointMaker& maker, const std::string& prefix, std::int64_t features) {
    addScale(maker, prefix + ".weight", features);
    maker.tensor(prefix + ".bias", {features});
}

void addLinear(CheckpointMaker& maker, const std::string& prefix, std::int64_t in, std::int64_t out) {
    maker.tensor(prefix + ".weight", {out, in}).tensor(prefix + ".bias", {out});
}

void addDepthwise(CheckpointMaker& maker, const std::string& prefix, std::int64_t features, bool bias = true) {
    maker.tensor(prefix + ".weight", {features, 1, 3, 3});
    if (bias) {
        maker.tensor(prefix + ".bias", {features});
    }
}

void addRestormerBlocks(CheckpointMaker& maker, const std::string& name, int count, std::int64_t features,
                        std::int64_t heads, const RestormerSizes& sizes) {
    for (int i = 0; i < count; ++i) {
        const auto prefix = fmt::format("{}.{}.", name, i);
        for (const auto* norm : {"norm1", "norm2"}) {
            addScale(maker, fmt::format("{}{}.body.weight", prefix, norm), features);
            if (!sizes.isBiasFree) {
                maker.tensor(fmt::format("{}{}.body.bias", prefix, norm), {features});
            }
        }
        maker.tensor(prefix + "attn.temperature", {heads, 1, 1});
        maker.convolution(prefix + "attn.qkv", features, 3 * features, 1, false);
        addDepthwise(maker, prefix + "attn.qkv_dwconv", 3 * features, false);
        maker.convolution(prefix + "attn.project_out", features, features, 1, false);
        maker.convolution(prefix + "ffn.project_in", features, 2 * sizes.hidden, 1, false);
        addDepthwise(maker, prefix + "ffn.dwconv", 2 * sizes.hidden, false);
        maker.convolution(prefix + "ffn.project_out", sizes.hidden, features, 1, false);
    }
}

void addNafBlocks(CheckpointMaker& maker, const std::string& name, int count, std::int64_t features) {
    for (int i = 0; i < count; ++i) {
        const auto prefix = fmt::format("{}.{}.", name, i);
        maker.tensor(prefix + "beta", {1, features, 1, 1}).tensor(prefix + "gamma", {1, features, 1, 1});
        maker.convolution(prefix + "conv1", features, 2 * features, 1);
        addDepthwise(maker, prefix + "conv2", 2 * features);
        maker.convolution(prefix + "conv3", features, features, 1);
        maker.convolution(prefix + "sca.1", features, features, 1);
        maker.convolution(prefix + "conv4", features, 2 * features, 1);
        maker.convolution(prefix + "conv5", features, features, 1);
        addNorm(maker, prefix + "norm1", features);
        addNorm(maker, prefix + "norm2", features);
    }
}

void addMprBlock(CheckpointMaker& maker, const std::string& prefix, std::int64_t features, std::int64_t reduced) {
    maker.convolution(prefix + ".CA.conv_du.0", features, reduced, 1, false);
    maker.convolution(prefix + ".CA.conv_du.2", reduced, features, 1, false);
    maker.convolution(prefix + ".body.0", features, features, 3, false);
    maker.tensor(prefix + ".body.1.weight", {1}, {0.25F});
    maker.convolution(prefix + ".body.2", features, features, 3, false);
}

/// The layers that a stage's encoder and decoder have in common.
void addMprLevels(CheckpointMaker& maker, const std::string& prefix, const std::array<std::int64_t, 3>& features,
                  std::int64_t reduced) {
    for (std::size_t l = 0; l < features.size(); ++l) {
        for (int i = 0; i < 2; ++i) {
            addMprBlock(maker, fmt::format("{}_level{}.{}", prefix, l + 1, i), features[l], reduced);
        }
    }
}

void addUformerBlocks(CheckpointMaker& maker, const std::string& name, int count, std::int64_t features,
                      std::int64_t heads, const UformerSizes& sizes) {
    const auto window = sizes.window;
    for (int i = 0; i < count; ++i) {
        const auto prefix = fmt::format("{}.blocks.{}.", name, i);
        if (sizes.hasModulator && name.starts_with("decoder")) {
            maker.tensor(prefix + "modulator.weight", {window * window, features});
        }
        addNorm(maker, prefix + "norm1", features);
        maker.tensor(prefix + "attn.relative_position_bias_table", {(2 * window - 1) * (2 * window - 1), heads});
        maker.tensor(prefix + "attn.relative_position_index", {window * window, window * window});
        addLinear(maker, prefix + "attn.qkv.to_q", features, features);
        addLinear(maker, prefix + "attn.qkv.to_kv", features, 2 * features);
        addLinear(maker, prefix + "attn.proj", features, features);
        addNorm(maker, prefix + "norm2", features);
        addLinear(maker, prefix + "mlp.linear1.0", features, sizes.hidden);
        addDepthwise(maker, prefix + "mlp.dwconv.0", sizes.hidden);
        addLinear(maker, prefix + "mlp.linear2.0", sizes.hidden, features);
    }
}

}  // namespace

CheckpointMaker restormer(const RestormerSizes& sizes) {
    CheckpointMaker maker;
    const auto features = sizes.features;
    const auto views = sizes.isDualPixel ? 2 : 1;
    maker.convolution("patch_embed.proj", sizes.channels * views, features, 3, false);
    for (int l = 0; l < 4; ++l) {
        const auto name = l < 3 ? fmt::format("encoder_level{}", l + 1) : "latent";
        const auto ofLevel = features << l;
        addRestormerBlocks(maker, name, sizes.blocks[static_cast<std::size_t>(l)], ofLevel, sizes.heads << l, sizes);
        if (l < 3) {
            maker.convolution(fmt::format("down{}_{}.body.0", l + 1, l + 2), ofLevel, ofLevel / 2, 3, false);
        }
    }
    for (int l = 3; l > 0; --l) {
        const auto below = features << l;
        maker.convolution(fmt::format("up{}_{}.body.0", l + 1, l), below, 2 * below, 3, false);
        if (l > 1) {
            maker.convolution(fmt::format("reduce_chan_level{}", l), below, below / 2, 1, false);
        }
        addRestormerBlocks(maker, fmt::format("decoder_level{}", l), sizes.blocks[static_cast<std::size_t>(l - 1)],
                           l > 1 ? below / 2 : below, sizes.heads << (l - 1), sizes);
    }
    addRestormerBlocks(maker, "refinement", sizes.refinement, 2 * features, sizes.heads, sizes);
    if (sizes.isDualPixel) {
        maker.convolution("skip_conv", features, 2 * features, 1, false);
    }
    return maker.convolution("output", 2 * features, sizes.channels, 3, false);
}

CheckpointMaker nafnet(std::int64_t features, const std::vector<int>& encoders, int middle,
                       const std::vector<int>& decoders) {
    CheckpointMaker maker;
    maker.convolution("intro", colours, features).convolution("ending", features, colours);
    for (std::size_t l = 0; l < encoders.size(); ++l, features *= 2) {
        addNafBlocks(maker, fmt::format("encoders.{}", l), encoders[l], features);
        maker.convolution(fmt::format("downs.{}", l), features, 2 * features, 2);
    }
    addNafBlocks(maker, "middle_blks", middle, features);
    for (std::size_t i = 0; i < decoders.size(); ++i) {
        maker.convolution(fmt::format("ups.{}.0", i), features, 2 * features, 1, false);
        features /= 2;
        addNafBlocks(maker, fmt::format("decoders.{}", i), decoders[i], features);
    }
    return maker;
}

CheckpointMaker mprnet(const MprNetSizes& sizes) {
    CheckpointMaker maker(0.5);
    const std::array features{sizes.features, sizes.features + sizes.more, sizes.features + 2 * sizes.more};
    const auto plain = [&](const std::string& prefix, std::int64_t in, std::int64_t out, std::int64_t kernel = 1) {
        maker.convolution(prefix, in, out, kernel, false);
    };
    for (int stage = 1; stage <= 3; ++stage) {
        plain(fmt::format("shallow_feat{}.0", stage), colours, features[0], 3);
        addMprBlock(maker, fmt::format("shallow_feat{}.1", stage), features[0], sizes.reduced);
    }
    for (const auto& stage : {std::string("stage1"), std::string("stage2")}) {
        addMprLevels(maker, stage + "_encoder.encoder", features, sizes.reduced);
        plain(stage + "_encoder.down12.down.1", features[0], features[1]);
        plain(stage + "_encoder.down23.down.1", features[1], features[2]);
        for (std::size_t l = 0; stage == "stage2" && l < features.size(); ++l) {
            plain(fmt::format("stage2_encoder.csff_enc{}", l + 1), features[l], features[l]);
            plain(fmt::format("stage2_encoder.csff_dec{}", l + 1), features[l], features[l]);
        }
        addMprLevels(maker, stage + "_decoder.decoder", features, sizes.reduced);
        addMprBlock(maker, stage + "_decoder.skip_attn1", features[0], sizes.reduced);
        addMprBlock(maker, stage + "_decoder.skip_attn2", features[1], sizes.reduced);
        plain(stage + "_decoder.up21.up.1", features[1], features[0]);
        plain(stage + "_decoder.up32.up.1", features[2], features[1]);
    }
    for (int group = 1; group <= 3; ++group) {
        const auto prefix = fmt::format("stage3_orsnet.orb{}.body.", group);
        for (int i = 0; i < sizes.blocks; ++i) {
            addMprBlock(maker, prefix + std::to_string(i), sizes.atFullSize, sizes.reduced);
        }
        plain(prefix + std::to_string(sizes.blocks), sizes.atFullSize, sizes.atFullSize, 3);
        for (const auto* kind : {"enc", "dec"}) {
            plain(fmt::format("stage3_orsnet.conv_{}{}", kind, group), features[0], sizes.atFullSize);
        }
    }
    for (const auto* kind : {"enc", "dec"}) {
        plain(fmt::format("stage3_orsnet.up_{}1.up.1", kind), features[1], features[0]);
        plain(fmt::format("stage3_orsnet.up_{}2.0.up.1", kind), features[2], features[1]);
        plain(fmt::format("stage3_orsnet.up_{}2.1.up.1", kind), features[1], features[0]);
    }
    for (const auto& attention : {std::string("sam12"), std::string("sam23")}) {
        plain(attention + ".conv1", features[0], features[0]);
        plain(attention + ".conv2", features[0], colours);
        plain(attention + ".conv3", colours, features[0]);
    }
    plain("concat12", 2 * features[0], features[0], 3);
    plain("concat23", 2 * features[0], sizes.atFullSize, 3);
    plain("tail", sizes.atFullSize, colours, 3);
    return maker;
}

CheckpointMaker uformer(const UformerSizes& sizes) {
    CheckpointMaker maker;
    constexpr int levels = 4;
    const auto features = sizes.features;
    maker.convolution("input_proj.proj.0", colours, features).convolution("output_proj.proj.0", 2 * features, colours);
    for (int l = 0; l < levels; ++l) {
        addUformerBlocks(maker, fmt::format("encoderlayer_{}", l), sizes.depths[static_cast<std::size_t>(l)],
                         features << l, std::int64_t{1} << l, sizes);
        maker.convolution(fmt::format("dowsample_{}.conv.0", l), features << l, features << (l + 1), 4);
    }
    addUformerBlocks(maker, "conv", sizes.depths[levels], features << levels, std::int64_t{1} << levels, sizes);
    for (int i = 0; i < levels; ++i) {
        const auto own = features << (levels - 1 - i);
        const auto below = i == 0 ? 2 * own : 4 * own;
        const auto prefix = fmt::format("upsample_{}.deconv.0", i);
        maker.tensor(prefix + ".weight", {below, own, 2, 2}).tensor(prefix + ".bias", {own});
        addUformerBlocks(maker, fmt::format("decoderlayer_{}", i),
                         sizes.depths[static_cast<std::size_t>(levels + 1 + i)], 2 * own,
                         std::int64_t{1} << (levels - i), sizes);
    }
    return maker;
}

}  // namespace lamscope::test
