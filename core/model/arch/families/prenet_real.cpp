// SPDX-License-Identifier: GPL-3.0-or-later
// The network of the PReNet authors' files for real rain. It has the keys and shapes of PReNet and is another network:
// the memory comes after the residual blocks, the last convolution gives the image itself, and there are four passes.
#include "model/arch/prenet_network.h"

namespace lamscope::prenet_real {

namespace {

bool matches(const LayerBuilder& layers) {
    return hasLayersOfPreNet(layers, /*memory=*/true);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    return buildPreNet(layers, {.suffix = " (real rain)", .memoryFirst = false, .addsInput = false, .passes = 4});
}

}  // namespace

Architecture architecture() {
    return {.key = "prenet-real", .matches = matches, .build = build};
}

}  // namespace lamscope::prenet_real
