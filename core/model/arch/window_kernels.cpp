// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/window_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include <ATen/Version.h>

#include "model/arch/small_products.h"
#include "model/secant/vector_loops.h"

namespace lamscope {

namespace {

// Queries are the columns of all tables here: a softmax then runs down the columns, without sums across a vector.

/// Columns that are computed at a time.
constexpr std::int64_t columnsOfTile = 64;
/// Rows of tables are padded to multiples of it: one vector of AVX-512, two of AVX2.
constexpr std::int64_t columnStep = 16;
constexpr double maskedScore = -100.0;
/// Weights are 0 where the score is so far below the largest one: they would change no digit, and computing with
/// numbers so small that they have few digits themselves, such as the weights of masked pairs, is slow.
template <typename T>
constexpr T furthestBelow = std::is_same_v<T, float> ? T(-69) : T(-667);
/// A little more than the exponential of furthestBelow.
template <typename T>
constexpr T leastWeight = std::is_same_v<T, float> ? T(1.1e-30) : T(2.2e-290);

std::int64_t padded(std::int64_t count) {
    return (count + columnStep - 1) / columnStep * columnStep;
}

// ---- one head of a window ----------------------------------------------------------------------------------------

/// A tile of the queries of one head.
struct Tile {
    std::int64_t head;   ///< of the window's
    std::int64_t first;  ///< query
    std::int64_t count;
    std::int64_t width;  ///< padded
};

/// The channels from `offset` on of the tokens, row after row; zeros for tokens that are none.
template <typename T>
LAMSCOPE_PART void gatherRows(const std::int64_t* tokens, std::int64_t count, const T* source, std::int64_t stride,
                              std::int64_t offset, std::int64_t channels, T* rows, std::int64_t rowStride) {
    for (std::int64_t i = 0; i < count; ++i) {
        T* row = rows + i * rowStride;
        if (tokens[i] < 0) {
            std::fill_n(row, channels, T(0));
            continue;
        }
        const T* from = source + tokens[i] * stride + offset;
#pragma omp simd
        for (std::int64_t d = 0; d < channels; ++d) {
            row[d] = from[d];
        }
    }
}

template <typename T>
LAMSCOPE_PART void scatterRows(const std::int64_t* tokens, std::int64_t count, const T* rows, std::int64_t rowStride,
                               std::int64_t channels, bool adds, T* result, std::int64_t stride, std::int64_t offset) {
    for (std::int64_t i = 0; i < count; ++i) {
        if (tokens[i] < 0) {
            continue;
        }
        const T* row = rows + i * rowStride;
        T* to = result + tokens[i] * stride + offset;
        if (adds) {
#pragma omp simd
            for (std::int64_t d = 0; d < channels; ++d) {
                to[d] += row[d];
            }
        } else {
#pragma omp simd
            for (std::int64_t d = 0; d < channels; ++d) {
                to[d] = row[d];
            }
        }
    }
}

/// to[j][i] = from[i][j], both counts multiples of 4.
template <typename T>
LAMSCOPE_PART void transpose(const T* from, std::int64_t fromStride, std::int64_t rows, std::int64_t columns, T* to,
                             std::int64_t toStride) {
    using Vector = typename Lanes<T, 4 * static_cast<int>(sizeof(T))>::Vector;
    for (std::int64_t j = 0; j < columns; j += 4) {
        for (std::int64_t i = 0; i < rows; i += 4) {
            Vector a;
            Vector b;
            Vector c;
            Vector d;
            const T* corner = from + i * fromStride + j;
            std::memcpy(&a, corner, sizeof(Vector));
            std::memcpy(&b, corner + fromStride, sizeof(Vector));
            std::memcpy(&c, corner + 2 * fromStride, sizeof(Vector));
            std::memcpy(&d, corner + 3 * fromStride, sizeof(Vector));
            const auto ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
            const auto cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            const auto ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
            const auto cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            T* target = to + j * toStride + i;
            a = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
            b = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
            c = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
            d = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
            std::memcpy(target, &a, sizeof(Vector));
            std::memcpy(target + toStride, &b, sizeof(Vector));
            std::memcpy(target + 2 * toStride, &c, sizeof(Vector));
            std::memcpy(target + 3 * toStride, &d, sizeof(Vector));
        }
    }
}

template <typename T>
LAMSCOPE_PART void scale(T* numbers, std::int64_t count, T factor) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        numbers[i] *= factor;
    }
}

template <typename T>
LAMSCOPE_PART void average(const T* a, const T* b, T* result, std::int64_t count) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
        result[i] = T(0.5) * (a[i] + b[i]);
    }
}

/// Whether pairs of different areas are among those of the window.
template <typename T>
bool isMasked(const WindowOfHeads<T>& window) {
    if (window.queryAreas == nullptr) {
        return false;
    }
    const auto differs = [&](std::int64_t area) { return area != window.keyAreas[0]; };
    return std::any_of(window.queryAreas, window.queryAreas + window.queries, differs)
           || std::any_of(window.keyAreas, window.keyAreas + window.keys, differs);
}

/// Adds the mask to scores [keys, width].
template <typename T>
LAMSCOPE_PART void addMask(const WindowOfHeads<T>& window, const Tile& tile, T* scores) {
    T areas[columnsOfTile];
    for (std::int64_t i = 0; i < tile.count; ++i) {
        areas[i] = T(window.queryAreas[tile.first + i]);
    }
    for (std::int64_t k = 0; k < window.keys; ++k) {
        T* row = scores + k * tile.width;
        const T area = T(window.keyAreas[k]);
#pragma omp simd
        for (std::int64_t i = 0; i < tile.count; ++i) {
            row[i] += areas[i] == area ? T(0) : T(maskedScore);
        }
    }
}

/// Scores [keys, width] -> weights.
template <typename T>
LAMSCOPE_PART void softmaxOfScores(const WindowOfHeads<T>& window, const Tile& tile, bool masked, T* scores) {
    const auto width = tile.width;
    const T* bias = window.bias + tile.head * window.keys * window.queries + tile.first;
    if (masked) {
        addMask(window, tile, scores);
    }
    T largest[columnsOfTile];
    T lowest[columnsOfTile];
    T sums[columnsOfTile];
    for (std::int64_t i = 0; i < width; ++i) {
        largest[i] = -std::numeric_limits<T>::infinity();
        sums[i] = T(0);
    }
    for (std::int64_t k = 0; k < window.keys; ++k) {
        T* row = scores + k * width;
        const T* added = bias + k * window.queries;
#pragma omp simd
        for (std::int64_t i = 0; i < tile.count; ++i) {
            const T score = row[i] + added[i];
            row[i] = score;
            largest[i] = score > largest[i] ? score : largest[i];
        }
        // Columns that belong to no query are never read; they stay finite.
        for (std::int64_t i = tile.count; i < width; ++i) {
            row[i] = T(0);
            largest[i] = T(0);
        }
    }
    for (std::int64_t i = 0; i < width; ++i) {
        lowest[i] = largest[i] + furthestBelow<T>;
    }
    for (std::int64_t k = 0; k < window.keys; ++k) {
        T* row = scores + k * width;
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i) {
            // Bounded by a number of memory: by a constant, the compiler would choose behind the exponential.
            const T weight = exponential((row[i] < lowest[i] ? lowest[i] : row[i]) - largest[i]);
            row[i] = weight;
            sums[i] += weight;
        }
    }
    for (std::int64_t i = 0; i < width; ++i) {
        sums[i] = T(1) / sums[i];
    }
    for (std::int64_t k = 0; k < window.keys; ++k) {
        T* row = scores + k * width;
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i) {
            row[i] = row[i] <= leastWeight<T> ? T(0) : row[i] * sums[i];
        }
    }
}

/// gradients = weights·(gradients − Σ weights·gradients / Σ weights), column by column: through a softmax whose means
/// are the weights. With `left`, their logarithmic means take the place of the weights, and `weights` becomes the mean
/// of both.
template <typename T>
LAMSCOPE_PART void throughSoftmaxOfScores(T* gradients, T* weights, const T* left, std::int64_t keys,
                                          std::int64_t width) {
    T sums[columnsOfTile];
    T products[columnsOfTile];
    for (std::int64_t i = 0; i < width; ++i) {
        sums[i] = products[i] = T(0);
    }
    if (left == nullptr) {
        for (std::int64_t k = 0; k < keys; ++k) {
            const T* row = weights + k * width;
            const T* gradient = gradients + k * width;
#pragma omp simd
            for (std::int64_t i = 0; i < width; ++i) {
                products[i] += row[i] * gradient[i];
            }
        }
        for (std::int64_t k = 0; k < keys; ++k) {
            const T* row = weights + k * width;
            T* gradient = gradients + k * width;
#pragma omp simd
            for (std::int64_t i = 0; i < width; ++i) {
                gradient[i] = row[i] * (gradient[i] - products[i]);
            }
        }
        return;
    }
    for (std::int64_t k = 0; k < keys; ++k) {
        const T* a = left + k * width;
        const T* b = weights + k * width;
        const T* gradient = gradients + k * width;
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i) {
            const T mean = logarithmicMean(a[i], b[i]);
            sums[i] += mean;
            products[i] += mean * gradient[i];
        }
    }
    for (std::int64_t i = 0; i < width; ++i) {
        products[i] = sums[i] > T(0) ? products[i] / sums[i] : T(0);
    }
    for (std::int64_t k = 0; k < keys; ++k) {
        const T* a = left + k * width;
        T* b = weights + k * width;
        T* gradient = gradients + k * width;
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i) {
            gradient[i] = logarithmicMean(a[i], b[i]) * (gradient[i] - products[i]);
            b[i] = T(0.5) * (a[i] + b[i]);
        }
    }
}

/// Pieces of the scratch memory, one after the other.
template <typename T>
struct Pieces {
    T* next;

    T* take(std::int64_t count) {
        T* piece = next;
        next += padded(count);
        return piece;
    }
};

/// Rows of all heads of the window, and numbers beyond them: a head's channels are read and written in whole vectors,
/// of which the last ones are those of the next head, or nothing.
template <typename T>
struct Rows {
    T* numbers;
    std::int64_t stride;
};

template <typename T>
std::int64_t strideOfRows(const WindowOfHeads<T>& window) {
    return padded(window.heads * window.dimensions) + columnStep;
}

template <typename T>
LAMSCOPE_PART Rows<T> takeRows(Pieces<T>& pieces, const WindowOfHeads<T>& window, std::int64_t count) {
    const auto stride = strideOfRows(window);
    return {pieces.take(padded(count) * stride), stride};
}

/// Queries, keys and values at one end of a cell.
template <typename T>
struct End {
    Rows<T> queries;  ///< over √dimensions
    Rows<T> keys;
    Rows<T> values;
    T* weights;  ///< [keys, width]
};

std::int64_t widthOfTiles(std::int64_t queries) {
    return std::min(padded(queries), columnsOfTile);
}

template <typename T>
LAMSCOPE_PART End<T> takeEnd(Pieces<T>& pieces, const WindowOfHeads<T>& window) {
    return {takeRows(pieces, window, window.queries), takeRows(pieces, window, window.keys),
            takeRows(pieces, window, window.keys), pieces.take(window.keys * widthOfTiles(window.queries))};
}

template <typename T>
LAMSCOPE_PART void fillEnd(const WindowOfHeads<T>& window, const T* qkv, const End<T>& end) {
    const auto stride = 3 * window.channels;
    const auto offset = window.firstHead * window.dimensions;
    const auto channels = window.heads * window.dimensions;
    gatherRows(window.queryTokens, window.queries, qkv, stride, offset, channels, end.queries.numbers,
               end.queries.stride);
    scale(end.queries.numbers, window.queries * end.queries.stride, T(1) / std::sqrt(T(window.dimensions)));
    gatherRows(window.keyTokens, window.keys, qkv, stride, window.channels + offset, channels, end.keys.numbers,
               end.keys.stride);
    gatherRows(window.keyTokens, window.keys, qkv, stride, 2 * window.channels + offset, channels, end.values.numbers,
               end.values.stride);
}

std::int64_t toFour(std::int64_t count) {
    return (count + 3) / 4 * 4;
}

/// A head's channels of a tile's rows -> [channels, width].
template <typename T>
LAMSCOPE_PART void toColumns(const WindowOfHeads<T>& window, const Tile& tile, const Rows<T>& rows, T* columns) {
    transpose(rows.numbers + tile.first * rows.stride + tile.head * window.dimensions, rows.stride, tile.width,
              toFour(window.dimensions), columns, tile.width);
}

/// [channels, width] -> a head's channels of a tile's rows, and up to three of the next head.
template <typename T>
LAMSCOPE_PART void toRows(const WindowOfHeads<T>& window, const Tile& tile, const T* columns, const Rows<T>& rows) {
    transpose(columns, tile.width, toFour(window.dimensions), tile.width,
              rows.numbers + tile.first * rows.stride + tile.head * window.dimensions, rows.stride);
}

template <typename T, typename Work>
LAMSCOPE_PART void forTiles(const WindowOfHeads<T>& window, std::int64_t head, const Work& work) {
    for (std::int64_t first = 0; first < window.queries; first += columnsOfTile) {
        const auto count = std::min(window.queries - first, columnsOfTile);
        work(Tile{head, first, count, padded(count)});
    }
}

/// Weights of a tile from the queries and keys of one end; `columns` is scratch memory.
template <typename T, typename Processor>
LAMSCOPE_PART void weigh(const WindowOfHeads<T>& window, const Tile& tile, bool masked, const End<T>& end, T* columns) {
    toColumns(window, tile, end.queries, columns);
    Processor::multiply(window.keys, tile.width, window.dimensions,
                        LeftFactor<T>{end.keys.numbers + tile.head * window.dimensions, end.keys.stride, 1}, columns,
                        tile.width, end.weights, tile.width, false);
    softmaxOfScores(window, tile, masked, end.weights);
}

// ---- the kernels -------------------------------------------------------------------------------------------------

template <typename T, typename Processor>
LAMSCOPE_PART void attendWith(const WindowOfHeads<T>& window, const T* qkv, T* result, T* scratch) {
    const auto dimensions = window.dimensions;
    Pieces<T> pieces{scratch};
    const auto end = takeEnd(pieces, window);
    const auto attended = takeRows(pieces, window, window.queries);
    T* columns = pieces.take(toFour(dimensions) * widthOfTiles(window.queries));
    const bool masked = isMasked(window);
    fillEnd(window, qkv, end);
    for (std::int64_t head = 0; head < window.heads; ++head) {
        forTiles(
            window, head, [&](const Tile& tile) __attribute__((always_inline)) {
                weigh<T, Processor>(window, tile, masked, end, columns);
                Processor::multiply(dimensions, tile.width, window.keys,
                                    LeftFactor<T>{end.values.numbers + head * dimensions, 1, end.values.stride},
                                    end.weights, tile.width, columns, tile.width, false);
                toRows(window, tile, columns, attended);
            });
    }
    scatterRows(window.queryTokens, window.queries, attended.numbers, attended.stride, window.heads * dimensions,
                /*adds=*/false, result, window.channels, window.firstHead * dimensions);
}

template <typename T, typename Processor>
LAMSCOPE_PART void throughWith(const WindowOfHeads<T>& window, const T* gradient, const T* left, const T* right,
                               T* result, T* scratch) {
    const auto dimensions = window.dimensions;
    const auto channels = window.heads * dimensions;
    const auto offset = window.firstHead * dimensions;
    const bool isCell = left != nullptr;
    const bool masked = isMasked(window);
    Pieces<T> pieces{scratch};
    const auto end = takeEnd(pieces, window);
    const auto before = isCell ? takeEnd(pieces, window) : End<T>{};
    const auto mean = isCell ? takeRows(pieces, window, window.keys) : end.keys;
    const auto meanQueries = isCell ? takeRows(pieces, window, window.queries) : end.queries;
    const auto gradients = takeRows(pieces, window, window.queries);
    const auto ofQueries = takeRows(pieces, window, window.queries);
    const auto ofKeys = takeRows(pieces, window, window.keys);
    const auto ofValues = takeRows(pieces, window, window.keys);
    T* ofWeights = pieces.take(window.keys * widthOfTiles(window.queries));
    T* columns = pieces.take(toFour(dimensions) * widthOfTiles(window.queries));
    fillEnd(window, right, end);
    if (isCell) {
        fillEnd(window, left, before);
        average(end.values.numbers, before.values.numbers, end.values.numbers, window.keys * mean.stride);
        average(end.keys.numbers, before.keys.numbers, mean.numbers, window.keys * mean.stride);
        average(end.queries.numbers, before.queries.numbers, meanQueries.numbers, window.queries * mean.stride);
    }
    gatherRows(window.queryTokens, window.queries, gradient, window.channels, offset, channels, gradients.numbers,
               gradients.stride);
    for (std::int64_t head = 0; head < window.heads; ++head) {
        const auto first = head * dimensions;
        forTiles(
            window, head, [&](const Tile& tile) __attribute__((always_inline)) {
                weigh<T, Processor>(window, tile, masked, end, columns);
                if (isCell) {
                    weigh<T, Processor>(window, tile, masked, before, columns);
                }
                toColumns(window, tile, gradients, columns);
                Processor::multiply(window.keys, tile.width, dimensions,
                                    LeftFactor<T>{end.values.numbers + first, end.values.stride, 1}, columns,
                                    tile.width, ofWeights, tile.width, false);
                throughSoftmaxOfScores(ofWeights, end.weights, before.weights, window.keys, tile.width);
                Processor::multiply(dimensions, tile.width, window.keys,
                                    LeftFactor<T>{mean.numbers + first, 1, mean.stride}, ofWeights, tile.width, columns,
                                    tile.width, false);
                toRows(window, tile, columns, ofQueries);
                const bool adds = tile.first > 0;
                const auto rows = tile.first * mean.stride + first;
                Processor::multiply(window.keys, padded(dimensions), tile.count,
                                    LeftFactor<T>{ofWeights, tile.width, 1}, meanQueries.numbers + rows, mean.stride,
                                    ofKeys.numbers + first, mean.stride, adds);
                Processor::multiply(window.keys, padded(dimensions), tile.count,
                                    LeftFactor<T>{end.weights, tile.width, 1}, gradients.numbers + rows, mean.stride,
                                    ofValues.numbers + first, mean.stride, adds);
            });
    }
    scale(ofQueries.numbers, window.queries * mean.stride, T(1) / std::sqrt(T(dimensions)));
    const auto stride = 3 * window.channels;
    scatterRows(window.queryTokens, window.queries, ofQueries.numbers, mean.stride, channels, /*adds=*/false, result,
                stride, offset);
    scatterRows(window.keyTokens, window.keys, ofKeys.numbers, mean.stride, channels, window.addsToKeys, result, stride,
                window.channels + offset);
    scatterRows(window.keyTokens, window.keys, ofValues.numbers, mean.stride, channels, window.addsToKeys, result,
                stride, 2 * window.channels + offset);
}

// ---- versions for processors -------------------------------------------------------------------------------------

/// Functions compiled for one kind of processor, with vectors of so many bytes.
#define LAMSCOPE_PROCESSOR(NAME, BYTES, TARGET)                                                                      \
    struct NAME {                                                                                                    \
        template <typename T>                                                                                        \
        TARGET __attribute__((noinline)) static void multiply(std::int64_t height, std::int64_t width,               \
                                                              std::int64_t depth, LeftFactor<T> a, const T* b,       \
                                                              std::int64_t bStride, T* c, std::int64_t cStride,      \
                                                              bool adds) {                                           \
            multiplyTables<T, BYTES>(height, width, depth, a, b, bStride, c, cStride, adds);                         \
        }                                                                                                            \
        template <typename T>                                                                                        \
        TARGET static void attend(const WindowOfHeads<T>& window, const T* qkv, T* result, T* scratch) {             \
            attendWith<T, NAME>(window, qkv, result, scratch);                                                       \
        }                                                                                                            \
        template <typename T>                                                                                        \
        TARGET static void through(const WindowOfHeads<T>& window, const T* gradient, const T* left, const T* right, \
                                   T* result, T* scratch) {                                                          \
            throughWith<T, NAME>(window, gradient, left, right, result, scratch);                                    \
        }                                                                                                            \
    };

LAMSCOPE_PROCESSOR(AnyProcessor, 16, )
#ifdef LAMSCOPE_PROCESSORS
LAMSCOPE_PROCESSOR(Avx2, 32, __attribute__((target("arch=x86-64-v3"))))
LAMSCOPE_PROCESSOR(Avx512, 64, __attribute__((target("arch=x86-64-v4,prefer-vector-width=512"))))
#endif

template <typename Work>
void withProcessor(const Work& work) {
#ifdef LAMSCOPE_PROCESSORS
    // ATEN_CPU_CAPABILITY restricts these loops as it does the framework's.
    static const auto capability = at::get_cpu_capability();
    static const bool hasAvx512 = capability == "AVX512" && __builtin_cpu_supports("x86-64-v4") > 0;
    static const bool hasAvx2 =
        (capability == "AVX512" || capability == "AVX2") && __builtin_cpu_supports("x86-64-v3") > 0;
    if (hasAvx512) {
        work(Avx512());
        return;
    }
    if (hasAvx2) {
        work(Avx2());
        return;
    }
#endif
    work(AnyProcessor());
}

}  // namespace

template <typename T>
std::int64_t scratchFor(const WindowOfHeads<T>& window) {
    const auto widest = widthOfTiles(window.queries);
    const auto rows = (5 * padded(window.queries) + 7 * padded(window.keys)) * strideOfRows(window);
    return rows + 3 * window.keys * widest + padded(toFour(window.dimensions) * widest);
}

template <typename T>
void attendInWindow(const WindowOfHeads<T>& window, const T* qkv, T* result, T* scratch) {
    withProcessor([&](auto processor) { processor.attend(window, qkv, result, scratch); });
}

template <typename T>
void throughWindow(const WindowOfHeads<T>& window, const T* gradient, const T* qkv, T* result, T* scratch) {
    withProcessor([&](auto processor) {
        processor.through(window, gradient, static_cast<const T*>(nullptr), qkv, result, scratch);
    });
}

template <typename T>
void throughWindowOverCell(const WindowOfHeads<T>& window, const T* gradient, const T* left, const T* right, T* result,
                           T* scratch) {
    withProcessor([&](auto processor) { processor.through(window, gradient, left, right, result, scratch); });
}

#define LAMSCOPE_KERNELS(T)                                                           \
    template std::int64_t scratchFor(const WindowOfHeads<T>&);                        \
    template void attendInWindow(const WindowOfHeads<T>&, const T*, T*, T*);          \
    template void throughWindow(const WindowOfHeads<T>&, const T*, const T*, T*, T*); \
    template void throughWindowOverCell(const WindowOfHeads<T>&, const T*, const T*, const T*, T*, T*);

LAMSCOPE_KERNELS(float)
LAMSCOPE_KERNELS(double)

}  // namespace lamscope
