// SPDX-License-Identifier: GPL-3.0-or-later
// EDSR: Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017.
#include <fmt/format.h>

#include "model/arch/edsr_network.h"
#include "runtime/torch_headers.h"

namespace lamscope::edsr {

namespace {

bool matches(const LayerBuilder& layers) {
    const bool official = layers.has("head.0.weight") && layers.rank("body.0.body.0.weight") == 4
                          && layers.has("body.0.body.2.weight") && layers.has("tail.1.weight");
    const bool basicSr = layers.has("conv_first.weight") && layers.rank("body.0.conv1.weight") == 4
                         && layers.has("conv_after_body.weight") && layers.has("upsample.0.weight");
    return official || basicSr;
}

std::vector<NamedBlock<ResidualBlock>> makeBlocks(LayerBuilder& layers, const EdsrFrame& frame, double residualScale) {
    std::vector<NamedBlock<ResidualBlock>> blocks;
    for (int i = 0; i < frame.blocks; ++i) {
        const auto name = fmt::format("body.{}", i);
        blocks.emplace_back(
            name, ResidualBlock(layers, name + (frame.basicSr ? ".conv1" : ".body.0"),
                                name + (frame.basicSr ? ".conv2" : ".body.2"), frame.features, residualScale));
    }
    return blocks;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    EdsrFrame frame(layers);
    // The wide network is published with 0.1, the baseline with 1.
    const double residualScale = layers.assumed("residual_scale", frame.features >= 256 ? 0.1 : 1.0);
    if (!frame.basicSr && frame.subtractMean && !appliesMeanShift(layers)) {
        frame.subtractMean.reset();
        frame.tail.addMean.reset();
    }
    BuiltNetwork result;
    result.name = "EDSR";
    result.hyperparameters = {{"features", std::to_string(frame.features)}, {"blocks", std::to_string(frame.blocks)}};
    frame.describe(result, layers);
    // The head, two convolutions a block, the body's last one, and the tail, which reaches as far as two on this grid
    // where it enlarges.
    const int tail = frame.tail.upsampler.scale() == 1 ? 1 : 2;
    result.receptiveField = {.global = false, .radius = 2 * frame.blocks + 2 + tail, .evidence = "analytic"};
    result.cropping.multiple = result.sizeMultiple;
    auto blocks = makeBlocks(layers, frame, residualScale);
    result.network = std::make_unique<EdsrNetwork<ResidualBlock>>(std::move(frame), std::move(blocks));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"edsr", matches, build};
}

}  // namespace lamscope::edsr
