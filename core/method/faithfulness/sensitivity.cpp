// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/sensitivity.h"

#include <cmath>
#include <cstddef>
#include <string>

#include "base/error.h"
#include "base/portable_random.h"

namespace lamscope {

Image perturbed(const Image& image, double radius, int draw) {
    const PortableRandom random("sensitivity/" + std::to_string(draw));
    Image result = image;
    const auto values = result.values();
    for (std::size_t n = 0; n < values.size(); ++n) {
        const double v = 2.0 * static_cast<double>(random.integer(n)) * 0x1.0p-32 - 1.0;
        values[n] = static_cast<float>(static_cast<double>(values[n]) + radius * v);
    }
    return result;
}

double relativeMove(std::span<const float> base, std::span<const float> moved) {
    double squares = 0.0;
    double differences = 0.0;
    for (std::size_t i = 0; i < base.size(); ++i) {
        const double value = base[i];
        const double difference = static_cast<double>(moved[i]) - value;
        squares += value * value;
        differences += difference * difference;
    }
    if (!(squares > 0.0)) {
        throw Error(
            ErrorCode::InvalidArgument,
            "the attribution vanishes everywhere, so that its sensitivity is not defined; choose another patch");
    }
    return std::sqrt(differences / squares);
}

LamPlan sensitivityPlan(const LamPlan& plan, bool hasSecantRules) {
    constexpr int fixedNodes = 27;
    if (!plan.tolerance) {
        return plan.forNetwork(hasSecantRules);
    }
    auto options = plan.options;
    options.nodes = fixedNodes;
    options.tolerance.reset();
    auto fixed = makePlan(options).forNetwork(hasSecantRules);
    fixed.context = plan.context;
    return fixed;
}

}  // namespace lamscope
