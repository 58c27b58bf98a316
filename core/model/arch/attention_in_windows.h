// SPDX-License-Identifier: GPL-3.0-or-later
// Attention of tokens to the tokens of windows: softmax(q·kᵀ/√d + bias + mask)·v, whichever tokens the windows hold.
#pragma once

#include <vector>

#include <torch/types.h>

namespace lamscope {

/// Which tokens of an image the queries and the keys of its windows are: numbers of tokens, row by row, int64, on the
/// device of the evaluation.
struct WindowTokens {
    torch::Tensor queries;     ///< [windows, queries]: each token once; below 0: no query
    torch::Tensor keys;        ///< [windows, keys]; below 0: a key and a value of zeros, which takes part
    torch::Tensor queryAreas;  ///< [windows, queries], with keyAreas: pairs of different areas have −100 added to their
                               ///< scores; undefined: no mask
    torch::Tensor keyAreas;      ///< [windows, keys]
    bool keysAreShared = false;  ///< whether a token is a key in more than one window
};

/// Some of an image's heads, which see the same windows.
struct WindowedHeads {
    WindowTokens tokens;
    torch::Tensor bias;  ///< [heads, keys, queries]
};

/// Queries, keys and values [n, h, w, 3·c] -> [n, h, w, c]. The heads of all groups share the channels evenly, in
/// order. Differentiable in `qkv` and the biases; over cells while a SecantScope is open.
///
/// On the CPU the tables of all pairs are never in memory. Elsewhere, and where the biases collect gradients, it is
/// attendByParts().
[[nodiscard]] torch::Tensor attendInWindows(const torch::Tensor& qkv, const std::vector<WindowedHeads>& groups);

/// The same in single operations.
[[nodiscard]] torch::Tensor attendByParts(const torch::Tensor& qkv, const std::vector<WindowedHeads>& groups);

}  // namespace lamscope
