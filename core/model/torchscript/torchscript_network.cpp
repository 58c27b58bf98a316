// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/torchscript/torchscript_network.h"

#include <algorithm>
#include <array>
#include <caffe2/serialize/inline_container.h>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/serialization/import_read.h>
#include <torch/script.h>

#include "base/error.h"
#include "model/exported/exported_network.h"
#include "model/feature_sink.h"
#include "model/recognition.h"
#include "model/torchscript/observed_forward.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

class TorchScriptNetwork final : public Network {
public:
    TorchScriptNetwork(torch::jit::Module module, int channels)
        : module_(std::move(module))
        , channels_(channels) {}

    [[nodiscard]] InputShape inputShape() const override { return {.channels = channels_}; }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        // Without the profiling optimiser the first runs are not slower than the later ones, and results do not depend
        // on how often the network ran before.
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        auto result = featuresAreObserved() ? observedForward()(lr) : torch::jit::Module(module_).forward({lr});
        if (!result.isTensor()) {
            throw Error(ErrorCode::ModelFailure, "the TorchScript network does not return a single tensor");
        }
        return result.toTensor();
    }

    [[nodiscard]] NamedTensors namedParameters() const override {
        NamedTensors all;
        for (const auto& [name, value] : module_.named_parameters()) {
            all.emplace_back(name, value);
        }
        return all;
    }

    void to(torch::Device device, torch::ScalarType type) override {
        // Not Module::to(), which converts tables of indices as well.
        const auto move = [&](const torch::Tensor& tensor) {
            tensor.set_data(tensor.to(device, tensor.is_floating_point() ? type : tensor.scalar_type()));
        };
        for (const auto& parameter : module_.parameters()) {
            move(parameter);
        }
        for (const auto& buffer : module_.buffers()) {
            move(buffer);
        }
    }

private:
    [[nodiscard]] const ObservedForward& observedForward() const {
        std::call_once(observedOnce_, [this] { observed_.emplace(module_); });
        return *observed_;
    }

    torch::jit::Module module_;
    int channels_;
    mutable std::once_flag observedOnce_;
    mutable std::optional<ObservedForward> observed_;  ///< made when it is first asked for
};

struct Archive {
    torch::jit::Module module;
    std::string card;                   ///< "" when there is none
    std::optional<LrSize> exampleSize;  ///< of the input it was traced with, where that is recorded
};

/// The size of the first input that torch.jit.trace() stores in the archives it makes.
std::optional<LrSize> readExampleSize(const std::filesystem::path& file) {
    try {
        caffe2::serialize::PyTorchStreamReader reader(file.string());
        if (!reader.hasRecord("traced_inputs.pkl")) {
            return std::nullopt;
        }
        const auto inputs = torch::jit::readArchiveAndTensors("traced_inputs", "", "traced_inputs/", std::nullopt,
                                                              std::nullopt, torch::kCPU, reader)
                                .toGenericDict();
        const auto input = inputs.at("forward").toList().get(0).toTensor();
        constexpr std::int64_t largestSide = 4096;
        const bool plausible = input.dim() == 4 && std::max(input.size(2), input.size(3)) <= largestSide;
        return plausible ? std::optional(LrSize(input.size(3), input.size(2))) : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

Archive readArchive(const std::filesystem::path& file) {
    try {
        torch::jit::ExtraFilesMap extras{{std::string(embeddedCardName), ""}};
        auto module = torch::jit::load(file.string(), torch::kCPU, extras);
        module.eval();
        return {.module = std::move(module),
                .card = extras.at(std::string(embeddedCardName)),
                .exampleSize = readExampleSize(file)};
    } catch (const std::exception& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: LibTorch cannot read this TorchScript archive: {}",
                                                    file.string(), briefMessage(error)));
    }
}

/// The names of the types of weights that a computation in float32 converts.
std::set<std::string> otherTypes(const torch::jit::Module& module) {
    std::set<std::string> names;
    for (const auto& parameter : module.parameters()) {
        parameter.requires_grad_(false);
        if (parameter.is_floating_point() && parameter.scalar_type() != torch::kFloat32) {
            names.insert(c10::toString(parameter.scalar_type()));
        }
    }
    return names;
}

/// For a network that does not take any size: a trace whose sizes became constants, or one with a size rule that nobody
/// stated. `expectedScale` decides where the same file enlarges different sizes by different scales.
SizeFinding findSizeRule(const Network& network, const std::optional<LrSize>& exampleSize,
                         std::optional<int> expectedScale) {
    static constexpr std::array usualSides{16, 24, 32, 48, 64, 72, 80, 96, 100, 112, 120, 128, 192, 200, 224, 256};
    constexpr int largestSideForMore = 128;  // larger ones take long, and serve only when nothing else works
    std::map<LrSize, int> scales;
    const auto add = [&](const LrSize& size) {
        const auto scale = tryAt(network, size).scale;
        if (scale) {
            scales.emplace(size, *scale);
        }
        return scale;
    };
    if (exampleSize) {
        const auto scale = add(*exampleSize);
        expectedScale = scale ? scale : expectedScale;
    }
    for (const int side : usualSides) {
        if (side > largestSideForMore && !scales.empty()) {
            break;
        }
        add({side, side});
    }
    if (scales.empty()) {
        return {};
    }
    const auto isExpected = [&](const auto& entry) { return entry.second == expectedScale; };
    if (std::ranges::any_of(scales, isExpected)) {
        std::erase_if(scales, [&](const auto& entry) { return !isExpected(entry); });
    }
    const int scale = scales.begin()->second;
    if (std::ranges::any_of(scales, [scale](const auto& entry) { return entry.second != scale; })) {
        std::vector<std::string> enlargements;
        enlargements.reserve(scales.size());
        for (const auto& [size, factor] : scales) {
            enlargements.push_back(fmt::format("{} by {}", inWords(size), factor));
        }
        return {.failure = fmt::format("the network was traced for one input size, which the archive does not record "
                                       "(it enlarges {}): set scale=, or state \"fixed_size\" in a card beside it, see "
                                       "docs/your-network.md",
                                       fmt::join(enlargements, ", "))};
    }
    if (scales.size() == 1) {
        const auto& size = scales.begin()->first;
        const auto advice =
            size.first == size.second ? fmt::format(": choose that context (--context {})", size.first) : "";
        return {.behaviour =
                    SizeBehaviour{.scale = scale,
                                  .fixedSize = size,
                                  .remark = fmt::format("it works on {} LR pixels only, the size it was traced "
                                                        "for{}",
                                                        inWords(size), advice)}};
    }
    int smallest = usualSides.back();
    int multiple = 0;
    for (const auto& [size, factor] : scales) {
        smallest = std::min({smallest, size.first, size.second});
        multiple = std::gcd(multiple, std::gcd(size.first, size.second));
    }
    return {.behaviour =
                SizeBehaviour{.scale = scale,
                              .sizeMultiple = multiple,
                              .minimumSide = smallest - multiple + 1,  // padding makes it the smallest side
                              .remark = fmt::format("it does not take every size: by trial, multiples of {} from "
                                                    "{} LR pixels on; a card with \"size_multiple\" and "
                                                    "\"minimum_side\" settles it",
                                                    multiple, smallest)}};
}

SizeFinding findBehaviour(const Network& network, const ExportedCard& stated, const std::optional<LrSize>& exampleSize,
                          std::optional<int> expectedScale) {
    if (stated.fixedSize) {
        return tryFixedSize(
            network, *stated.fixedSize,
            fmt::format("it works on {} LR pixels only, as its card states", inWords(*stated.fixedSize)));
    }
    auto usual = tryUsualSizes(network, stated.sizeMultiple, stated.minimumSide);
    if (usual.behaviour) {
        return usual;
    }
    auto finding = findSizeRule(network, exampleSize, expectedScale);
    if (!finding.behaviour && finding.failure.empty()) {
        finding.failure = std::move(usual.failure);
    }
    return finding;
}

}  // namespace

ExportedModel loadTorchScript(const std::filesystem::path& file, const ModelSettings& settings, ModelCard& card) {
    const auto archive = readArchive(file);
    const auto stated = readExportedCard(file, archive.card);
    card.architecture = "TorchScript";
    card.warnings = stated.warnings;
    if (stated.anyBatch || !stated.guards.empty()) {
        card.warnings.emplace_back("\"batch\" and \"guards\" on its card are not used: they concern .pt2 files");
    }
    if (const auto types = otherTypes(archive.module); !types.empty()) {
        card.warnings.push_back(fmt::format("weights in {}, computed in float32", fmt::join(types, ", ")));
    }

    using Colour = ModelCard::Colour;
    const auto colours = stated.colour ? std::vector{*stated.colour} : std::vector{Colour::Rgb, Colour::Y};
    auto expectedScale = settings.scale ? settings.scale : stated.scale;
    if (!expectedScale) {
        expectedScale = scaleInName(file.stem().string(), {1, 2, 3, 4, 5, 6, 7, 8});
    }
    std::unique_ptr<TorchScriptNetwork> network;
    SizeFinding finding;
    for (const auto colour : colours) {
        network = std::make_unique<TorchScriptNetwork>(archive.module, colour == Colour::Y ? 1 : 3);
        network->to(torch::kCPU, torch::kFloat32);
        auto attempt = findBehaviour(*network, stated, archive.exampleSize, expectedScale);
        if (attempt.behaviour || finding.failure.empty()) {
            finding = std::move(attempt);
        }
        if (finding.behaviour) {
            break;
        }
    }
    if (!finding.behaviour) {
        throw Error(ErrorCode::UnsupportedModel, fmt::format("{}: {}", file.string(), finding.failure));
    }

    const auto& behaviour = *finding.behaviour;
    return describeExported(std::move(network), behaviour, stated, settings, "TorchScript network", card);
}

}  // namespace lamscope
