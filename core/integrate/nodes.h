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

/// A path's arc length as a function of α, tabulated, and its inverse.
class ArcLength {
public:
    /// @param cumulative lengths from 0 to α_i = i/(size-1), not decreasing, the first 0; at least two entries.
    explicit ArcLength(std::vector<double> cumulative);

    [[nodiscard]] double total() const { return cumulative_.back(); }

    /// The α at which `fraction` (0…1) of the length is reached, by linear interpolation; the identity for a path
    /// that does not move.
    [[nodiscard]] double alphaAt(double fraction) const;

    /// The α from which the path moves at less than `share` (0…1) of its largest speed, to a cell of the table; 1 where
    /// it moves up to its end, and for a path that does not move.
    [[nodiscard]] double restsFrom(double share) const;

private:
    std::vector<double> cumulative_;
};

/// n cells of equal arc length, each sampled at its midpoint (in arc length). Node j of n is node 3j+1 of 3n, to the
/// last bit.
[[nodiscard]] Nodes arcLengthMidpoints(const ArcLength& length, int n);

/// 3, 9, 27, … up to and with `n` when n is 3·3^k; otherwise {n}.
[[nodiscard]] std::vector<int> triplingLadder(int n);

/// True for 3, 9, 27, 81, …
[[nodiscard]] bool isOnTriplingLadder(int n);

}  // namespace lamscope
