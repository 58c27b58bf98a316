// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/path_gradients.h"

#include <array>
#include <exception>
#include <span>
#include <utility>

#include "base/error.h"
#include "method/lam/forward_passes.h"
#include "method/lam/lam_context.h"
#include "runtime/torch_headers.h"

namespace lamscope {

std::optional<std::vector<PathGradient>> computePathGradients(const SrModel& model, const Image& lr, const Image* hr,
                                                              const LamPlan& asked, const std::vector<double>& alpha,
                                                              const std::stop_token& stop) {
    auto plan = asked;
    plan.rule = IntegrationRule::RightEndpoints;  // the length of the path is not asked for
    const auto& options = plan.options;
    const auto region = checkedContext(model.card(), lr, hr, plan, options.patch);
    const auto context =
        prepare(model, lr, hr, plan, region, {&options.patch, 1}, stop, {.evaluation = {.window = false}});
    if (!context) {
        return std::nullopt;
    }
    const int scale = model.card().scale;
    PatchGradients gradients(context->model(), context->path().path(),
                             {PatchDetector(options.detector, patchIn(region, options.patch, scale), scale)}, nullptr);
    std::vector<PathGradient> result;
    for (const double a : alpha) {
        const std::array place{SamplePlace::point(a)};
        constexpr std::array<std::size_t, 1> only{0};
        const auto take = [&](std::size_t /*functional*/, const std::vector<GradientSample>& samples) {
            const auto& sample = samples.front();
            const auto map = sample.gradient.front().to(torch::kFloat64).sum(0).abs().contiguous();
            const auto* const values = map.data_ptr<double>();
            result.push_back({.alpha = a, .map = {values, values + map.numel()}, .nonfinite = sample.nonfinite});
        };
        try {
            if (!gradients.sample(place, only, stop, take)) {
                return std::nullopt;
            }
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            throwGradientError(error);
        }
    }
    return result;
}

}  // namespace lamscope
