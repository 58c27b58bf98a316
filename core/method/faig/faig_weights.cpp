// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/faig_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/sr_model_implementation.h"
#include "runtime/gradients.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr auto whatIsNeeded = "a baseline and its fine-tuned target are needed, with the same keys and shapes";

[[noreturn]] void refusePair(const std::string& what) {
    throw Error(ErrorCode::InvalidArgument, what);
}

std::string shapeText(const TensorData& data) {
    return fmt::format("[{}]", fmt::join(data.shape, ", "));
}

bool isFloating(const TensorData& data) {
    return data.dtype.starts_with("float") || data.dtype.starts_with("bfloat");
}

/// Throws at the first key that is not the same in both.
void checkKeys(const std::string& baselineName, const Checkpoint& baseline, const std::string& targetName,
               const Checkpoint& target) {
    for (const auto& [key, data] : target.tensors) {
        const auto* const other = baseline.find(key);
        if (other == nullptr) {
            refusePair(fmt::format("'{}' is {} in {} and is not in {}: {}", key, shapeText(data), targetName,
                                   baselineName, whatIsNeeded));
        }
        if (other->shape != data.shape) {
            refusePair(fmt::format("'{}' is {} in {} and {} in {}: {}", key, shapeText(data), targetName,
                                   shapeText(*other), baselineName, whatIsNeeded));
        }
    }
    for (const auto& [key, data] : baseline.tensors) {
        if (target.find(key) == nullptr) {
            refusePair(fmt::format("'{}' is {} in {} and is not in {}: {}", key, shapeText(data), baselineName,
                                   targetName, whatIsNeeded));
        }
    }
}

void checkCards(const ModelCard& baseline, const ModelCard& target) {
    const auto refuse = [&](const char* what, const auto& one, const auto& other) {
        refusePair(fmt::format("{} {} of {} is {}, that of {} is {}: {}", "the", what, target.name, one, baseline.name,
                               other, whatIsNeeded));
    };
    if (baseline.architecture != target.architecture) {
        refuse("architecture", target.architecture, baseline.architecture);
    }
    if (baseline.scale != target.scale) {
        refuse("scale", target.scale, baseline.scale);
    }
    if (baseline.range != target.range) {
        refuse("value range", target.range, baseline.range);
    }
}

/// As the network has the tensor of this key: same shape, where it is, in its layout.
torch::Tensor asParameter(const TensorData& data, const torch::Tensor& parameter) {
    auto result = torch::empty(parameter.sizes(), torch::kFloat32);
    std::memcpy(result.mutable_data_ptr<float>(), data.values.data(), data.values.size() * sizeof(float));
    if (parameter.dim() == 4) {
        result = result.contiguous(torch::MemoryFormat::ChannelsLast);
    }
    return result.to(parameter.device());
}

torch::Tensor indexTensor(const std::vector<std::int64_t>& values, const torch::Tensor& like) {
    return torch::tensor(values, torch::kInt64).to(like.device());
}

}  // namespace

FaigPair::Implementation::Implementation(SrModel model, ModelCard baselineCard, const Checkpoint& baseline,
                                         const Checkpoint& target)
    : model_(std::move(model))
    , baselineCard_(std::move(baselineCard)) {
    const auto& card = model_.model().card();
    checkCards(baselineCard_, card);
    checkKeys(baselineCard_.name, baseline, card.name, target);
    std::set<std::string> known;
    bool differ = false;
    for (const auto& [key, parameter] : model_.parameters()) {
        const auto* const ours = target.find(key);
        const auto* const theirs = baseline.find(key);
        if (ours == nullptr || theirs == nullptr || ours->numel() != parameter.numel()) {
            refusePair(
                fmt::format("{}: the network has the weights '{}' otherwise than its file, so that they cannot "
                            "be moved between two files",
                            card.name, key));
        }
        known.insert(key);
        weights_.push_back({.key = key,
                            .target = asParameter(*ours, parameter),
                            .baseline = asParameter(*theirs, parameter),
                            .differs = ours->values != theirs->values});
        if (weights_.back().differs) {
            path_.push_back(weights_.size() - 1);
            differ = true;
        }
    }
    std::vector<std::string> statistics;
    std::vector<std::string> whole;
    for (const auto& [key, data] : target.tensors) {
        if (!known.contains(key) && data.values != baseline.find(key)->values) {
            (isFloating(data) ? statistics : whole).push_back(key);
        }
    }
    if (!statistics.empty()) {
        warnings_.push_back(fmt::format(
            "{} differ{} between the files and {} no weight of the network (statistics of a "
            "normalisation, say): the target's are used throughout",
            fmt::join(statistics, ", "), statistics.size() == 1 ? "s" : "", statistics.size() == 1 ? "is" : "are"));
    }
    if (!whole.empty()) {
        warnings_.push_back(
            fmt::format("{} hold{} whole numbers that differ between the files: the target's are used "
                        "throughout",
                        fmt::join(whole, ", "), whole.size() == 1 ? "s" : ""));
    }
    if (!differ) {
        refusePair(fmt::format("{} and {}: the two files hold the same weights: nothing to attribute",
                               baselineCard_.name, card.name));
    }
    if (card.colour == ModelCard::Colour::Y) {
        warnings_.push_back(fmt::format("{} works on Y alone: losses and scores are on Y", card.name));
    }
    indexFilters(target);
}

void FaigPair::Implementation::indexFilters(const Checkpoint& target) {
    std::map<std::string, std::size_t> byKey;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        byKey.emplace(weights_[i].key, i);
    }
    std::map<std::string, Tap::Kind> kinds;
    for (const auto& tap : model_.model().implementation().taps()) {
        kinds.emplace(tap.name + ".weight", tap.kind);
    }
    std::vector<FilterLayer> layers;
    constexpr std::string_view ending = "weight";
    for (const auto& [key, data] : target.tensors) {
        const auto found = byKey.find(key);
        if (found == byKey.end() || !key.ends_with(ending)) {
            continue;
        }
        const auto& weight = weights_[found->second].target;
        const auto kind = kinds.find(key);
        const bool isSeen = kind != kinds.end();
        if (data.shape.size() != 4 || weight.dim() != 4
            || (!isSeen && weight.size(0) == 1 && weight.size(2) == 1 && weight.size(3) == 1)) {
            continue;  // linear layers, norms, factors of channels
        }
        const bool transposed = isSeen && kind->second == Tap::Kind::TransposedConvolution;
        const auto bias = key.substr(0, key.size() - ending.size()) + "bias";
        layers.push_back({.key = key,
                          .out = static_cast<int>(weight.size(transposed ? 1 : 0)),
                          .in = static_cast<int>(weight.size(transposed ? 0 : 1)),
                          .kernelHeight = static_cast<int>(weight.size(2)),
                          .kernelWidth = static_cast<int>(weight.size(3)),
                          .transposed = transposed,
                          .firstFilter = 0,
                          .biasKey = byKey.contains(bias) ? bias : ""});
        layerWeights_.push_back(found->second);
    }
    if (layers.empty()) {
        refusePair(fmt::format("{} has no convolutions, hence no filters; choose a network that has",
                               model_.model().card().name));
    }
    filters_ = FilterIndex(std::move(layers));
}

void FaigPair::Implementation::evaluateIn(torch::ScalarType type) {
    set(FilterChange{});
    model_.evaluateIn(type);
    // Bit for bit what the file holds, whatever the type was before.
    point_ = 1.0;
    set(FilterChange{});
}

void FaigPair::Implementation::set(double t) {
    if (point_ == t) {
        return;
    }
    const at::NoGradGuard noGradients;
    const auto type = model().implementation().type();
    point_ = std::numeric_limits<double>::quiet_NaN();  // whatever a failed write leaves, it is none of the points
    for (const auto i : path_) {
        const auto& [key, target, baseline, differs] = weights_[i];
        now(i).copy_(at::lerp(target.to(type), baseline.to(type), t));  // the ends bit for bit
    }
    point_ = t;
}

std::vector<FaigPair::Implementation::Slices> FaigPair::Implementation::slicesOf(const FilterChange& change) const {
    struct Chosen {
        std::vector<std::int64_t> out;
        std::vector<std::int64_t> in;
    };
    std::map<std::size_t, Chosen> byLayer;
    for (const int filter : change.filters) {
        const auto [layer, out, in] = filters_.place(filter);
        byLayer[layer].out.push_back(out);
        byLayer[layer].in.push_back(in);
    }
    std::vector<Slices> slices;
    if (change.biases && std::ssize(change.filters) == filters_.size()) {
        for (const auto i : path_) {  // all that there is
            slices.push_back({.weight = i, .at = {}});
        }
        return slices;
    }
    for (const auto& [layer, chosen] : byLayer) {
        const auto& description = filters_.layers()[layer];
        const auto weight = layerWeights_[layer];
        if (weights_[weight].differs) {
            const auto out = indexTensor(chosen.out, now(weight));
            const auto in = indexTensor(chosen.in, now(weight));
            slices.push_back(
                {.weight = weight, .at = description.transposed ? std::vector{in, out} : std::vector{out, in}});
        }
        if (change.biases && !description.biasKey.empty()) {
            const auto bias = std::ranges::find(weights_, description.biasKey, &PairedWeight::key);
            // Of groups of a transposed convolution, that of the same place in each group.
            const std::set<std::int64_t> unique(chosen.out.begin(), chosen.out.end());
            std::vector<std::int64_t> outputs;
            for (std::int64_t i = 0; i < bias->target.numel(); ++i) {
                if (unique.contains(i % description.out)) {
                    outputs.push_back(i);
                }
            }
            const auto index = static_cast<std::size_t>(std::distance(weights_.begin(), bias));
            slices.push_back({.weight = index, .at = {indexTensor(outputs, now(index))}});
        }
    }
    return slices;
}

void FaigPair::Implementation::write(const std::vector<Slices>& slices, double lambda) const {
    const at::NoGradGuard noGradients;
    const auto between = [lambda](const torch::Tensor& target, const torch::Tensor& baseline) {
        return lambda == 1.0   ? target
               : lambda == 0.0 ? baseline
                               : target.to(torch::kFloat64) * lambda + baseline.to(torch::kFloat64) * (1.0 - lambda);
    };
    for (const auto& [index, at] : slices) {
        const auto& weight = weights_[index];
        auto parameter = now(index);
        if (at.empty()) {
            parameter.copy_(between(weight.target, weight.baseline));
            continue;
        }
        c10::List<std::optional<at::Tensor>> where;
        for (const auto& one : at) {
            where.push_back(one);
        }
        const auto values = between(at::index(weight.target, where), at::index(weight.baseline, where));
        at::index_put_(parameter, where, values.to(parameter.scalar_type()));
    }
}

void FaigPair::Implementation::set(const FilterChange& change) {
    if (!std::isfinite(change.lambda)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a factor of {} was asked for; give a number such as 0.5", change.lambda));
    }
    const bool sameSlices = !point_ && change.filters == change_.filters && change.biases == change_.biases;
    if (sameSlices && change.lambda == change_.lambda) {
        return;
    }
    auto slices = sameSlices ? slices_ : slicesOf(change);  // may throw: before anything is written
    if (point_) {
        set(0.0);
    } else if (!sameSlices) {
        const auto before = std::exchange(slices_, {});
        point_ = std::numeric_limits<double>::quiet_NaN();
        write(before, 1.0);
    }
    point_ = std::numeric_limits<double>::quiet_NaN();  // as above, until all is written
    write(slices, change.lambda);
    point_.reset();
    change_ = change;
    slices_ = std::move(slices);
}

torch::Tensor FaigPair::Implementation::lossNow(const torch::Tensor& lr, const torch::Tensor& hr) const {
    const auto& inside = model().implementation();
    const auto sr = inside.forward(inside.toInput(lr));
    return (sr - inside.networkColours(inside.toInput(hr))).square().sum();
}

torch::Tensor FaigPair::Implementation::difference(std::size_t weight) const {
    const auto type = model().implementation().type();
    return weights_[weight].baseline.to(type) - weights_[weight].target.to(type);
}

void FaigPair::Implementation::addScores(std::size_t layer, const torch::Tensor& values,
                                         std::vector<double>& scores) const {
    const auto& description = filters_.layers()[layer];
    auto sums = values.abs().sum({2, 3}, /*keepdim=*/false, torch::kFloat64);
    if (description.transposed) {
        sums = sums.t();
    }
    sums = sums.to(torch::kCPU).contiguous();
    const auto* from = sums.const_data_ptr<double>();
    auto* to = scores.data() + description.firstFilter;
    for (int i = 0; i < description.filters(); ++i) {
        to[i] += from[i];
    }
}

FaigPair::Implementation::RequiringGradients::RequiringGradients(const Implementation& pair,
                                                                 const std::vector<std::size_t>& weights)
    : pair_(pair)
    , weights_(weights) {
    for (const auto i : weights_) {
        pair_.now(i).set_requires_grad(true);
    }
}

FaigPair::Implementation::RequiringGradients::~RequiringGradients() {
    for (const auto i : weights_) {
        pair_.now(i).set_requires_grad(false);
    }
}

FaigPair::Implementation::Gradient FaigPair::Implementation::differentiate(const std::vector<std::size_t>& weights,
                                                                           const torch::Tensor& value) const {
    Gradient result{.value = value.item<double>(), .gradient = {}};
    std::vector<torch::Tensor> inputs;
    for (const auto i : weights) {
        inputs.push_back(now(i));
    }
    result.gradient = gradientsOf({value}, inputs, std::nullopt, /*mayBeUnused=*/true);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        if (!result.gradient[k].defined()) {
            result.gradient[k] = torch::zeros_like(inputs[k]);
        }
    }
    return result;
}

torch::Tensor tensorOf(const Image& image) {
    auto tensor = torch::empty({1, Image::channels, image.height(), image.width()}, torch::kFloat32);
    std::memcpy(tensor.mutable_data_ptr<float>(), image.values().data(), image.values().size_bytes());
    return tensor;
}

}  // namespace lamscope
