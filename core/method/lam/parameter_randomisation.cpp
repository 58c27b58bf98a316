// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/parameter_randomisation.h"

#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "model/editable_model.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// The index of the first tensor to randomise.
std::size_t firstOf(RandomisedLayers layers, const NamedTensors& parameters) {
    std::vector<std::size_t> weights;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i].second.dim() >= 2) {  // biases and slopes have one dimension
            weights.push_back(i);
        }
    }
    if (weights.empty() || layers == RandomisedLayers::All) {
        return 0;
    }
    return layers == RandomisedLayers::Last ? weights.back() : weights[weights.size() / 2];
}

}  // namespace

std::string_view toString(RandomisedLayers layers) {
    switch (layers) {
        case RandomisedLayers::Last:
            return "last";
        case RandomisedLayers::Half:
            return "half";
        case RandomisedLayers::All:
            return "all";
    }
    return {};
}

SrModel withRandomParameters(SrModel model, const Randomisation& randomisation) {
    const at::NoGradGuard noGradients;
    auto generator = at::detail::createCPUGenerator(randomisation.seed);
    EditableModel editable(std::move(model));
    const auto& parameters = editable.parameters();
    if (parameters.empty()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has no weights to randomise; leave it out", editable.model().card().name));
    }
    for (std::size_t i = firstOf(randomisation.layers, parameters); i < parameters.size(); ++i) {
        const auto& parameter = parameters[i].second;
        const auto spread = parameter.numel() > 1 ? parameter.std().to(torch::kCPU).item<double>() : 0.0;
        const auto mean = parameter.mean().to(torch::kCPU).item<double>();
        parameter.copy_(at::empty(parameter.sizes(), torch::kFloat32).normal_(mean, spread, generator));
    }
    return std::move(editable).release();
}

std::optional<std::vector<RandomisationEffect>> effectsOfRandomising(SrModel model, const Randomisation& randomisation,
                                                                     std::span<const LamResult> trained,
                                                                     const ComputeMaps& compute) {
    const auto random = compute(withRandomParameters(std::move(model), randomisation));
    if (!random) {
        return std::nullopt;
    }
    std::vector<RandomisationEffect> effects;
    for (std::size_t i = 0; i < trained.size(); ++i) {
        const auto& map = random->at(i);
        RandomisationEffect effect{.correlation = correlationOf(trained[i], map),
                                   .completenessError = map.completenessError,
                                   .message = {},
                                   .warnings = map.warnings};
        if (!effect.correlation) {
            effect.message = "one of the maps vanishes: nothing can be compared";
        }
        effects.push_back(std::move(effect));
    }
    return effects;
}

}  // namespace lamscope
