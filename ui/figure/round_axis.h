// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <span>
#include <vector>

#include "session/figure_layout.h"

namespace lamscope::ui {

/// An axis that holds its values with some room beside them, with round numbers at it.
struct RoundAxis {
    double from = 0.0;  ///< where it begins; above 0 if it is logarithmic
    double to = 1.0;
    bool logarithmic = false;
    std::vector<double> numbers{};  ///< with a number each, from the smallest
    std::vector<double> ticks{};    ///< further ticks of a logarithmic axis, without numbers

    /// An axis around finite values, of a logarithmic one all above 0. Numbers are multiples of 1, 2 or 5 times a power
    /// of ten, and whole where all values are; on a logarithmic axis as few per decade as give three. Where no value is
    /// negative the axis begins at 0 or above.
    /// @param most  no more numbers than this, at least 2.
    [[nodiscard]] static RoundAxis around(std::span<const double> values, bool logarithmic, std::size_t most);

    /// Where a value lies: 0 at the beginning, 1 at the end, also beyond.
    [[nodiscard]] double share(double value) const;

    /// The text of one of the numbers: all of a linear axis with equal decimals, "1k" and "20M" on a logarithmic axis
    /// beyond 10000.
    [[nodiscard]] QString label(double number, const FigureLayout& layout) const;
};

}  // namespace lamscope::ui
