// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/plain_loop.h"

#include "method/lam/detector.h"
#include "method/lam/image_paths.h"
#include "model/editable_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

std::vector<double> plainLoop(const SrModel& model, const Image& lr, const LamOptions& options) {
    const auto& implementation = model.implementation();
    const auto path = makeImagePath(lr, options);
    const auto pointAt = [&](double alpha) {
        return path->at(std::span(&alpha, 1)).front().to(implementation.device(), torch::kFloat32).contiguous();
    };
    auto previous = pointAt(0.0);
    auto attribution = torch::zeros_like(previous);
    for (int k = 1; k <= plainNodes; ++k) {
        const auto point = pointAt(static_cast<double>(k) / plainNodes);
        auto input = point.clone().requires_grad_(true);
        detect(options.detector, implementation.forward(input), options.patch).sum().backward();
        attribution += input.grad().nan_to_num(0.0) * (point - previous);
        previous = point;
    }
    const auto magnitude = attribution.sum(0).sum(0).abs().to(torch::kCPU, torch::kFloat64).contiguous();
    const auto map = magnitude / magnitude.max();
    return {map.data_ptr<double>(), map.data_ptr<double>() + map.numel()};
}

SrModel asPlainLoopHolds(SrModel model) {
    EditableModel editable(std::move(model));
    for (const auto& [name, parameter] : editable.parameters()) {
        parameter.set_data(parameter.contiguous());
        parameter.requires_grad_(true);
    }
    return std::move(editable).release();
}

}  // namespace lamscope
