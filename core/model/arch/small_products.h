// SPDX-License-Identifier: GPL-3.0-or-later
// Products of tables that fit into the processor's cache: for these, libraries spend more time on the call than on the
// product. For sources that are compiled for it alone, see sources.cmake.
#pragma once

#include <cstdint>
#include <cstring>

#include "model/secant/vector_loops.h"

namespace lamscope {

/// A factor whose numbers are read one by one.
template <typename T>
struct LeftFactor {
    const T* numbers;
    std::int64_t rowStride;
    std::int64_t columnStride;
};

template <typename T, int bytes>
struct Lanes {
    typedef T Vector __attribute__((vector_size(bytes)));
    static constexpr std::int64_t count = bytes / static_cast<int>(sizeof(T));
};

/// `rows` rows and `vectors` vectors of columns of the product, held in registers.
template <typename T, int bytes, int rows, int vectors>
LAMSCOPE_PART void multiplyBlock(LeftFactor<T> a, const T* b, std::int64_t bStride, T* c, std::int64_t cStride,
                                 std::int64_t depth, bool adds) {
    using Vector = typename Lanes<T, bytes>::Vector;
    constexpr auto count = Lanes<T, bytes>::count;
    Vector sums[rows][vectors] = {};
    if (adds) {
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 8
            for (int v = 0; v < vectors; ++v) {
                std::memcpy(&sums[r][v], c + r * cStride + v * count, bytes);
            }
        }
    }
    for (std::int64_t k = 0; k < depth; ++k) {
        Vector columns[vectors];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) {
            std::memcpy(&columns[v], b + k * bStride + v * count, bytes);
        }
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
            const T number = a.numbers[r * a.rowStride + k * a.columnStride];
#pragma GCC unroll 8
            for (int v = 0; v < vectors; ++v) {
                sums[r][v] += columns[v] * number;
            }
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) {
            std::memcpy(c + r * cStride + v * count, &sums[r][v], bytes);
        }
    }
}

/// multiplyBlock() for a number of rows that is known only now.
template <typename T, int bytes, int rows, int vectors>
LAMSCOPE_PART void multiplyRows(std::int64_t count, LeftFactor<T> a, const T* b, std::int64_t bStride, T* c,
                                std::int64_t cStride, std::int64_t depth, bool adds) {
    if (count == rows) {
        multiplyBlock<T, bytes, rows, vectors>(a, b, bStride, c, cStride, depth, adds);
        return;
    }
    if constexpr (rows > 1) {
        multiplyRows<T, bytes, rows - 1, vectors>(count, a, b, bStride, c, cStride, depth, adds);
    }
}

/// All rows of as many columns as there are blocks of `vectors` vectors; gives the number of columns.
template <typename T, int bytes, int rows, int vectors>
LAMSCOPE_PART std::int64_t multiplyColumns(std::int64_t first, std::int64_t height, std::int64_t width, LeftFactor<T> a,
                                           const T* b, std::int64_t bStride, T* c, std::int64_t cStride,
                                           std::int64_t depth, bool adds) {
    constexpr auto step = vectors * Lanes<T, bytes>::count;
    // Blocks as equal as possible: sums of few rows would wait for each other.
    const auto blocks = (height + rows - 1) / rows;
    const auto least = height / blocks;
    const auto larger = height % blocks;
    auto column = first;
    for (; column + step <= width; column += step) {
        std::int64_t begin = 0;
        for (std::int64_t block = 0; block < blocks; ++block) {
            const auto count = least + (block < larger ? 1 : 0);
            multiplyRows<T, bytes, rows, vectors>(count, {a.numbers + begin * a.rowStride, a.rowStride, a.columnStride},
                                                  b + column, bStride, c + begin * cStride + column, cStride, depth,
                                                  adds);
            begin += count;
        }
    }
    return column;
}

/// c = a·b, or c + a·b: a is [height, depth], b [depth, width], c [height, width]; the width is a multiple of
/// 16.
template <typename T, int bytes>
LAMSCOPE_PART void multiplyTables(std::int64_t height, std::int64_t width, std::int64_t depth, LeftFactor<T> a,
                                  const T* b, std::int64_t bStride, T* c, std::int64_t cStride, bool adds) {
    constexpr bool hasManyRegisters = bytes == 64;
    std::int64_t done = 0;
    if constexpr (hasManyRegisters) {
        done = multiplyColumns<T, bytes, 6, 4>(done, height, width, a, b, bStride, c, cStride, depth, adds);
    }
    done = multiplyColumns < T, bytes, hasManyRegisters ? 8 : 6,
    2 > (done, height, width, a, b, bStride, c, cStride, depth, adds);
    multiplyColumns<T, bytes, 8, 1>(done, height, width, a, b, bStride, c, cStride, depth, adds);
}

}  // namespace lamscope
