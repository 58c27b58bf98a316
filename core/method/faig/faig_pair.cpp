// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/faig_pair.h"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "method/faig/faig_weights.h"
#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/model_files.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/editable_model.h"
#include "model/sr_model_implementation.h"
#include "model/weight_choice.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

[[noreturn]] void refuseNetwork(const ModelSpec& spec, const std::string& what) {
    throw Error(ErrorCode::UnsupportedModel,
                fmt::format("{}: {}; give the weight files (.pth, .safetensors) of a baseline and its fine-tuned "
                            "target",
                            spec.withoutToken().file.string(), what));
}

/// Throws unless the weights are in a file that can be read as such.
void checkIsWeightFile(const ModelSpec& spec) {
    if (spec.isAnalytic()) {
        refuseNetwork(spec, "bicubic enlargement has no weights");
    }
    if (spec.isRemote()) {
        refuseNetwork(spec, "the weights of a network on a server cannot be changed from here");
    }
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(spec.file, ignored)) {
        return;  // whoever loads it says what is wrong, or finds its parts
    }
    const auto container = sniffContainer(spec.file);
    if (container == Container::TorchScript || container == Container::ExportedProgram) {
        refuseNetwork(spec,
                      fmt::format("the weights in a program ({}) cannot be changed one by one", toString(container)));
    }
}

/// The weights that loadModel() finds in the file.
Checkpoint weightsIn(const ModelSpec& spec) {
    CheckpointFile file(spec.file);
    ModelCard card;
    card.file = spec.file.string();
    return chooseWeights(file, spec.settings, card).checkpoint;
}

SrModel loaded(const ModelSpec& spec, const std::string& device) {
    checkIsWeightFile(spec);
    return loadModel(spec, device);
}

void requireSameSides(const Image& lr, const Image& hr, const ModelCard& card) {
    if (hr.width() != lr.width() * card.scale || hr.height() != lr.height() * card.scale) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} enlarges by {}: the LR image {} of {}x{} needs an HR image of {}x{}, {} has {}x{}",
                                card.name, card.scale, lr.file, lr.width(), lr.height(), lr.width() * card.scale,
                                lr.height() * card.scale, hr.file.empty() ? "it" : hr.file, hr.width(), hr.height()));
    }
}

/// By the weights of now.
double lossOf(const FaigPair::Implementation& pair, const Image& lr, const Image& hr) {
    const at::NoGradGuard noGradients;
    try {
        return pair.lossNow(tensorOf(lr), tensorOf(hr)).item<double>();
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                    fmt::format("{}: evaluating {}x{} pixels failed: {}; use a smaller image", pair.model().card().name,
                                lr.width(), lr.height(), briefMessage(error)));
    }
}

std::vector<float> outIn(const FilterLayer& layer, const torch::Tensor& weight) {
    return valuesOf(layer.transposed ? weight.transpose(0, 1) : weight);
}

}  // namespace

FaigPair::FaigPair(const ModelSpec& baseline, const ModelSpec& target, const std::string& device) {
    checkIsWeightFile(baseline);
    auto network = loaded(target, device);
    auto card = loaded(baseline, "cpu").card();
    implementation_ =
        std::make_unique<Implementation>(std::move(network), std::move(card), weightsIn(baseline), weightsIn(target));
}

FaigPair::FaigPair(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
FaigPair::FaigPair(FaigPair&&) noexcept = default;
FaigPair& FaigPair::operator=(FaigPair&&) noexcept = default;
FaigPair::~FaigPair() = default;

FaigPair FaigPair::ofWeights(const Checkpoint& baseline, const Checkpoint& target, const ModelSettings& settings) {
    auto card = modelFromWeights(baseline, settings).card();
    card.name = "baseline of " + card.name;
    auto network = modelFromWeights(target, settings);
    return FaigPair(std::make_unique<Implementation>(std::move(network), std::move(card), baseline, target));
}

FaigPair FaigPair::ofNetwork(SrModel model, const Checkpoint& baseline, const Checkpoint& target) {
    auto card = model.card();
    return FaigPair(std::make_unique<Implementation>(std::move(model), std::move(card), baseline, target));
}

const ModelCard& FaigPair::baseline() const {
    return implementation_->baselineCard();
}

const ModelCard& FaigPair::target() const {
    return implementation_->model().card();
}

const FilterIndex& FaigPair::filters() const {
    return implementation_->filters();
}

const std::vector<std::string>& FaigPair::warnings() const {
    return implementation_->warnings();
}

bool FaigPair::isUnchanged(int filter) const {
    const auto [layer, out, in] = filters().place(filter);
    const auto& weight = implementation_->weights()[implementation_->weightOf(layer)];
    const bool transposed = filters().layers()[layer].transposed;
    const auto slice = [&](const torch::Tensor& whole) { return transposed ? whole[in][out] : whole[out][in]; };
    return slice(weight.target).equal(slice(weight.baseline));
}

LayerWeights FaigPair::weightsOf(std::size_t layer) const {
    const auto& description = filters().layers().at(layer);
    const auto& weight = implementation_->weights()[implementation_->weightOf(layer)];
    return {.layer = description,
            .target = outIn(description, weight.target.cpu()),
            .baseline = outIn(description, weight.baseline.cpu())};
}

void FaigPair::evaluateInDouble() {
    implementation_->evaluateIn(torch::kFloat64);
}

std::optional<Image> FaigPair::upscale(const Image& lr, const FilterChange& change, const std::stop_token& stop) {
    implementation_->set(change);
    return implementation_->model().upscale(lr, stop);
}

std::optional<Image> FaigPair::upscaleBaseline(const Image& lr, const std::stop_token& stop) {
    implementation_->set(1.0);
    return implementation_->model().upscale(lr, stop);
}

void FaigPair::checkSizes(const Image& lr, const Image& hr) const {
    requireSameSides(lr, hr, target());
}

double FaigPair::loss(const Image& lr, const Image& hr, const FilterChange& change) {
    checkSizes(lr, hr);
    implementation_->set(change);
    return lossOf(*implementation_, lr, hr);
}

double FaigPair::baselineLoss(const Image& lr, const Image& hr) {
    checkSizes(lr, hr);
    implementation_->set(1.0);
    return lossOf(*implementation_, lr, hr);
}

void saveChangedWeights(const ModelSpec& baseline, const ModelSpec& target, const FilterIndex& filters,
                        const FilterChange& change, const std::filesystem::path& file) {
    if (file.extension() != ".safetensors") {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("weights are written as .safetensors: {} has another ending", file.string()));
    }
    const std::array specs{baseline, target};
    const std::array outputs{file};
    checkOutputFiles(std::vector<std::filesystem::path>(outputs.begin(), outputs.end()), filesOf(specs));
    const auto from = weightsIn(baseline);
    auto changed = weightsIn(target);
    const auto find = [](auto& checkpoint, const std::string& key) -> auto& {
        const auto found = std::ranges::find(checkpoint.tensors, key, [](const auto& entry) { return entry.first; });
        if (found == checkpoint.tensors.end()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("'{}' is not in the file: the filters are those of other networks", key));
        }
        return found->second;
    };
    const auto mix = [&](float ours, float theirs) {
        return change.lambda == 1.0   ? ours
               : change.lambda == 0.0 ? theirs
                                      : static_cast<float>(change.lambda * static_cast<double>(ours)
                                                           + (1.0 - change.lambda) * static_cast<double>(theirs));
    };
    const auto mixAt = [&](TensorData& ours, const TensorData& theirs, std::size_t at) {
        ours.values.at(at) = mix(ours.values.at(at), theirs.values.at(at));
    };
    const bool all = change.biases && std::ssize(change.filters) == filters.size();
    if (all) {
        for (auto& [key, data] : changed.tensors) {
            const auto& theirs = find(from, key);
            if (!data.dtype.starts_with("float") && !data.dtype.starts_with("bfloat")) {
                continue;
            }
            for (std::size_t i = 0; i < data.values.size(); ++i) {
                mixAt(data, theirs, i);
            }
        }
    }
    std::vector<std::pair<std::size_t, int>> outputsDone;
    for (const int filter : all ? std::vector<int>() : change.filters) {
        const auto [index, out, in] = filters.place(filter);
        const auto& layer = filters.layers()[index];
        auto& ours = find(changed, layer.key);
        const auto& theirs = find(from, layer.key);
        const auto size = static_cast<std::size_t>(layer.kernelHeight) * static_cast<std::size_t>(layer.kernelWidth);
        const auto slice = static_cast<std::size_t>(layer.transposed ? in * layer.out + out : out * layer.in + in);
        for (std::size_t i = 0; i < size; ++i) {
            mixAt(ours, theirs, slice * size + i);
        }
        if (change.biases && !layer.biasKey.empty()) {
            outputsDone.emplace_back(index, out);
        }
    }
    std::ranges::sort(outputsDone);
    const auto repeated = std::ranges::unique(outputsDone);
    outputsDone.erase(repeated.begin(), repeated.end());
    for (const auto& [index, out] : outputsDone) {
        const auto& layer = filters.layers()[index];
        auto& ours = find(changed, layer.biasKey);
        for (auto i = static_cast<std::size_t>(out); i < ours.values.size(); i += static_cast<std::size_t>(layer.out)) {
            mixAt(ours, find(from, layer.biasKey), i);
        }
    }
    for (auto& [key, data] : changed.tensors) {
        key.insert(0, changed.prefix);
    }
    writeSafetensors(file, changed.tensors,
                     {{"baseline", baseline.displayName()},
                      {"target", target.displayName()},
                      {"filters", std::to_string(change.filters.size())},
                      {"lambda", fmt::format("{}", change.lambda)}});
}

}  // namespace lamscope
