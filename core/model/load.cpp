// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/sha256.h"
#include "model/bicubic_network.h"
#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/model_files.h"
#include "model/probe/cropping_probe.h"
#include "model/probe/range_probe.h"
#include "model/probe/receptive_field_probe.h"
#include "model/recognition.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "model/torchscript/torchscript_network.h"
#include "model/weight_choice.h"
#include "runtime/process_memory.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr int defaultBicubicScale = 4;
/// Above this, the probe's residual speaks against a range; see RangeProbe.
constexpr double clearlyWrong = 0.01;

/// Above this, a family that fits by its keys is refused: what comes out is farther from the picture than any picture
/// could be. Black is off by 0.53, and an untrained network by about as much.
constexpr double beyondDoubt = 1.0;

/// A network on its way to an SrModel: what loading and inspecting have in common.
struct Candidate {
    std::unique_ptr<Network> network;  ///< null when no known network fits
    ModelCard card;
    std::optional<double> defaultRange;
    std::string defaultRangeEvidence;
    std::optional<KeyDifference> nearest;
    std::string nonfiniteTensors;  ///< the first few of them by name; empty where there are none, or names
    std::string family;            ///< as in the setting arch=
    std::string refusal;  ///< why a network that fits by its keys is not this one; empty if nothing speaks against it
};

/// Published files whose value range no key tells and their authors state.
std::optional<double> rangeOfPublishedFile(const std::string& sha256) {
    struct Entry {
        std::string_view sha256;
        double range;
    };
    static constexpr std::array entries{
        Entry{"11af8ec8ebd68689e90ef1e29044f9804c72d3bd9f7573820b7b26035782760c", 255.0},
        Entry{"ca81b7757708ce749ac3766589690db6c2729961d026c0137e7659924ec36622", 255.0},
    };
    const auto* found = std::ranges::find(entries, std::string_view(sha256), &Entry::sha256);
    return found == entries.end() ? std::nullopt : std::optional(found->range);
}

std::string containerName(Container container) {
    switch (container) {
        case Container::TorchLegacy:
            return "torch-legacy";
        case Container::TorchZip:
            return "torch-zip";
        case Container::TorchScript:
            return "torchscript";
        case Container::Safetensors:
            return "safetensors";
    }
    return "unknown";
}

std::int64_t countNonfinite(const torch::Tensor& tensor) {
    return tensor.is_floating_point() ? tensor.numel() - tensor.isfinite().sum().item<std::int64_t>() : 0;
}

std::string scalesInWords(const std::vector<int>& scales) {
    return fmt::format("{}", fmt::join(scales, ", "));
}

/// The first few of a list, then how many more.
std::string some(const std::vector<std::string>& items) {
    constexpr std::size_t most = 3;
    const auto shown = std::min(items.size(), most);
    auto text = fmt::format("{}", fmt::join(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
    return items.size() > most ? fmt::format("{} and {} more", text, items.size() - most) : text;
}

void countWeights(Candidate& candidate, const Checkpoint& checkpoint, const std::vector<std::string>& leftOut) {
    auto& card = candidate.card;
    std::vector<std::string> nonfinite;
    for (const auto& [name, data] : checkpoint.tensors) {
        if (std::ranges::find(leftOut, name) != leftOut.end()) {
            continue;
        }
        ++card.tensors;
        card.parameters += static_cast<std::int64_t>(data.values.size());
        const auto count = std::ranges::count_if(data.values, [](float value) { return !std::isfinite(value); });
        card.nonfiniteWeights += count;
        if (count > 0) {
            nonfinite.push_back(name);
        }
    }
    if (!nonfinite.empty()) {
        candidate.nonfiniteTensors = some(nonfinite);
        card.warnings.push_back(fmt::format("NaN or infinite values are in {}.", candidate.nonfiniteTensors));
    }
}

void readWeights(Candidate& candidate, const ModelSpec& spec) {
    auto& card = candidate.card;
    CheckpointFile file(spec.file);
    auto chosen = chooseWeights(file, spec.settings, card);
    card.nesting = chosen.checkpoint.nesting;
    countWeights(candidate, chosen.checkpoint, chosen.recognition.leftOut);
    candidate.network = std::move(chosen.recognition.network);
    candidate.family = std::move(chosen.recognition.family);
    candidate.defaultRange = chosen.recognition.defaultRange;
    candidate.defaultRangeEvidence = fmt::format("as {} was published", card.architecture);
    candidate.nearest = std::move(chosen.recognition.nearest);
}

void readTorchScript(Candidate& candidate, const ModelSpec& spec) {
    auto& card = candidate.card;
    auto model = loadTorchScript(spec.file, spec.settings, card);
    candidate.network = std::move(model.network);
    candidate.defaultRange = model.range;
    candidate.defaultRangeEvidence = std::move(model.rangeEvidence);
    for (const auto& [name, tensor] : candidate.network->namedParameters()) {
        ++card.tensors;
        card.parameters += tensor.numel();
        card.nonfiniteWeights += countNonfinite(tensor);
    }
}

void chooseScale(ModelCard& card, const ModelSettings& settings) {
    card.scale = settings.scale.value_or(card.scales.front());
    if (std::ranges::find(card.scales, card.scale) == card.scales.end()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: scale={} was asked for, but this network enlarges by {}", card.file, card.scale,
                                scalesInWords(card.scales)));
    }
}

/// What a network of another kind gives in place of an enlarged picture; empty where the probe does not say that it is
/// one.
std::string whatItGivesInstead(const RangeProbe& probe) {
    const double better = std::min(probe.residual1, probe.residual255);
    if (better <= clearlyWrong) {
        return "";
    }
    if (!std::isfinite(better)) {
        return "it gives no finite picture, at [0, 1] and at [0, 255]. It is probably another network with the same "
               "layers, or damaged";
    }
    if (probe.withoutInput < clearlyWrong) {
        return "it does not enlarge: it gives the picture with the input added once more. It is probably another "
               "network with the same layers and one skip connection less, from the input";
    }
    if (better <= beyondDoubt) {
        return "";
    }
    return fmt::format(
        "it does not enlarge: a smooth picture comes out wrong by {:.2g} times the value range at [0, 1] and {:.2g} "
        "times at [0, 255]. It is probably another network with the same layers (another skip connection, an input "
        "that was enlarged before), or damaged",
        probe.residual1, probe.residual255);
}

/// The order of evidence for the value range; the probe runs unless the user decided, if only to check the others.
void chooseRange(Candidate& candidate, const ModelSettings& settings) {
    auto& card = candidate.card;
    if (settings.range) {
        card.range = *settings.range;
        card.rangeEvidence = "given by the user";
        return;
    }
    const auto usual = candidate.defaultRange ? checkProbeSize : usualProbeSize;
    const auto probe = probeRange(*candidate.network, card.scale, probeSize(card, usual));
    const auto residuals =
        fmt::format("probe residual {:.2g} at [0, 1], {:.2g} at [0, 255]", probe.residual1, probe.residual255);
    if (const auto published = rangeOfPublishedFile(card.sha256)) {
        card.range = *published;
        card.rangeEvidence = "published file known by its hash; " + residuals;
    } else if (candidate.defaultRange) {
        card.range = *candidate.defaultRange;
        card.rangeEvidence = candidate.defaultRangeEvidence + "; " + residuals;
    } else {
        card.range = probe.better();
        card.rangeEvidence = residuals;
    }
    if (probe.better() != card.range && probe.residual(card.range) > clearlyWrong) {
        card.warnings.push_back(
            fmt::format("the value range [0, {}] does not agree with the probe ({}); if the pictures look wrong, set "
                        "range={}",
                        card.range, residuals, probe.better()));
    }
    const double better = std::min(probe.residual1, probe.residual255);
    const bool isNative = card.container != "torchscript";
    const std::string instead = isNative && !settings.architecture ? whatItGivesInstead(probe) : "";
    if (!instead.empty()) {
        candidate.refusal = fmt::format(
            "{}: its tensors have the names and shapes of {}, but as {} {}; arch={} insists. To use another network, "
            "export it as TorchScript: see docs/your-network.md",
            card.file, card.architecture, card.architecture, instead, candidate.family);
        card.warnings.push_back(candidate.refusal);
    } else if (better > clearlyWrong) {
        card.warnings.push_back(
            fmt::format("the network does not reproduce a smooth picture at either value range "
                        "({}): is it a super-resolution network, and is it trained?",
                        residuals));
    }
}

Candidate makeAnalytic(const ModelSpec& spec) {
    Candidate candidate;
    auto& card = candidate.card;
    card.name = spec.settings.name.value_or("Bicubic");
    card.container = "analytic";
    card.architecture = "Bicubic";
    card.scale = spec.settings.scale.value_or(defaultBicubicScale);
    card.scales = {1, 2, 3, 4, 5, 6, 7, 8};
    card.rangeEvidence = "analytic";
    card.receptiveField = {.global = false, .radius = 2, .evidence = "analytic"};
    card.cropping = {.multiple = 1, .evidence = "analytic"};
    candidate.network = makeBicubicNetwork(card.scale);
    return candidate;
}

/// The file's stem, or the folder's name.
std::string nameOf(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(file, ignored)) {
        return file.stem().string();
    }
    const auto folder = std::filesystem::absolute(file, ignored).lexically_normal();
    return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

Candidate readCandidate(const ModelSpec& spec) {
    Candidate candidate;
    auto& card = candidate.card;
    const auto files = modelFiles(spec.file);
    const auto container = sniffContainer(files.front());
    card.file = spec.file.string();
    card.name = spec.settings.name.value_or(nameOf(spec.file));
    card.container = containerName(container);
    card.sha256 = sha256OfFiles(files);
    if (container == Container::TorchScript) {
        readTorchScript(candidate, {.file = files.front(), .settings = spec.settings});
    } else {
        readWeights(candidate, spec);
    }
    if (candidate.network) {
        chooseScale(card, spec.settings);
    }
    return candidate;
}

std::string whyUnknown(const ModelCard& card, const KeyDifference& nearest) {
    std::string text = fmt::format("{}: no supported network has these {} tensors. Closest is {}", card.file,
                                   card.tensors, nearest.architecture);
    if (!nearest.missing.empty()) {
        text += fmt::format("; missing {}: {}", nearest.missing.size(), some(nearest.missing));
    }
    if (!nearest.extra.empty()) {
        text += fmt::format("; unknown {}: {}", nearest.extra.size(), some(nearest.extra));
    }
    if (!nearest.mismatched.empty()) {
        text += fmt::format("; other shape {}: {}", nearest.mismatched.size(), some(nearest.mismatched));
    }
    return text
           + ". To use it here, export it as TorchScript: with packaging/export/lamscope_export.py, "
             "export(net, \"net.pt\", scale=4, range=1.0); see docs/your-network.md";
}

/// What loading leaves out. False when stopped.
bool measureRest(const Network& network, torch::Device device, ModelCard& card, const std::stop_token& stop = {}) {
    // Attention over the whole image can cost minutes where convolutions cost a second.
    const auto usual = card.receptiveField.global ? checkProbeSize : usualProbeSize;
    const double agreement = agreementWithBicubic(network, device, card.scale, card.range, probeSize(card, usual));
    if (std::isfinite(agreement)) {  // it is infinite for bicubic enlargement itself
        card.bicubicAgreementDb = agreement;
    }
    if (!card.receptiveField.global && !card.receptiveField.radius) {
        const auto field = measureReceptiveField(network, device, card, stop);
        if (!field) {
            return false;
        }
        card.receptiveField = *field;
    }
    return true;
}

}  // namespace

std::optional<ModelCard> measuredCard(const SrModel& model, const std::stop_token& stop) {
    auto card = model.card();
    const auto& inside = model.implementation();
    return measureRest(inside.network(), inside.device(), card, stop) ? std::optional(std::move(card)) : std::nullopt;
}

SrModel loadModel(const ModelSpec& spec, const std::string& device) {
    if (device == "cpu") {
        prepareMemory();
    }
    auto candidate = spec.isAnalytic() ? makeAnalytic(spec) : readCandidate(spec);
    auto& card = candidate.card;
    if (!candidate.network) {
        throw Error(ErrorCode::UnsupportedModel, whyUnknown(card, *candidate.nearest));
    }
    if (card.nonfiniteWeights > 0) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: {} of {} weights are NaN or infinite{}, so every output would be; the training "
                                "diverged or the file is damaged",
                                card.file, card.nonfiniteWeights, card.parameters,
                                candidate.nonfiniteTensors.empty() ? "" : " (in " + candidate.nonfiniteTensors + ")"));
    }
    if (!spec.isAnalytic()) {
        chooseRange(candidate, spec.settings);
        if (!candidate.refusal.empty()) {
            throw Error(ErrorCode::UnsupportedModel, candidate.refusal);
        }
        card.cropping = probeCropping(*candidate.network, card);
    }
    return SrModel(std::make_unique<SrModel::Implementation>(std::move(candidate.network), std::move(card),
                                                             torch::Device(device)));
}

ModelReport inspectModel(const ModelSpec& spec) {
    auto candidate = spec.isAnalytic() ? makeAnalytic(spec) : readCandidate(spec);
    auto& card = candidate.card;
    if (candidate.network && card.nonfiniteWeights == 0) {
        if (!spec.isAnalytic()) {
            chooseRange(candidate, spec.settings);
            card.cropping = probeCropping(*candidate.network, card);
        }
        measureRest(*candidate.network, torch::kCPU, card);
    }
    return {std::move(card), std::move(candidate.nearest)};
}

}  // namespace lamscope
