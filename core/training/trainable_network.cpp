// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/trainable_network.h"

#include <algorithm>

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/luma.h"
#include "model/recognition.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Convolutions and matrix products in bfloat16 while it lives.
class BFloat16Guard {
public:
    BFloat16Guard()
        : before_(at::autocast::is_autocast_enabled(at::kCPU)) {
        at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
        at::autocast::set_autocast_enabled(at::kCPU, true);
    }
    BFloat16Guard(const BFloat16Guard&) = delete;
    BFloat16Guard& operator=(const BFloat16Guard&) = delete;
    ~BFloat16Guard() {
        at::autocast::set_autocast_enabled(at::kCPU, before_);
        // It keeps the weights of this step in bfloat16; the next step has others.
        at::autocast::clear_cache();
    }

private:
    bool before_;
};

std::string differences(const KeyDifference& nearest) {
    std::vector<std::string> all;
    const auto add = [&](const std::string& what, const std::vector<std::string>& keys) {
        if (!keys.empty()) {
            all.push_back(fmt::format("{} {}", what, fmt::join(keys, "; ")));
        }
    };
    add("missing", nearest.missing);
    add("unknown", nearest.extra);
    add("other shape", nearest.mismatched);
    return fmt::format("{}", fmt::join(all, "; "));
}

}  // namespace

std::vector<float> valuesOf(const torch::Tensor& tensor) {
    const auto contiguous = tensor.detach().to(torch::kFloat32).contiguous();
    const auto* begin = contiguous.const_data_ptr<float>();
    return {begin, begin + contiguous.numel()};
}

TrainableNetwork::TrainableNetwork(const Checkpoint& weights, const TrainingOptions& options)
    : source_(weights) {
    ModelSettings settings;
    settings.scale = options.scale;
    settings.architecture = options.architecture;
    ModelCard card;
    card.name = options.name;
    card.file = options.name + ".safetensors";
    card.container = "safetensors";
    auto recognition = recognise(weights, settings, card);
    if (!recognition.network) {
        throw Error(
            ErrorCode::UnsupportedModel,
            fmt::format("{}: no known network has these {} tensors. Closest is {}: {}", options.name,
                        weights.tensors.size(), recognition.nearest->architecture, differences(*recognition.nearest)));
    }
    if (std::ranges::find(card.scales, options.scale) == card.scales.end()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: scale {} was asked for, but these tensors make a network that enlarges by {}",
                                options.name, options.scale, fmt::join(card.scales, ", ")));
    }
    if (options.crop < card.minimumSide) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: the network needs LR sides of at least {} pixels, a crop has {}; choose a larger "
                                "'crop'",
                                options.name, card.minimumSide, options.crop));
    }
    card.scale = options.scale;
    card.range = options.range.value_or(recognition.defaultRange.value_or(1.0));
    card.rangeEvidence = options.range ? "given by the user" : fmt::format("as {} was published", card.architecture);
    for (const auto& [name, data] : weights.tensors) {
        ++card.tensors;
        card.parameters += data.numel();
    }
    parameters_ = recognition.network->namedParameters();
    model_ = std::make_unique<SrModel>(
        std::make_unique<SrModel::Implementation>(std::move(recognition.network), std::move(card)));
}

torch::Tensor TrainableNetwork::forward(const torch::Tensor& lr, TrainingPrecision precision) const {
    const auto& card = model_->card();
    const auto& network = model_->implementation().network();
    const auto input = target(lr) * card.range;
    if (precision == TrainingPrecision::Float32) {
        return network.forward(input) / card.range;
    }
    const BFloat16Guard guard;
    return network.forward(input).to(torch::kFloat32) / card.range;
}

torch::Tensor TrainableNetwork::target(const torch::Tensor& hr) const {
    return model_->card().colour == ModelCard::Colour::Y ? lumaOf(hr) : hr;
}

Checkpoint TrainableNetwork::checkpoint() const {
    Checkpoint result = source_;
    for (const auto& [key, tensor] : parameters_) {
        const auto found = std::ranges::find(result.tensors, key, [](const auto& entry) { return entry.first; });
        found->second.values = valuesOf(tensor);
        found->second.dtype = "float32";
    }
    return result;
}

}  // namespace lamscope
