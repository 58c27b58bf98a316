// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/editable_model.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/recognition.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

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

EditableModel::EditableModel(SrModel model)
    : model_(std::move(model))
    , parameters_(model_.implementation().network().namedParameters()) {}

void EditableModel::evaluateIn(torch::ScalarType type) {
    model_.implementation_->evaluateIn(type);
    parameters_ = model_.implementation().network().namedParameters();
}

Checkpoint EditableModel::checkpoint(Checkpoint source) const {
    for (const auto& [key, tensor] : parameters_) {
        const auto found = std::ranges::find(source.tensors, key, [](const auto& entry) { return entry.first; });
        if (found == source.tensors.end()) {
            throw std::logic_error("the model was not made of this checkpoint, which has no " + key);
        }
        found->second.values = valuesOf(tensor);
        found->second.dtype = "float32";
    }
    return source;
}

SrModel EditableModel::release() && {
    return std::move(model_);
}

SrModel modelFromWeights(const Checkpoint& weights, const ModelSettings& settings) {
    ModelCard card;
    card.name = settings.name.value_or("");
    card.file = card.name + ".safetensors";
    card.container = "safetensors";
    auto recognition = recognise(weights, settings, card);
    if (!recognition.network) {
        throw Error(
            ErrorCode::UnsupportedModel,
            fmt::format("{}: no known network has these {} tensors. {}", card.name, weights.tensors.size(),
                        recognition.nearest ? fmt::format("Closest is {}: {}", recognition.nearest->architecture,
                                                          differences(*recognition.nearest))
                                            : "None has a tensor of these names"));
    }
    card.scale = settings.scale.value_or(card.scales.front());
    if (std::ranges::find(card.scales, card.scale) == card.scales.end()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: scale {} was asked for, but these tensors make a network that enlarges by {}",
                                card.name, card.scale, fmt::join(card.scales, ", ")));
    }
    card.range = settings.range.value_or(recognition.defaultRange.value_or(1.0));
    card.rangeEvidence = settings.range ? "given by the user" : fmt::format("as {} was published", card.architecture);
    for (const auto& [name, data] : weights.tensors) {
        ++card.tensors;
        card.parameters += data.numel();
    }
    return SrModel(std::make_unique<SrModel::Implementation>(std::move(recognition.network), std::move(card)));
}

std::vector<float> valuesOf(const torch::Tensor& tensor) {
    const auto contiguous = tensor.detach().to(torch::kFloat32).contiguous();
    const auto* begin = contiguous.const_data_ptr<float>();
    return {begin, begin + contiguous.numel()};
}

}  // namespace lamscope
