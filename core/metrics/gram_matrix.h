// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lamscope {

/// The scalar products of all pairs of rows of a data matrix. What depends on distances alone (principal components,
/// Calinski and Harabasz's ratio) needs nothing else, however long the rows are.
struct GramMatrix {
    std::size_t rows = 0;
    std::vector<double> values{};  ///< rows x rows, row-major, symmetric

    [[nodiscard]] double at(std::size_t i, std::size_t j) const { return values[i * rows + j]; }
};

/// Of rows of `columns` values each, row-major. Throws Error(InvalidArgument) when the sizes do not fit. Thread-safe.
[[nodiscard]] GramMatrix gramOf(std::span<const double> data, std::size_t columns);

/// Of the same rows, less their mean. Throws Error(InvalidArgument) for an empty matrix or one of another number of
/// values than it states. Thread-safe.
[[nodiscard]] GramMatrix centred(const GramMatrix& gram);

/// Of some of the rows, in the order of `rows`; not centred anew. Throws Error(InvalidArgument) for a row that is not
/// there. Thread-safe.
[[nodiscard]] GramMatrix ofRows(const GramMatrix& gram, std::span<const std::size_t> rows);

/// The sum of the squares of the rows about their mean: of a centred matrix the trace. Throws as centred().
/// Thread-safe.
[[nodiscard]] double totalVariation(const GramMatrix& gram);

}  // namespace lamscope
