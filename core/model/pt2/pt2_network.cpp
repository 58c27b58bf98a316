// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/pt2_network.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/pt2/program_sizes.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

class Pt2Network final : public Network {
public:
    Pt2Network(pt2::Interpreter interpreter, int channels, Batches batches)
        : interpreter_(std::move(interpreter))
        , channels_(channels)
        , batches_(batches) {
        interpreter_.to(torch::kCPU, torch::kFloat32);
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = channels_}; }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        if (batches_ == Batches::Whole || lr.size(0) == 1) {
            return interpreter_(lr);
        }
        std::vector<torch::Tensor> images;
        for (std::int64_t i = 0; i < lr.size(0); ++i) {
            images.push_back(interpreter_(lr.narrow(0, i, 1)));
        }
        return at::cat(images);
    }

    [[nodiscard]] NamedTensors namedParameters() const override { return interpreter_.namedParameters(); }
    void to(torch::Device device, torch::ScalarType type) override { interpreter_.to(device, type); }

private:
    pt2::Interpreter interpreter_;
    int channels_;
    Batches batches_;
};

/// Of the archive, by the input that the program records and the card.
int channelsOf(const pt2::Program& program, const ExportedCard& stated) {
    using Colour = ModelCard::Colour;
    const auto& extent = program.inputValue().facts.value().sizes[1];
    const auto channels = extent.isFixed() ? extent.value.value_or(0) : stated.colour == Colour::Y ? 1 : 3;
    if (channels != 1 && channels != 3) {
        throw pt2::UnsupportedProgram(fmt::format("takes images of {} channels: 3 (RGB) or 1 (Y) are read", channels));
    }
    if (stated.colour && (*stated.colour == Colour::Y) != (channels == 1)) {
        throw pt2::UnsupportedProgram(fmt::format("takes images of {} channels, but its card states \"colour\": \"{}\"",
                                                  channels, *stated.colour == Colour::Y ? "y" : "rgb"));
    }
    return static_cast<int>(channels);
}

Batches batchesOf(const pt2::Program& program, const ExportedCard& stated) {
    const auto& extent = program.inputValue().facts.value().sizes[0];
    if (!extent.isFixed()) {
        return stated.anyBatch.value_or(true) ? Batches::Whole : Batches::OneByOne;
    }
    if (extent.value != 1) {
        throw pt2::UnsupportedProgram(fmt::format(
            "takes batches of {} images only: export it for a batch of 1, or of any length", extent.value.value_or(0)));
    }
    return Batches::OneByOne;
}

SizeFinding findSizes(const Network& network, const ProgramSizes& sizes) {
    if (sizes.fixed) {
        return tryFixedSize(network, *sizes.fixed, sizes.remark);
    }
    if (!sizes.guards) {
        auto finding = tryUsualSizes(network, sizes.multiple, sizes.minimumSide);
        if (finding.behaviour) {
            finding.behaviour->remark = sizes.remark;
        }
        return finding;
    }
    const auto trial = tryAt(network, sizes.guards.example);
    if (!trial.scale) {
        return {.failure = trial.failure};
    }
    return {.behaviour = SizeBehaviour{.scale = *trial.scale,
                                       .sizeMultiple = sizes.multiple,
                                       .minimumSide = sizes.minimumSide,
                                       .guards = sizes.guards,
                                       .remark = sizes.remark}};
}

/// Where a network whose sizes are these was tried.
LrSize triedSize(const SizeBehaviour& behaviour) {
    if (behaviour.guards) {
        return behaviour.guards.example;
    }
    const int multiple = behaviour.sizeMultiple;
    const int side = (std::max(usualTrialSide, behaviour.minimumSide) + multiple - 1) / multiple * multiple;
    return behaviour.fixedSize.value_or(LrSize(side, side));
}

/// Two images in which no two values are equal.
torch::Tensor twoImages(int channels, const LrSize& size) {
    const auto [width, height] = size;
    return torch::linspace(0.0, 1.0, 2L * channels * height * width).sin().view({2, channels, height, width});
}

/// Why the network cannot be probed; empty where a gradient comes back.
std::string gradientFailure(const Network& network, const LrSize& size) {
    try {
        const auto lr = twoImages(network.inputShape().channels, size).narrow(0, 0, 1).clone().requires_grad_(true);
        const auto sr = network.forward(lr);
        if (!sr.requires_grad()) {
            return "its output has no gradient with respect to its input: export the network outside of "
                   "torch.no_grad()";
        }
        static_cast<void>(torch::autograd::grad({sr.sum()}, {lr}));
        return "";
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw;
        }
        const auto message = briefMessage(error);
        const bool inPlace = message.find("inplace operation") != std::string::npos;
        return fmt::format("the gradient of the network fails: {}{}", message,
                           inPlace ? ": export with run_decompositions({})" : "");
    }
}

/// Whether images of a batch come out as they do alone.
bool batchesAgree(const Network& network, const LrSize& size) {
    constexpr double tolerance = 1e-4;  // of the largest value
    const at::NoGradGuard noGradients;
    const auto both = twoImages(network.inputShape().channels, size);
    try {
        const auto together = network.forward(both);
        const auto alone = at::cat({network.forward(both.narrow(0, 0, 1)), network.forward(both.narrow(0, 1, 1))});
        const auto difference = (together - alone).abs().max().item<double>();
        return difference <= tolerance * alone.abs().max().item<double>();
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw;
        }
        return false;
    }
}

/// What LibTorch says of operators and tensors becomes a defect of the file.
pt2::Interpreter interpreterOf(const pt2::Pt2Archive& archive) {
    try {
        return pt2::Interpreter(archive);
    } catch (const pt2::FormatError&) {
        throw;
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw;
        }
        throw pt2::FormatError(fmt::format("cannot be made ready to run: {}", briefMessage(error)));
    }
}

ExportedModel loadProgram(const std::filesystem::path& file, const ModelSettings& settings, ModelCard& card) {
    const auto archive = pt2::readPt2(file);
    const auto stated = readExportedCard(file, archive.card);
    card.architecture = "torch.export";
    card.warnings = stated.warnings;
    const int channels = channelsOf(archive.program, stated);
    auto interpreter = interpreterOf(archive);
    if (interpreter.weightType() != torch::kFloat32) {
        card.warnings.push_back(
            fmt::format("weights in {}, computed in float32", c10::toString(interpreter.weightType())));
    }
    const auto sizes = sizesOf(std::make_shared<const pt2::Program>(archive.program), stated, channels);
    const auto batches = batchesOf(archive.program, stated);
    auto network = makePt2Network(std::move(interpreter), channels, batches);
    auto finding = findSizes(*network, sizes);
    if (finding.behaviour) {
        finding.failure = gradientFailure(*network, triedSize(*finding.behaviour));
    }
    if (!finding.failure.empty()) {
        throw Error(ErrorCode::UnsupportedModel, fmt::format("{}: {}", file.string(), finding.failure));
    }
    if (batches == Batches::Whole && !batchesAgree(*network, triedSize(*finding.behaviour))) {
        card.warnings.emplace_back("two images at once come out otherwise than alone: images are evaluated one by one");
        network = makePt2Network(interpreterOf(archive), channels, Batches::OneByOne);
    }
    return describeExported(std::move(network), *finding.behaviour, stated, settings, "network of torch.export", card);
}

}  // namespace

std::unique_ptr<Network> makePt2Network(pt2::Interpreter interpreter, int channels, Batches batches) {
    return std::make_unique<Pt2Network>(std::move(interpreter), channels, batches);
}

ExportedModel loadPt2(const std::filesystem::path& file, const ModelSettings& settings, ModelCard& card) {
    try {
        return loadProgram(file, settings, card);
    } catch (const pt2::UnsupportedProgram& error) {
        throw Error(ErrorCode::UnsupportedModel, fmt::format("{} {}", file.string(), error.what()));
    } catch (const pt2::FormatError& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{} {}", file.string(), error.what()));
    }
}

}  // namespace lamscope
