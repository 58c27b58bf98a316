// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints of restoration networks in any width and depth, with the keys of their publications.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "support/network_variants.h"

namespace lamscope::test {

struct RestormerSizes {
    std::int64_t features = 2;
    std::array<int, 4> blocks{1, 1, 1, 1};
    int refinement = 1;
    std::int64_t heads = 1;  ///< of the first level; twice as many at each further one
    std::int64_t hidden = 3;
    std::int64_t channels = 3;
    bool isBiasFree = false;
    bool isDualPixel = false;
};

[[nodiscard]] CheckpointMaker restormer(const RestormerSizes& sizes);

/// @param encoders  blocks of each level.
[[nodiscard]] CheckpointMaker nafnet(std::int64_t features, const std::vector<int>& encoders, int middle,
                                     const std::vector<int>& decoders);

struct MprNetSizes {
    std::int64_t features = 3;
    std::int64_t more = 1;  ///< at each further level
    std::int64_t atFullSize = 4;
    std::int64_t reduced = 1;
    int blocks = 1;  ///< at full size, in each group; two at each level of the U-nets
};

[[nodiscard]] CheckpointMaker mprnet(const MprNetSizes& sizes);

struct UformerSizes {
    std::int64_t features = 2;
    std::array<int, 9> depths{1, 1, 1, 1, 1, 1, 1, 1, 1};
    std::int64_t window = 2;
    std::int64_t hidden = 3;
    bool hasModulator = true;
};

/// One head at the first level, twice as many at each further one.
[[nodiscard]] CheckpointMaker uformer(const UformerSizes& sizes);

}  // namespace lamscope::test
