// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/small_networks.h"

#include <fmt/format.h>

namespace lamscope::test {

namespace {

constexpr std::int64_t rgb = 3;
/// Features of CSNLN's queries and keys.
constexpr std::int64_t matched = 2;

void addActivated(CheckpointMaker& maker, const std::string& prefix, std::int64_t in, std::int64_t out,
                  std::int64_t kernel) {
    maker.convolution(prefix + ".0", in, out, kernel).tensor(prefix + ".1.weight", {1}, {0.25F});
}

void addProjection(CheckpointMaker& maker, const std::string& prefix, std::int64_t features, std::int64_t kernel) {
    for (const auto* match : {"up_attention.conv_match_", "down_attention.conv_match"}) {
        addActivated(maker, fmt::format("{}.{}1", prefix, match), features, matched, 1);
        addActivated(maker, fmt::format("{}.{}2", prefix, match), features, matched, 1);
    }
    addActivated(maker, prefix + ".up_attention.conv_assembly", features, features, 1);
    addActivated(maker, prefix + ".down_attention.conv_assembly", features, features, 1);
    addActivated(maker, prefix + ".upsample", features, features, kernel);
    addActivated(maker, prefix + ".encoder.body", features, features, 3);
    maker.convolution(prefix + ".encoder.body.2", features, features);
}

void addDepthwiseKernel(CheckpointMaker& maker, const std::string& prefix, std::int64_t channels, std::int64_t kernel) {
    maker.tensor(prefix + ".weight", {channels, 1, kernel, kernel}).tensor(prefix + ".bias", {channels});
}

void addLargeKernel(CheckpointMaker& maker, const std::string& prefix, std::int64_t channels, std::int64_t near) {
    addDepthwiseKernel(maker, prefix + ".0", channels, near);
    addDepthwiseKernel(maker, prefix + ".1", channels, near + 2);
    maker.convolution(prefix + ".2", channels, channels, 1);
}

}  // namespace

CheckpointMaker imdnAim(std::int64_t features, std::int64_t distilled, int blocks, int scale, std::int64_t lastKernel) {
    CheckpointMaker maker;
    maker.convolution("model.0", rgb, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("model.1.sub.{}.", i);
        maker.convolution(prefix + "conv1.0", features, features);
        maker.convolution(prefix + "conv2.0", features - distilled, features);
        maker.convolution(prefix + "conv3.0", features - distilled, features);
        maker.convolution(prefix + "conv4", features - distilled, distilled);
        maker.convolution(prefix + "conv1x1", 4 * distilled, features, 1);
    }
    maker.convolution(fmt::format("model.1.sub.{}", blocks), features, features, lastKernel);
    return maker.convolution("model.2", features, rgb * scale * scale);
}

CheckpointMaker msrn(std::int64_t features, int blocks, int scale) {
    CheckpointMaker maker;
    maker.convolution("head.0", 3, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("body.{}.", i);
        maker.convolution(prefix + "conv_3_1", features, features);
        maker.convolution(prefix + "conv_3_2", 2 * features, 2 * features);
        maker.convolution(prefix + "conv_5_1", features, features, 5);
        maker.convolution(prefix + "conv_5_2", 2 * features, 2 * features, 5);
        maker.convolution(prefix + "confusion", 4 * features, features, 1);
    }
    maker.convolution("tail.0", (blocks + 1) * features, features, 1).convolution("tail.1", features, features);
    for (int step = 0, rest = scale; rest > 1; ++step, rest /= scale == 3 ? 3 : 2) {
        maker.convolution(fmt::format("tail.2.{}", 2 * step), features, (scale == 3 ? 9 : 4) * features);
    }
    maker.convolution("tail.3", features, 3);
    return maker;
}

CheckpointMaker rfdn(std::int64_t features, std::int64_t distilled, std::int64_t reduced, int blocks, int scale) {
    CheckpointMaker maker;
    maker.convolution("fea_conv", rgb, features);
    for (int i = 1; i <= blocks; ++i) {
        const auto prefix = fmt::format("B{}.", i);
        for (int k = 1; k <= 3; ++k) {
            maker.convolution(fmt::format("{}c{}_d", prefix, k), features, distilled, 1);
            maker.convolution(fmt::format("{}c{}_r", prefix, k), features, features);
        }
        maker.convolution(prefix + "c4", features, distilled);
        maker.convolution(prefix + "c5", 4 * distilled, features, 1);
        maker.convolution(prefix + "esa.conv1", features, reduced, 1);
        maker.convolution(prefix + "esa.conv_f", reduced, reduced, 1);
        for (const auto* name : {"esa.conv_max", "esa.conv2", "esa.conv3", "esa.conv3_"}) {
            maker.convolution(prefix + name, reduced, reduced);
        }
        maker.convolution(prefix + "esa.conv4", reduced, features, 1);
    }
    maker.convolution("c.0", blocks * features, features, 1).convolution("LR_conv", features, features);
    return maker.convolution("upsampler.0", features, rgb * scale * scale);
}

CheckpointMaker rdn(const RdnSizes& sizes, int scale) {
    const auto& [features, blocks, layers, growth] = sizes;
    CheckpointMaker maker;
    maker.convolution("SFENet1", 3, features).convolution("SFENet2", features, features);
    for (int d = 0; d < blocks; ++d) {
        for (int c = 0; c < layers; ++c) {
            maker.convolution(fmt::format("RDBs.{}.convs.{}.conv.0", d, c), features + c * growth, growth);
        }
        maker.convolution(fmt::format("RDBs.{}.LFF", d), features + layers * growth, features, 1);
    }
    maker.convolution("GFF.0", blocks * features, features, 1).convolution("GFF.1", features, features);
    maker.convolution("UPNet.0", features, growth * (scale == 3 ? 9 : 4));
    if (scale == 4) {
        maker.convolution("UPNet.2", growth, growth * 4);
    }
    maker.convolution(scale == 4 ? "UPNet.4" : "UPNet.2", growth, 3);
    return maker;
}

CheckpointMaker rrdbNet(const RrdbNetSizes& sizes, double gain) {
    CheckpointMaker maker(gain);
    const auto features = sizes.features;
    maker.convolution("conv_first", sizes.colours, features);
    for (int i = 0; i < sizes.blocks; ++i) {
        for (int m = 1; m <= 3; ++m) {
            for (int k = 1; k <= 5; ++k) {
                maker.convolution(fmt::format("body.{}.rdb{}.conv{}", i, m, k), features + (k - 1) * sizes.growth,
                                  k < 5 ? sizes.growth : features);
            }
        }
    }
    maker.convolution("conv_body", features, features);
    for (int n = 1; n <= sizes.steps; ++n) {
        maker.convolution(fmt::format("conv_up{}", n), features, features);
    }
    maker.convolution("conv_hr", features, features);
    return maker.convolution("conv_last", features, 3);
}

CheckpointMaker safmn(std::int64_t features, int blocks, int levels, int scale, std::int64_t widening) {
    CheckpointMaker maker;
    maker.convolution("to_feat", 3, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("feats.{}.", i);
        for (const auto* norm : {"norm1", "norm2"}) {
            maker.tensor(fmt::format("{}{}.weight", prefix, norm), {features});
            maker.tensor(fmt::format("{}{}.bias", prefix, norm), {features});
        }
        const auto part = features / levels;
        for (int level = 0; level < levels; ++level) {
            maker.convolution(fmt::format("{}safm.mfr.{}", prefix, level), 1, part);
        }
        maker.convolution(prefix + "safm.aggr", features, features, 1);
        maker.convolution(prefix + "ccm.ccm.0", features, widening * features);
        maker.convolution(prefix + "ccm.ccm.2", widening * features, features, 1);
    }
    return maker.convolution("to_img.0", features, std::int64_t{3} * scale * scale);
}

CheckpointMaker lmlt(std::int64_t features, int blocks, int levels, int scale) {
    CheckpointMaker maker;
    maker.convolution("to_feat", 3, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("feats.{}.", i);
        for (const auto* norm : {"norm1", "norm2"}) {
            maker.tensor(fmt::format("{}{}.weight", prefix, norm), {features});
            maker.tensor(fmt::format("{}{}.bias", prefix, norm), {features});
        }
        const auto part = features / levels;
        for (int level = 0; level < levels; ++level) {
            const auto ofLevel = fmt::format("{}lhsb.mfr.{}.", prefix, level);
            maker.tensor(ofLevel + "qkv.weight", {3 * part, part}).tensor(ofLevel + "qkv.bias", {3 * part});
            maker.tensor(ofLevel + "proj.weight", {part, part}).tensor(ofLevel + "proj.bias", {part});
            maker.convolution(ofLevel + "get_v", 1, part);
        }
        maker.convolution(prefix + "lhsb.aggr", features, features, 1);
        maker.convolution(prefix + "ccm.ccm.0", features, features);
        maker.convolution(prefix + "ccm.ccm.2", features, features, 1);
    }
    return maker.convolution("to_img.0", features, std::int64_t{3} * scale * scale);
}

CheckpointMaker csnln(std::int64_t features, int scale, std::int64_t depth) {
    CheckpointMaker maker;
    const std::int64_t kernel = scale == 3 ? 9 : 6;
    maker.meanShift({0.4488F, 0.4371F, 0.4040F});
    addActivated(maker, "head.0", rgb, features, 3);
    addActivated(maker, "head.1", features, features, 3);
    addProjection(maker, "SEM.multi_source_projection", features, kernel);
    addActivated(maker, "SEM.down_sample_1", features, features, kernel);
    addActivated(maker, "SEM.error_encode", features, features, kernel);
    if (scale == 4) {
        maker.tensor("SEM.multi_source_projection_2.up_attention.escape_NaN", {1}, {1e-4F});
        addProjection(maker, "SEM.multi_source_projection_2", features, 6);
        addActivated(maker, "SEM.down_sample_3", features, features, 8);
        addActivated(maker, "SEM.down_sample_4", features, features, 8);
        addActivated(maker, "SEM.error_encode_2", features, features, 8);
    } else {
        addActivated(maker, "SEM.down_sample_2", features, features, kernel);
    }
    addActivated(maker, "SEM.post_conv", features, features, 3);
    return maker.convolution("tail.0", depth * features, rgb);
}

CheckpointMaker drln(std::int64_t features, const std::vector<int>& groups,
                     const std::vector<std::int64_t>& upsampling) {
    CheckpointMaker maker;
    const std::vector<float> identity{1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 1.0F};
    maker.tensor("sub_mean.shifter.weight", {3, 3, 1, 1}, identity);
    maker.tensor("sub_mean.shifter.bias", {3}, {-0.4488F, -0.4371F, -0.4040F});
    maker.tensor("add_mean.shifter.weight", {3, 3, 1, 1}, identity);
    maker.tensor("add_mean.shifter.bias", {3}, {0.4488F, 0.4371F, 0.4040F});
    maker.convolution("head", rgb, features);
    int number = 1;
    for (const int modules : groups) {
        for (int i = 0; i < modules; ++i, ++number) {
            const auto module = fmt::format("b{}.", number);
            for (int unit = 1; unit <= 3; ++unit) {
                const auto width = features << (unit - 1);
                maker.convolution(fmt::format("{}r{}.body.0", module, unit), width, width);
                maker.convolution(fmt::format("{}r{}.body.2", module, unit), width, width);
                maker.convolution(fmt::format("{}ca.c{}.body.0", module, unit), features, 2);
            }
            maker.convolution(module + "g.body.0", 8 * features, features, 1);
            maker.convolution(module + "ca.c4.body.0", 6, features);
            maker.convolution(fmt::format("c{}.body.0", number), (i + 2) * features, features);
        }
    }
    for (std::size_t i = 0; i < upsampling.size(); ++i) {
        maker.convolution(fmt::format("upsample.up.body.{}", 3 * i), features,
                          upsampling[i] * upsampling[i] * features);
    }
    return maker.convolution("tail", features, rgb);
}

CheckpointMaker man(std::int64_t features, const std::vector<int>& groups, int scale) {
    CheckpointMaker maker;
    maker.meanShift({0.4488F, 0.4371F, 0.4040F})
        .convolution("head", 3, features)
        .convolution("tail.0", features, std::int64_t{3} * scale * scale);
    if (groups.size() > 1) {
        maker.convolution("body_t", features, features);
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto group = fmt::format("body.{}.", g);
        maker.convolution(group + "body_t.conv0.0", features, features, 1)
            .convolution(group + "body_t.conv1", features, features, 1);
        addLargeKernel(maker, group + "body_t.att", features, 7);
        for (int b = 0; b < groups[g]; ++b) {
            const auto block = fmt::format("{}body.{}.", group, b);
            for (const char* half : {"LKA", "LFE"}) {
                maker.tensor(fmt::format("{}{}.norm.weight", block, half), {features})
                    .tensor(fmt::format("{}{}.norm.bias", block, half), {features})
                    .tensor(fmt::format("{}{}.scale", block, half), {1, features, 1, 1});
            }
            for (const std::int64_t kernel : {3, 5, 7}) {
                addLargeKernel(maker, fmt::format("{}LKA.LKA{}", block, kernel), features / 3, kernel);
                addDepthwiseKernel(maker, fmt::format("{}LKA.X{}", block, kernel), features / 3, kernel);
            }
            maker.convolution(block + "LKA.proj_first.0", features, 2 * features, 1)
                .convolution(block + "LKA.proj_last.0", features, features, 1)
                .convolution(block + "LFE.Conv1", features, 2 * features, 1)
                .convolution(block + "LFE.Conv2", features, features, 1);
            addDepthwiseKernel(maker, block + "LFE.DWConv1", features, 7);
        }
    }
    return maker;
}

CheckpointMaker normalisedDnCnn(std::int64_t channels, std::int64_t features, int convolutions) {
    CheckpointMaker maker(1.2);
    maker.convolution("model.0", channels, features);
    const auto count = static_cast<std::size_t>(features);
    int number = 2;
    for (int i = 1; i + 1 < convolutions; ++i, number += 3) {
        const auto norm = fmt::format("model.{}", number + 1);
        maker.convolution(fmt::format("model.{}", number), features, features)
            .tensor(norm + ".weight", {features}, std::vector<float>(count, 0.9F))
            .tensor(norm + ".bias", {features})
            .tensor(norm + ".running_mean", {features})
            .tensor(norm + ".running_var", {features}, std::vector<float>(count, 0.6F));
    }
    return maker.convolution(fmt::format("model.{}", number), features, channels);
}

CheckpointMaker convolutionRow(std::int64_t in, std::int64_t out, std::int64_t features, int convolutions) {
    CheckpointMaker maker(1.2);
    for (int i = 0; i < convolutions; ++i) {
        maker.convolution(fmt::format("model.{}", 2 * i), i == 0 ? in : features,
                          i + 1 < convolutions ? features : out);
    }
    return maker;
}

CheckpointMaker preNet(std::int64_t features, const PreNetLayers& layers) {
    CheckpointMaker maker;
    maker.convolution("conv0.0", 6, features);
    for (int i = 1; i <= (layers.recursive ? 1 : 5); ++i) {
        maker.convolution(fmt::format("res_conv{}.0", i), features, features);
        maker.convolution(fmt::format("res_conv{}.2", i), features, features);
    }
    if (layers.memory) {
        for (const char* gate : {"conv_i.0", "conv_f.0", "conv_g.0", "conv_o.0"}) {
            maker.convolution(gate, 2 * features, features);
        }
    }
    return maker.convolution("conv.0", features, rgb);
}

CheckpointMaker druNet(std::int64_t in, std::int64_t out, const std::vector<std::int64_t>& features, int blocks,
                       bool bias) {
    CheckpointMaker maker;
    const auto addBlocks = [&](const std::string& prefix, int begin, std::int64_t width) {
        for (int i = begin; i < begin + blocks; ++i) {
            maker.convolution(fmt::format("{}.{}.res.0", prefix, i), width, width, 3, bias);
            maker.convolution(fmt::format("{}.{}.res.2", prefix, i), width, width, 3, bias);
        }
    };
    maker.convolution("m_head", in, features.front(), 3, bias);
    for (std::size_t i = 0; i + 1 < features.size(); ++i) {
        const auto down = fmt::format("m_down{}", i + 1);
        addBlocks(down, 0, features[i]);
        maker.convolution(fmt::format("{}.{}", down, blocks), features[i], features[i + 1], 2, bias);
    }
    addBlocks("m_body", 0, features.back());
    for (std::size_t i = features.size() - 1; i-- > 0;) {
        const auto up = fmt::format("m_up{}", i + 1);
        maker.tensor(up + ".0.weight", {features[i + 1], features[i], 2, 2});
        if (bias) {
            maker.tensor(up + ".0.bias", {features[i]});
        }
        addBlocks(up, 1, features[i]);
    }
    return maker.convolution("m_tail", features.front(), out, 3, bias);
}

}  // namespace lamscope::test
