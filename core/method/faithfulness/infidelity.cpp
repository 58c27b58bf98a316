// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/infidelity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"
#include "method/faithfulness/replacement_curve.h"

namespace lamscope {

Infidelity infidelityOf(std::span<const double> predicted, std::span<const double> lost) {
    Infidelity result;
    double products = 0.0;
    double predictedSquares = 0.0;
    double lostSquares = 0.0;
    double differences = 0.0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        const double p = predicted[i];
        const double delta = lost[i];
        if (std::isfinite(p) && std::isfinite(delta)) {
            ++result.perturbations;
            products += p * delta;
            predictedSquares += p * p;
            lostSquares += delta * delta;
            differences += (p - delta) * (p - delta);
        }
    }
    if (result.perturbations == 0) {
        result.value = result.scaled = result.zeroMap = result.explained = notDefined;
        return result;
    }
    const auto count = static_cast<double>(result.perturbations);
    const double found = predictedSquares > 0.0 ? products * products / predictedSquares : 0.0;
    result.value = differences / count;
    result.zeroMap = lostSquares / count;
    result.scaled = std::max(lostSquares - found, 0.0) / count;
    // At most 1, by Cauchy and Schwarz; rounding may say a little more.
    result.explained = lostSquares > 0.0 ? std::min(found / lostSquares, 1.0) : notDefined;
    return result;
}

std::vector<Rect> squaresOf(int width, int height, int side, int stride) {
    if (side > width || side > height) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("squares of {0}x{0} LR pixels do not fit the context of {1}x{2}; choose a smaller "
                                "--square",
                                side, width, height));
    }
    std::vector<Rect> squares;
    for (int y = 0; y + side <= height; y += stride) {
        for (int x = 0; x + side <= width; x += stride) {
            squares.push_back({x, y, side, side});
        }
    }
    return squares;
}

}  // namespace lamscope
