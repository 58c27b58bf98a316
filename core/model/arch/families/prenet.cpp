// SPDX-License-Identifier: GPL-3.0-or-later
// PReNet, PRN and their recursive variants, which use one residual block five times (Ren et al., CVPR 2019).
#include "model/arch/prenet_network.h"

namespace lamscope::prenet {

namespace {

bool matches(const LayerBuilder& layers) {
    return hasLayersOfPreNet(layers, /*memory=*/false);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    return buildPreNet(layers, {.suffix = "", .memoryFirst = true, .addsInput = true, .passes = 6});
}

}  // namespace

Architecture architecture() {
    return {"prenet", matches, build};
}

}  // namespace lamscope::prenet
