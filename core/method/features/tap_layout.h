// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <utility>

namespace lamscope {

/// Tells whether the channels of a block's features come first or last: a block of convolutions has [c, h, w], one of a
/// transformer [h, w, c] or [tokens, c], and for the sizes alone either may be meant. Convolutions tell on which grids
/// a network computes, and linear layers how many channels come last. Not thread-safe.
class TapLayout {
public:
    /// Notes the input of a convolution. @param sizes with the batch: n, channels, height, width.
    void seeConvolution(std::span<const std::int64_t> sizes) {
        if (sizes.size() == dimensionsOfBatch) {
            grids_.emplace(sizes[2], sizes[3]);
        }
    }
    /// Notes the input of a linear layer. @param sizes with the batch, the channels last.
    void seeLinear(std::span<const std::int64_t> sizes) {
        if (sizes.size() > 2) {
            channels_.insert(sizes.back());
        }
    }

    /// @param sizes of a block's input, without the batch.
    [[nodiscard]] bool blockHasChannelsLast(std::span<const std::int64_t> sizes) const {
        if (sizes.size() + 1 != dimensionsOfBatch) {
            return true;
        }
        const bool last = grids_.contains({sizes[0], sizes[1]});
        const bool first = grids_.contains({sizes[1], sizes[2]});
        return last != first ? last : channels_.contains(sizes[2]);
    }

private:
    static constexpr std::size_t dimensionsOfBatch = 4;

    std::set<std::pair<std::int64_t, std::int64_t>> grids_;
    std::set<std::int64_t> channels_;
};

}  // namespace lamscope
