// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/path_gradients.h"

#include <utility>

#include "integrate/integrator.h"
#include "method/lam/detector.h"
#include "method/lam/image_paths.h"
#include "method/lam/lam_context.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

std::optional<std::vector<PathGradient>> computePathGradients(const SrModel& model, const Image& lr,
                                                              const LamOptions& options,
                                                              const std::vector<double>& alpha,
                                                              const std::stop_token& stop) {
    const auto region = checkedContext(model.card(), lr, nullptr, options);
    checkMemory(model.implementation(), region);
    const auto patch = patchIn(region, options.patch, model.card().scale);
    const auto path = makeImagePath(lr.cropped(region), options);
    const PatchDetector detector(model.implementation(), options.detector, patch);
    DirectGradients gradients(*path, detector);
    Integrator integrator(*path, gradients, 1);
    const auto samples = integrator.samplesAt(alpha, stop);
    if (!samples) {
        return std::nullopt;
    }
    std::vector<PathGradient> result;
    for (std::size_t i = 0; i < alpha.size(); ++i) {
        const auto& sample = samples->at(i);
        const auto map = sample.gradient.front().to(torch::kFloat64).sum(0).abs().contiguous();
        const auto* const values = map.data_ptr<double>();
        result.push_back({.alpha = alpha[i], .map = {values, values + map.numel()}, .nonfinite = sample.nonfinite});
    }
    return result;
}

}  // namespace lamscope
