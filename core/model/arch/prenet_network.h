// SPDX-License-Identifier: GPL-3.0-or-later
// PReNet and PRN: Ren et al., "Progressive Image Deraining Networks: A Better and Simpler Baseline", CVPR 2019.
#pragma once

#include "model/arch/architecture.h"

namespace lamscope {

/// How the layers are wired, where no key tells.
struct PreNetWiring {
    const char* suffix;  ///< of the network's name
    bool memoryFirst;    ///< the gates come before the residual blocks; else after them
    bool addsInput;      ///< the last convolution gives the rain, which is added to the input; else the image
    int passes;          ///< that the publication's networks take
};

/// Whether the file has the layers of PReNet, PRN or one of their recursive variants; with `memory`, of PReNet alone.
[[nodiscard]] bool hasLayersOfPreNet(const LayerBuilder& layers, bool memory);

/// See Architecture::build.
[[nodiscard]] BuiltNetwork buildPreNet(LayerBuilder& layers, const PreNetWiring& wiring);

}  // namespace lamscope
