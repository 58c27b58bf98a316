// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints of network families in any depth, width and scale, with the keys of their publications.
#pragma once

#include <cstdint>
#include <vector>

#include "support/network_variants.h"

namespace lamscope::test {

/// The IMDN of the challenge (KAIR), without attention.
[[nodiscard]] CheckpointMaker imdnAim(std::int64_t features, std::int64_t distilled, int blocks, int scale,
                                      std::int64_t lastKernel = 3);

[[nodiscard]] CheckpointMaker msrn(std::int64_t features, int blocks, int scale);

[[nodiscard]] CheckpointMaker rfdn(std::int64_t features, std::int64_t distilled, std::int64_t reduced, int blocks,
                                   int scale);

struct RdnSizes {
    std::int64_t features;
    int blocks;
    int layers;
    std::int64_t growth;
};

[[nodiscard]] CheckpointMaker rdn(const RdnSizes& sizes, int scale);

struct RrdbNetSizes {
    std::int64_t features = 5;
    std::int64_t growth = 3;
    int blocks = 2;
    int steps = 2;
    std::int64_t colours = 3;  ///< times the square of the pixel unshuffle
};

/// With the keys of BasicSR.
[[nodiscard]] CheckpointMaker rrdbNet(const RrdbNetSizes& sizes, double gain = 0.8);

[[nodiscard]] CheckpointMaker safmn(std::int64_t features, int blocks, int levels, int scale,
                                    std::int64_t widening = 2);

[[nodiscard]] CheckpointMaker lmlt(std::int64_t features, int blocks, int levels, int scale);

/// @param depth  how often the features pass through its cell.
[[nodiscard]] CheckpointMaker csnln(std::int64_t features, int scale, std::int64_t depth);

/// @param groups      modules of each group.
/// @param upsampling  factors of the shuffles at the end.
[[nodiscard]] CheckpointMaker drln(std::int64_t features, const std::vector<int>& groups,
                                   const std::vector<std::int64_t>& upsampling);

/// A row of convolutions under the keys of KAIR, with a batch normalisation after each but the first and the last.
[[nodiscard]] CheckpointMaker normalisedDnCnn(std::int64_t channels, std::int64_t features, int convolutions);

/// The same without, as of DnCNN, IRCNN, FDnCNN and FFDNet.
[[nodiscard]] CheckpointMaker convolutionRow(std::int64_t in, std::int64_t out, std::int64_t features,
                                             int convolutions);

struct PreNetLayers {
    bool memory = true;  ///< else that of PRN
    bool recursive = false;
};

[[nodiscard]] CheckpointMaker preNet(std::int64_t features, const PreNetLayers& layers);

/// Of as many features as `features` on four grids.
[[nodiscard]] CheckpointMaker druNet(std::int64_t in, std::int64_t out, const std::vector<std::int64_t>& features,
                                     int blocks, bool bias = false);

/// @param groups  blocks of each group.
[[nodiscard]] CheckpointMaker man(std::int64_t features, const std::vector<int>& groups, int scale);

}  // namespace lamscope::test
