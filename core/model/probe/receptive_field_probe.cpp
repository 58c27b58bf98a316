// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/probe/receptive_field_probe.h"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/allocation_meter.h"
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
    const auto sr = network.forward(lr);
    if (stop.stop_requested()) {
        return {};
    }
    const std::int64_t x = width / 2;
    const std::int64_t y = height / 2;
    const auto middle = card.scale / 2;
    const auto pixel = sr.narrow(2, y * card.scale + middle, 1).narrow(3, x * card.scale + middle, 1).sum();
    return torch::autograd::grad({pixel}, {lr}).front().to(torch::kCPU);
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
    auto sizes = card.fixedSize ? std::vector{*card.fixedSize} : std::vector{Size(81, 81), Size(321, 321)};
    if (card.guards && std::ranges::any_of(sizes, [&](const Size& size) {
            return card.guards.violated(size.first, size.second).has_value();
        })) {
        sizes = {card.guards.example};
    }
    double bytesPerPixel = 0.0;
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
        return ReceptiveField{.global = true,
                              .radius = std::nullopt,
                              .evidence = fmt::format("measured: reaches the border of a {}x{} image",
                                                      sizes.back().first, sizes.back().second)};
    } catch (const std::exception&) {
        return ReceptiveField{
            .global = false, .radius = std::nullopt, .evidence = "not measurable: the network failed on the probe"};
    }
}

}  // namespace lamscope
