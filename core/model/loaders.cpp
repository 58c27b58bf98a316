// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/loaders.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/sha256.h"
#include "model/bicubic_network.h"
#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/model_files.h"
#include "model/pt2/pt2_network.h"
#include "model/recognition.h"
#include "model/remote/remote_loader.h"
#include "model/torchscript/torchscript_network.h"
#include "model/unsupported_families.h"
#include "model/weight_choice.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

std::int64_t countNonfinite(const torch::Tensor& tensor) {
    return tensor.is_floating_point() ? tensor.numel() - tensor.isfinite().sum().item<std::int64_t>() : 0;
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

/// The closest known network and what differs.
std::string inWords(const KeyDifference& nearest) {
    auto text = "Closest is " + nearest.architecture;
    if (!nearest.missing.empty()) {
        text += fmt::format("; missing {}: {}", nearest.missing.size(), some(nearest.missing));
    }
    if (!nearest.extra.empty()) {
        text += fmt::format("; unknown {}: {}", nearest.extra.size(), some(nearest.extra));
    }
    if (!nearest.mismatched.empty()) {
        text += fmt::format("; other shape {}: {}", nearest.mismatched.size(), some(nearest.mismatched));
    }
    return text;
}

/// @param lookalike  names a network that is known and not supported; may be empty.
std::string whyUnknown(const ModelCard& card, const std::optional<KeyDifference>& nearest,
                       const std::string& lookalike) {
    return fmt::format("{}: no supported network has these {} tensors. ", card.file, card.tensors)
           + (!lookalike.empty() ? lookalike
              : nearest          ? inWords(*nearest)
                                 : "None has a tensor of these names")
           + ". To use it here, export it as TorchScript: with packaging/export/lamscope_export.py, "
             "export(net, \"net.pt\", scale=4, range=1.0); see docs/your-network.md";
}

void chooseScale(ModelCard& card, const ModelSettings& settings) {
    card.scale = settings.scale.value_or(card.scales.front());
    if (std::ranges::find(card.scales, card.scale) == card.scales.end()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: scale={} was asked for, but this network enlarges by {}", card.file, card.scale,
                                fmt::join(card.scales, ", ")));
    }
}

bool isBicubic(const ModelSource& source) {
    return source.spec.isAnalytic();
}

void loadBicubic(const ModelSource& source, Candidate& candidate) {
    constexpr int defaultScale = 4;
    const auto& settings = source.spec.settings;
    auto& card = candidate.card;
    card.name = settings.name.value_or("Bicubic");
    card.container = "analytic";
    card.architecture = "Bicubic";
    card.scale = settings.scale.value_or(defaultScale);
    card.scales = {1, 2, 3, 4, 5, 6, 7, 8};
    card.rangeEvidence = "analytic";
    card.receptiveField = {.global = false, .radius = 2, .evidence = "analytic"};
    card.cropping = {.multiple = 1, .evidence = "analytic"};
    candidate.cardIsComplete = true;
    candidate.network = makeBicubicNetwork(card.scale);
}

bool isRemote(const ModelSource& source) {
    return source.spec.isRemote();
}

bool isTorchScript(const ModelSource& source) {
    return source.container == Container::TorchScript;
}

bool isExportedProgram(const ModelSource& source) {
    return source.container == Container::ExportedProgram;
}

/// `load`: of the container.
void readExported(const ModelSource& source, Candidate& candidate, decltype(loadTorchScript)* load) {
    auto& card = candidate.card;
    auto model = load(source.files.front(), source.spec.settings, card);
    candidate.network = std::move(model.network);
    candidate.defaultRange = model.range;
    candidate.defaultRangeEvidence = std::move(model.rangeEvidence);
    for (const auto& [name, tensor] : candidate.network->namedParameters()) {
        ++card.tensors;
        card.parameters += tensor.numel();
        card.nonfiniteWeights += countNonfinite(tensor);
    }
    chooseScale(card, source.spec.settings);
}

void readTorchScript(const ModelSource& source, Candidate& candidate) {
    readExported(source, candidate, loadTorchScript);
}

void readProgram(const ModelSource& source, Candidate& candidate) {
    readExported(source, candidate, loadPt2);
}

bool isWeightFile(const ModelSource& source) {
    return source.container && !isTorchScript(source) && !isExportedProgram(source);
}

void readWeights(const ModelSource& source, Candidate& candidate) {
    auto& card = candidate.card;
    CheckpointFile file(source.spec.file);
    auto chosen = chooseWeights(file, source.spec.settings, card);
    card.nesting = chosen.checkpoint.nesting;
    countWeights(candidate, chosen.checkpoint, chosen.recognition.leftOut);
    candidate.network = std::move(chosen.recognition.network);
    candidate.family = std::move(chosen.recognition.family);
    candidate.defaultRange = chosen.recognition.defaultRange;
    candidate.defaultRangeEvidence = fmt::format("as {} was published", card.architecture);
    if (candidate.network) {
        chooseScale(card, source.spec.settings);
        return;
    }
    std::string lookalike;
    if (const auto family = unsupportedFamily(chosen.checkpoint)) {
        lookalike = fmt::format("This looks like {}, which is not supported", *family);
        card.warnings.push_back(lookalike + ".");
    } else {
        candidate.nearest = std::move(chosen.recognition.nearest);
    }
    candidate.whyUnknown = whyUnknown(card, candidate.nearest, lookalike);
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

const Loader* loaderOf(const ModelSource& source) {
    const auto all = loaders();
    const auto found = std::ranges::find_if(all, [&](const Loader& loader) { return loader.recognises(source); });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Loader> loaders() {
    static constexpr std::array all{
        Loader{"bicubic", isBicubic, loadBicubic},
        Loader{"server", isRemote, remote::loadRemote},
        Loader{"TorchScript", isTorchScript, readTorchScript},
        Loader{"exported program", isExportedProgram, readProgram},
        Loader{"weight file", isWeightFile, readWeights},
    };
    return all;
}

Candidate readCandidate(const ModelSpec& spec) {
    Candidate candidate;
    ModelSource source{.spec = spec, .files = {}, .container = std::nullopt};
    const auto* loader = loaderOf(source);
    if (loader == nullptr) {
        source.files = modelFiles(spec.file);
        source.container = sniffContainer(source.files.front());
        auto& card = candidate.card;
        card.file = spec.file.string();
        card.name = spec.settings.name.value_or(nameOf(spec.file));
        card.container = nameInDocuments(*source.container);
        card.sha256 = sha256OfFiles(source.files);
        loader = loaderOf(source);
    }
    loader->load(source, candidate);
    return candidate;
}

}  // namespace lamscope
