// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/gradient_source.h"

#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/gradients.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

TensorList Path::increment(double begin, double end) const {
    const std::array ends{begin, end};
    auto points = at(ends);
    for (auto& point : points) {
        point = point[1] - point[0];
    }
    return points;
}

std::vector<GradientSample> sampleGradients(const torch::Tensor& values, const TensorList& points, bool keepGraph) {
    auto gradients = gradientsOf({values.sum()}, points, keepGraph, /*mayBeUnused=*/true);
    const auto cpuValues = values.detach().to(torch::kCPU, torch::kFloat64).contiguous();
    std::vector<GradientSample> samples(static_cast<std::size_t>(values.numel()));
    for (std::size_t k = 0; k < samples.size(); ++k) {
        samples[k].value = cpuValues.data_ptr<double>()[k];
    }
    for (std::size_t t = 0; t < points.size(); ++t) {
        auto gradient = gradients[t].defined() ? gradients[t] : torch::zeros_like(points[t]);
        gradient = gradient.detach().to(torch::kCPU).contiguous();
        const auto finite = gradient.isfinite();
        for (std::size_t k = 0; k < samples.size(); ++k) {
            const auto node = static_cast<std::int64_t>(k);
            auto one = gradient[node];
            const auto bad = one.numel() - finite[node].sum().item<std::int64_t>();
            samples[k].nonfinite += bad;
            // A slice would keep the whole batch alive.
            samples[k].gradient.push_back(bad == 0 ? one.clone() : one.nan_to_num(0.0, 0.0, 0.0));
        }
    }
    return samples;
}

void throwGradientError(const std::exception& error) {
    if (isOutOfMemory(error)) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("not enough memory for the gradient at a single path image ({}); use a smaller image "
                                "or --context",
                                briefMessage(error)));
    }
    throw Error(ErrorCode::ModelFailure,
                fmt::format("evaluating the network's gradient failed: {}", briefMessage(error)));
}

}  // namespace lamscope
