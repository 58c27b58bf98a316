// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace lamscope {

/// The place of a path that a gradient belongs to: the point γ(begin) where begin == end, otherwise the cell from
/// γ(begin) to γ(end), over which the gradient is averaged.
struct SamplePlace {
    double begin = 0.0;
    double end = 0.0;

    [[nodiscard]] static SamplePlace point(double alpha) { return {alpha, alpha}; }
    [[nodiscard]] bool isCell() const { return begin != end; }

    friend auto operator<=>(const SamplePlace&, const SamplePlace&) = default;
};

/// Where a path integral is sampled: `alpha[k]` stands for the cell from `edge[k]` to `edge[k + 1]`.
/// `edge` has one more entry than `alpha`, begins with 0, ends with 1 and does not decrease.
struct Nodes {
    std::vector<double> alpha;
    std::vector<double> edge;
    bool cells = false;  ///< gradients are those of whole cells; otherwise those at `alpha`

    [[nodiscard]] std::size_t size() const { return alpha.size(); }
    [[nodiscard]] SamplePlace place(std::size_t k) const {
        return cells ? SamplePlace{edge[k], edge[k + 1]} : SamplePlace::point(alpha[k]);
    }
};

/// n equal cells in α, each sampled at its right end: the rule of the LAM authors' code. n at least 1.
[[nodiscard]] Nodes uniformRightEndpoints(int n);

/// n equal cells in α, each sampled at its left end: the rule of the FAIG authors' code. n at least 1.
[[nodiscard]] Nodes uniformLeftEndpoints(int n);

/// n equal cells in α, each sampled at its midpoint: of a path that moves evenly, the arcLengthMidpoints(). Node j of n
/// is node 3j+1 of 3n, to the last bit.
[[nodiscard]] Nodes uniformMidpoints(int n);

/// A path's arc length as a function of α, tabulated, and its inverse.
class ArcLength {
public:
    /// @param cumulative lengths from 0 to α_i = i/(size-1), not decreasing, the first 0; at least two entries.
    explicit ArcLength(std::vector<double> cumulative);

    [[nodiscard]] double total() const { return cumulative_.back(); }

    /// The α at which `fraction` (0…1) of the length is reached, by linear interpolation; the identity for a path
    /// that does not move.
    [[nodiscard]] double alphaAt(double fraction) const;

    /// The fraction of the length that is reached at α: the inverse of alphaAt().
    [[nodiscard]] double fractionAt(double alpha) const;

    /// The length per α at α, to a cell of the table; at the end that before it.
    [[nodiscard]] double speedAt(double alpha) const;

    /// The α from which the path moves at less than `share` (0…1) of its largest speed, to a cell of the table; 1 where
    /// it moves up to its end, and for a path that does not move.
    [[nodiscard]] double restsFrom(double share) const;

private:
    std::vector<double> cumulative_;
};

/// n cells of equal arc length, each sampled at its midpoint (in arc length). Node j of n is node 3j+1 of 3n, to the
/// last bit.
[[nodiscard]] Nodes arcLengthMidpoints(const ArcLength& length, int n);

/// Where cells should be short: a density over the fraction of the arc length. `value[k]`, not negative and of any
/// unit, holds from `edge[k]` to `edge[k + 1]`; `edge` begins with 0 and ends with 1.
struct CellDensity {
    std::vector<double> edge;
    std::vector<double> value;
};

/// The density to begin with, where nothing is known but that the path ends at a sharp image: constant from a third of
/// the length on, less before.
[[nodiscard]] const CellDensity& firstCellDensity();

/// n cells by quantiles of (0.1 + 0.9·d)^0.7 over the arc length, where d is the density with mean 1. Gradients are
/// those of the cells; `alpha` are their right ends.
[[nodiscard]] Nodes cellsByDensity(const ArcLength& length, const CellDensity& density, int n);

/// 3, 7, 16, 36, 81, …, each 9/4 of the one before: those up to and with the largest that is not above `most`, at least
/// 3.
[[nodiscard]] std::vector<int> cellLadder(int most);

/// 3, 9, 27, … up to and with `n` when n is 3·3^k; otherwise {n}.
[[nodiscard]] std::vector<int> triplingLadder(int n);

/// True for 3, 9, 27, 81, …
[[nodiscard]] bool isOnTriplingLadder(int n);

}  // namespace lamscope
