// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/small_networks.h"

#include <fmt/format.h>

namespace lamscope::test {

namespace {

constexpr std::int64_t colours = 3;

}  // namespace

CheckpointMaker imdnAim(std::int64_t features, std::int64_t distilled, int blocks, int scale, std::int64_t lastKernel) {
    CheckpointMaker maker;
    maker.convolution("model.0", colours, features);
    for (int i = 0; i < blocks; ++i) {
        const auto prefix = fmt::format("model.1.sub.{}.", i);
        maker.convolution(prefix + "conv1.0", features, features);
        maker.convolution(prefix + "conv2.0", features - distilled, features);
        maker.convolution(prefix + "conv3.0", features - distilled, features);
        maker.convolution(prefix + "conv4", features - distilled, distilled);
        maker.convolution(prefix + "conv1x1", 4 * distilled, features, 1);
    }
    maker.convolution(fmt::format("model.1.sub.{}", blocks), features, features, lastKernel);
    return maker.convolution("model.2", features, colours * scale * scale);
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
    maker.convolution("fea_conv", colours, features);
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
    return maker.convolution("upsampler.0", features, colours * scale * scale);
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

}  // namespace lamscope::test
