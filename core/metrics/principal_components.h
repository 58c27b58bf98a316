// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "metrics/gram_matrix.h"

namespace lamscope {

/// Principal components of the rows of a data matrix, without their directions in the space of the data.
struct PrincipalComponents {
    std::size_t rows = 0;
    std::size_t count = 0;  ///< of components
    std::vector<double>
        eigenvalues{};             ///< of the centred Gram matrix, falling: squared singular values of the centred data
    double total = 0.0;            ///< sum of all eigenvalues, also of those left out
    std::vector<double> scores{};  ///< rows x count, row-major: the centred rows on the components

    [[nodiscard]] double score(std::size_t row, std::size_t component) const { return scores[row * count + component]; }
    /// The share of the total that the first `components` hold, 0…1; 0 where the rows are all equal.
    [[nodiscard]] double explained(std::size_t components) const;
};

/// The first `count` components, exact: eigenvectors of the centred Gram matrix times the roots of its eigenvalues. The
/// sign of a component: its score of largest magnitude is positive, the first of equal ones.
///
/// @param gram   centred or not.
/// @param count  1 … gram.rows.
/// Throws Error(InvalidArgument) for another count and a matrix that is not finite, Error(ModelFailure) where LibTorch
/// was built without LAPACK. Thread-safe. Takes O(rows³).
[[nodiscard]] PrincipalComponents principalComponents(const GramMatrix& gram, std::size_t count);

/// The Gram matrix of the rows in the space of the first `components` components. Throws Error(InvalidArgument) where
/// there are fewer. Thread-safe.
[[nodiscard]] GramMatrix gramOfScores(const PrincipalComponents& principal, std::size_t components);

}  // namespace lamscope
