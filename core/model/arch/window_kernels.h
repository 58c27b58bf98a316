// SPDX-License-Identifier: GPL-3.0-or-later
// Attention within one window as loops over memory. Nothing of it is written out: the weights of a window's pairs stay
// in the processor's cache, in the backward pass they are computed again.
#pragma once

#include <cstdint>

namespace lamscope {

/// The part of an image's attention that a kernel computes: all `heads` of one window.
///
/// Queries, keys and values of an image are rows of 3·channels numbers, one row a token; results are rows of
/// `channels`. The channels of a head lie side by side, head after head.
template <typename T>
struct WindowOfHeads {
    const std::int64_t* queryTokens = nullptr;  ///< rows; below 0: no query
    const std::int64_t* keyTokens = nullptr;    ///< rows; below 0: a key and a value of zeros
    const std::int64_t* queryAreas = nullptr;   ///< null: no mask
    const std::int64_t* keyAreas = nullptr;     ///< pairs of different areas have −100 added to their scores
    std::int64_t queries = 0;
    std::int64_t keys = 0;
    std::int64_t channels = 0;    ///< of all heads of the image
    std::int64_t dimensions = 0;  ///< of a head
    std::int64_t firstHead = 0;
    std::int64_t heads = 0;
    const T* bias = nullptr;  ///< [heads, keys, queries]
    bool addsToKeys = false;  ///< whether gradients of keys and values are added to what is there
};

/// How many numbers of scratch memory the kernels need: zeros at first, then what kernels have left there.
template <typename T>
[[nodiscard]] std::int64_t scratchFor(const WindowOfHeads<T>& window);

/// softmax(q·kᵀ/√dimensions + bias + mask)·v of the window.
template <typename T>
void attendInWindow(const WindowOfHeads<T>& window, const T* qkv, T* result, T* scratch);

/// The gradient of attendInWindow() with respect to queries, keys and values, rows like `qkv`.
template <typename T>
void throughWindow(const WindowOfHeads<T>& window, const T* gradient, const T* qkv, T* result, T* scratch);

/// The same over a cell between `left` and `right`, by the rules of products and softmax in docs/secant-rule.md.
template <typename T>
void throughWindowOverCell(const WindowOfHeads<T>& window, const T* gradient, const T* left, const T* right, T* result,
                           T* scratch);

}  // namespace lamscope
