// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/receptive_field_probe.h"

#include <algorithm>

#include <fmt/format.h>
#include <torch/torch.h>

namespace lamscope {

namespace {

/// Half width of the dependence of the central SR pixel on a noise image; `reach` of the probe when it fills it.
std::int64_t dependenceRadius(const Network& network, int scale, double range, std::int64_t reach) {
    const std::int64_t side = 2 * reach + 1;
    auto generator = at::detail::createCPUGenerator(1);
    auto lr = (torch::rand({1, 3, side, side}, generator) * range).contiguous(torch::MemoryFormat::ChannelsLast);
    lr.requires_grad_(true);
    const auto sr = network.forward(lr);
    const auto centre = reach * scale + scale / 2;
    const auto pixel = sr.slice(2, centre, centre + 1).slice(3, centre, centre + 1).sum();
    const auto gradient = torch::autograd::grad({pixel}, {lr}).front();
    const auto touched = gradient.abs().amax({0, 1}).nonzero();
    return touched.numel() == 0 ? 0 : (touched - reach).abs().max().item<std::int64_t>();
}

}  // namespace

ReceptiveField measureReceptiveField(const Network& network, int scale, double range) {
    try {
        for (const std::int64_t reach : {40, 160}) {
            const auto radius = dependenceRadius(network, scale, range, reach);
            if (radius < reach) {
                return {.global = false,
                        .radius = static_cast<int>(radius),
                        .evidence = fmt::format("measured on a noise image of {0}x{0} (lower bound)", 2 * reach + 1)};
            }
        }
        return {.global = true, .radius = std::nullopt, .evidence = "measured: reaches the border of a 321x321 image"};
    } catch (const std::exception&) {
        return {.global = false, .radius = std::nullopt, .evidence = "not measurable: the network failed on the probe"};
    }
}

}  // namespace lamscope
