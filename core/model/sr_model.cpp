// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/sr_model.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/cropping.h"
#include "model/editable_model.h"
#include "model/luma.h"
#include "model/per_colour_network.h"
#include "model/probe/range_probe.h"
#include "model/sr_model_implementation.h"
#include "model/stoppable_evaluation.h"
#include "model/tiled_image.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Evaluates a network on an input of these sizes; its exceptions become Errors that name both.
template <typename Evaluate>
auto translated(const ModelCard& card, at::IntArrayRef lr, const Evaluate& evaluate) {
    try {
        return evaluate();
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw;
        }
        throw Error(ErrorCode::ModelFailure, fmt::format("{}: the network fails on a {}x{} input: {}", card.name, lr[3],
                                                         lr[2], briefMessage(error)));
    }
}

/// A network's trunk whose SR is in [0, 1] and has the size that the card states.
class CheckedTrunk final : public Trunk {
public:
    /// `lr`: sizes of the LR batch. `channels`: of the SR.
    CheckedTrunk(const ModelCard& card, std::vector<std::int64_t> lr, int channels, std::unique_ptr<Trunk> trunk)
        : card_(card)
        , lr_(std::move(lr))
        , channels_(channels)
        , trunk_(std::move(trunk)) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        auto sr = translated(card_, lr_, [&] { return trunk_->finish(region); });
        if (card_.range != 1.0) {
            sr = sr / card_.range;
        }
        const auto height = (region ? region->height : lr_[2]) * card_.scale;
        const auto width = (region ? region->width : lr_[3]) * card_.scale;
        if (sr.sizes() != at::IntArrayRef({lr_[0], channels_, height, width})) {
            throw Error(ErrorCode::ModelFailure,
                        fmt::format("{}: expected an output {} times the size of the {}x{} input, the network gives {}",
                                    card_.name, card_.scale, lr_[3], lr_[2], fmt::join(sr.sizes().vec(), "x")));
        }
        return sr;
    }

private:
    const ModelCard& card_;
    std::vector<std::int64_t> lr_;
    int channels_;
    std::unique_ptr<Trunk> trunk_;
};

}  // namespace

SrModel::SrModel(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
SrModel::SrModel(SrModel&&) noexcept = default;
SrModel& SrModel::operator=(SrModel&&) noexcept = default;
SrModel::~SrModel() = default;

const ModelCard& SrModel::card() const {
    return implementation_->card();
}

bool SrModel::hasSecantRules() const {
    return implementation_->network().hasSecantRules();
}

std::int64_t SrModel::weightChanges() const {
    return implementation_->network().weightChanges();
}

SrModel::Implementation::Implementation(std::unique_ptr<Network> network, ModelCard card, torch::Device device,
                                        torch::ScalarType type)
    : network_(card.colour == ModelCard::Colour::Each ? perColour(std::move(network)) : std::move(network))
    , card_(std::move(card))
    , device_(device)
    , type_(type) {
    evaluateIn(type);
}

void SrModel::Implementation::evaluateIn(torch::ScalarType type) {
    type_ = type;
    network_->to(device_, type_);
}

torch::Tensor SrModel::Implementation::forward(const torch::Tensor& lr, FeatureSink* sink) const {
    const FeatureSinkGuard guard(sink);
    return begin(lr)->finish(std::nullopt);
}

std::vector<Tap> SrModel::Implementation::taps() const {
    constexpr std::pair small{16, 16};
    const auto [width, height] = probeSize(card_, small);
    const auto options = torch::TensorOptions(type_).device(device_);
    return network_->taps(torch::full({1, network_->inputShape().channels, height, width}, 0.5 * card_.range, options));
}

std::unique_ptr<Trunk> SrModel::Implementation::begin(const torch::Tensor& lr) const {
    checkSize(card_, lr.size(3), lr.size(2));
    auto trunk = translated(card_, lr.sizes(), [&] {
        const auto input = networkColours(lr);
        return network_->begin(card_.range == 1.0 ? input : input * card_.range);
    });
    return std::make_unique<CheckedTrunk>(card_, lr.sizes().vec(), network_->inputShape().channels, std::move(trunk));
}

torch::Tensor SrModel::Implementation::networkColours(const torch::Tensor& rgb) const {
    return card_.colour == ModelCard::Colour::Y ? lumaOf(rgb) : rgb;
}

Image SrModel::Implementation::toSrImage(const torch::Tensor& sr, const torch::Tensor& lr) const {
    return toImage(card_.colour == ModelCard::Colour::Y ? withColoursOf(lr, sr, card_.scale) : sr);
}

torch::Tensor SrModel::Implementation::toInput(const Image& image) const {
    auto tensor = torch::empty({1, Image::channels, image.height(), image.width()}, torch::kFloat32);
    std::memcpy(tensor.data_ptr<float>(), image.values().data(), image.values().size_bytes());
    return toInput(tensor);
}

torch::Tensor SrModel::Implementation::toInput(const torch::Tensor& batch) const {
    const auto input = batch.to(type_).contiguous(torch::MemoryFormat::ChannelsLast);
    // From pinned memory a GPU fetches the batch while the CPU makes the next.
    return device_.is_cuda() && input.is_cpu() ? input.pin_memory().to(device_, /*non_blocking=*/true)
                                               : input.to(device_);
}

std::optional<Image> SrModel::upscaleAtOnce(const Image& lr, const std::stop_token& stop) const {
    const auto& model = *implementation_;
    checkSize(card(), lr.width(), lr.height());
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    const at::NoGradGuard noGradients;
    try {
        const StoppableEvaluation stoppable(stop);
        const auto input = model.toInput(lr);
        return model.toSrImage(model.forward(input), input);
    } catch (const EvaluationStopped&) {
        return std::nullopt;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        const bool memory = isOutOfMemory(error);
        const bool whole = !mayBeCropped(card(), lr.width(), lr.height());
        throw Error(memory ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                    fmt::format("{}: upscaling {}x{} pixels {}failed: {}{}", card().name, lr.width(), lr.height(),
                                whole ? "at once " : "", briefMessage(error),
                                memory && whole ? "; this network must see images whole: use a smaller one" : ""));
    }
}

std::optional<Image> SrModel::upscale(const Image& lr, const std::stop_token& stop) const {
    checkSize(card(), lr.width(), lr.height());
    TiledImage sr(card(), lr.width(), lr.height());
    while (!sr.finished()) {
        if (!sr.next(lr, [&](const Image& part) { return upscaleAtOnce(part, stop); })) {
            return std::nullopt;
        }
    }
    return sr.take();
}

void checkSize(const ModelCard& card, std::int64_t width, std::int64_t height) {
    if (std::min(width, height) < card.minimumSide) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} needs LR sides of at least {} pixels, the image (or its context) has {}x{}",
                                card.name, card.minimumSide, width, height));
    }
    if (card.fixedSize && *card.fixedSize != std::pair<int, int>(width, height)) {
        const auto [fixedWidth, fixedHeight] = *card.fixedSize;
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} takes {}x{} LR pixels only, the image (or its context) has {}x{}: {}", card.name,
                                fixedWidth, fixedHeight, width, height,
                                fixedWidth == fixedHeight
                                    ? fmt::format("crop it, or choose a context of {0} (--context {0})", fixedWidth)
                                    : "crop the image to that size and choose the whole of it as context"));
    }
    if (!card.guards) {
        return;
    }
    if (const auto rule = card.guards.violated(static_cast<int>(width), static_cast<int>(height))) {
        const auto [exampleWidth, exampleHeight] = card.guards.example;
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} was exported for LR sizes with {}, the image (or its context) has {}x{}, where its "
                                "results may be wrong: choose another size (it takes {}x{}), or export it with "
                                "lamscope_export.py, which compares the export with the network",
                                card.name, *rule, width, height, exampleWidth, exampleHeight));
    }
}

Image toImage(const torch::Tensor& tensor) {
    auto planar = tensor.detach().to(torch::kCPU, torch::kFloat32);
    if (planar.dim() == 4) {
        planar = planar.squeeze(0);
    }
    planar = planar.contiguous();
    Image image(static_cast<int>(planar.size(2)), static_cast<int>(planar.size(1)));
    std::memcpy(image.values().data(), planar.data_ptr<float>(), image.values().size_bytes());
    return image;
}

}  // namespace lamscope
