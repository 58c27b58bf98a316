// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/receptive_field_probe.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/allocation_meter.h"
#include "model/process_memory.h"
#include "torch_headers.h"

namespace lamscope {

namespace {

/// Of the free memory, for a probe that nobody asked for.
constexpr double spareShare = 0.25;

/// Half width of the dependence of the central SR pixel on a noise image; nullopt when it reaches the image's border.
std::optional<int> dependenceRadius(const Network& network, const ModelCard& card, int width, int height) {
    auto generator = at::detail::createCPUGenerator(1);
    auto lr = (torch::rand({1, network.channels(), height, width}, generator) * card.range)
                  .contiguous(torch::MemoryFormat::ChannelsLast);
    lr.requires_grad_(true);
    const auto sr = network.forward(lr);
    const std::int64_t x = width / 2;
    const std::int64_t y = height / 2;
    const auto middle = card.scale / 2;
    const auto pixel = sr.narrow(2, y * card.scale + middle, 1).narrow(3, x * card.scale + middle, 1).sum();
    const auto gradient = torch::autograd::grad({pixel}, {lr}).front();
    const auto touched = gradient.abs().amax({0, 1}).nonzero();
    const auto radius = touched.numel() == 0 ? 0 : (touched - torch::tensor({y, x})).abs().max().item<std::int64_t>();
    return radius < (std::min(width, height) - 1) / 2 ? std::optional(static_cast<int>(radius)) : std::nullopt;
}

}  // namespace

ReceptiveField measureReceptiveField(const Network& network, const ModelCard& card) {
    using Size = std::pair<int, int>;
    const auto sizes = card.fixedSize ? std::vector{*card.fixedSize} : std::vector{Size(81, 81), Size(321, 321)};
    double bytesPerPixel = 0.0;
    try {
        for (const auto& [width, height] : sizes) {
            if (std::min(width, height) < card.minimumSide) {
                continue;
            }
            const double pixels = static_cast<double>(width) * height;
            const auto available = static_cast<double>(availableMemory());
            if (available > 0.0 && bytesPerPixel * pixels > spareShare * available) {
                return {.global = false,
                        .radius = std::nullopt,
                        .evidence =
                            fmt::format("not measured: reaches the border of a {}x{} image, and a larger one "
                                        "takes {:.0f} GiB",
                                        sizes.front().first, sizes.front().second, bytesPerPixel * pixels / gibibyte)};
            }
            const AllocationMeter meter;
            const auto radius = dependenceRadius(network, card, width, height);
            bytesPerPixel = static_cast<double>(meter.peakBytes()) / pixels;
            if (radius) {
                return {.global = false,
                        .radius = radius,
                        .evidence = fmt::format("measured on a noise image of {}x{} (lower bound)", width, height)};
            }
        }
        return {.global = true,
                .radius = std::nullopt,
                .evidence = fmt::format("measured: reaches the border of a {}x{} image", sizes.back().first,
                                        sizes.back().second)};
    } catch (const std::exception&) {
        return {.global = false, .radius = std::nullopt, .evidence = "not measurable: the network failed on the probe"};
    }
}

}  // namespace lamscope
