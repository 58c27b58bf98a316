// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/probe/receptive_field_probe.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/stoppable_evaluation.h"
#include "runtime/allocation_meter.h"
#include "runtime/gradients.h"
#include "runtime/process_memory.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Of the free memory, for a probe that nobody asked for.
constexpr double spareShare = 0.25;

/// The noise image's gradient at the central SR pixel; undefined when stopped.
torch::Tensor centralGradient(const Network& network, torch::Device device, const ModelCard& card, int width,
                              int height, const std::stop_token& stop) {
    auto generator = at::detail::createCPUGenerator(1);
    auto lr = (torch::rand({1, network.inputShape().channels, height, width}, generator) * card.range)
                  .contiguous(torch::MemoryFormat::ChannelsLast)
                  .to(device);
    lr.requires_grad_(true);
    const Rect middlePixel{width / 2, height / 2, 1, 1};
    const auto sr = network.begin(lr)->finish(middlePixel);  // of a server's network, nothing else crosses
    if (stop.stop_requested()) {
        return {};
    }
    const auto middle = card.scale / 2;
    const auto pixel = sr.narrow(2, middle, 1).narrow(3, middle, 1).sum();
    return gradientsOf({pixel}, {lr}).front().to(torch::kCPU);
}

/// Half width of the dependence of the central SR pixel on a noise image; nullopt when it reaches the image's border.
std::optional<int> dependenceRadius(const torch::Tensor& gradient) {
    const auto height = gradient.size(2);
    const auto width = gradient.size(3);
    const auto x = width / 2;
    const auto y = height / 2;
    const auto touched = gradient.abs().amax({0, 1}).nonzero();
    const auto radius = touched.numel() == 0 ? 0 : (touched - torch::tensor({y, x})).abs().max().item<std::int64_t>();
    return radius < (std::min(width, height) - 1) / 2 ? std::optional(static_cast<int>(radius)) : std::nullopt;
}

}  // namespace

std::optional<ReceptiveField> measureReceptiveField(const Network& network, torch::Device device, const ModelCard& card,
                                                    const std::stop_token& stop) {
    using Size = std::pair<int, int>;
    constexpr int small = 81;
    auto sizes = card.fixedSize ? std::vector{*card.fixedSize} : std::vector{Size(small, small), Size(321, 321)};
    const bool runsElsewhere = card.container == "server";
    if (runsElsewhere && !card.fixedSize) {
        const int side = std::max(small, card.minimumSide);
        sizes = {Size(side, side)};  // a larger one would hold up what its user is waiting for
    }
    if (card.guards && std::ranges::any_of(sizes, [&](const Size& size) {
            return card.guards.violated(size.first, size.second).has_value();
        })) {
        sizes = {card.guards.example};
    }
    double bytesPerPixel = 0.0;
    const StoppableRequests stoppable(stop);
    try {
        for (const auto& [width, height] : sizes) {
            if (std::min(width, height) < card.minimumSide) {
                continue;
            }
            const double pixels = static_cast<double>(width) * height;
            const auto available = static_cast<double>(availableMemory());
            if (available > 0.0 && bytesPerPixel * pixels > spareShare * available) {
                return ReceptiveField{
                    .global = false,
                    .radius = std::nullopt,
                    .evidence =
                        fmt::format("not measured: reaches the border of a {}x{} image, and a larger one "
                                    "takes {:.0f} GiB",
                                    sizes.front().first, sizes.front().second, bytesPerPixel * pixels / gibibyte)};
            }
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            const AllocationMeter meter;
            const auto gradient = centralGradient(network, device, card, width, height, stop);
            if (!gradient.defined()) {
                return std::nullopt;
            }
            const auto radius = dependenceRadius(gradient);
            bytesPerPixel = static_cast<double>(meter.peakBytes()) / pixels;
            if (radius) {
                return ReceptiveField{
                    .global = false,
                    .radius = radius,
                    .evidence = fmt::format("measured on a noise image of {}x{} (lower bound)", width, height)};
            }
        }
        if (runsElsewhere) {
            return ReceptiveField{
                .global = false,
                .radius = std::nullopt,
                .evidence = fmt::format("not measured: reaches the border of a {}x{} image, and a network on a server "
                                        "is asked for no larger one",
                                        sizes.back().first, sizes.back().second)};
        }
        return ReceptiveField{.global = true,
                              .radius = std::nullopt,
                              .evidence = fmt::format("measured: reaches the border of a {}x{} image",
                                                      sizes.back().first, sizes.back().second)};
    } catch (const EvaluationStopped&) {
        return std::nullopt;
    } catch (const std::exception&) {
        return ReceptiveField{
            .global = false, .radius = std::nullopt, .evidence = "not measurable: the network failed on the probe"};
    }
}

}  // namespace lamscope
