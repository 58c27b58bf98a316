// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/exported/exported_network.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/padded_network.h"
#include "model/per_colour_network.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

std::string inWords(const LrSize& size) {
    return fmt::format("{}x{}", size.first, size.second);
}

SizeTrial tryAt(const Network& network, const LrSize& size) {
    const auto [width, height] = size;
    const auto channels = network.inputShape().channels;
    torch::Tensor sr;
    try {
        const at::NoGradGuard noGradients;
        sr = network.forward(torch::full({1, channels, height, width}, 0.5));
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw;
        }
        return {.failure = fmt::format("the network fails on a 1x{}x{}x{} input: {}", channels, height, width,
                                       briefMessage(error))};
    }
    const auto scale = sr.dim() == 4 ? sr.size(2) / height : 0;
    if (scale < 1 || scale > largestExportedScale
        || sr.sizes() != at::IntArrayRef({1, channels, scale * height, scale * width})) {
        return {.failure = fmt::format("a super-resolution network maps 1x{}x{}x{} to {} and a whole multiple of "
                                       "that size, this one gives {}",
                                       channels, height, width, channels == 1 ? "one channel" : "three channels",
                                       fmt::join(sr.sizes().vec(), "x"))};
    }
    return {.scale = static_cast<int>(scale)};
}

SizeFinding tryFixedSize(const Network& network, const LrSize& size, const std::string& remark) {
    const auto trial = tryAt(network, size);
    if (!trial.scale) {
        return {.failure = trial.failure};
    }
    return {.behaviour = SizeBehaviour{.scale = *trial.scale, .fixedSize = size, .remark = remark}};
}

SizeFinding tryUsualSizes(const Network& network, int multiple, int minimumSide) {
    constexpr int step = 16;
    const auto roundedUp = [multiple](int side) { return (side + multiple - 1) / multiple * multiple; };
    const int side = roundedUp(std::max(usualTrialSide, minimumSide));
    const int larger = roundedUp(side + step);
    const auto trial = tryAt(network, {side, side});
    const auto other = tryAt(network, {larger, larger});
    if (!trial.scale || !other.scale) {
        return {.failure = trial.scale ? other.failure : trial.failure};
    }
    if (trial.scale != other.scale) {
        return {.failure = fmt::format("the network enlarges {} by {} and {} by {}", inWords({side, side}),
                                       *trial.scale, inWords({larger, larger}), *other.scale)};
    }
    return {.behaviour = SizeBehaviour{.scale = *trial.scale, .sizeMultiple = multiple, .minimumSide = minimumSide}};
}

ExportedModel describeExported(std::unique_ptr<Network> network, const SizeBehaviour& behaviour,
                               const ExportedCard& stated, const ModelSettings& settings, std::string_view kind,
                               ModelCard& card) {
    if (stated.scale && *stated.scale != behaviour.scale) {
        card.warnings.push_back(fmt::format("its card states scale {}, but it enlarges by {}: is the card its own?",
                                            *stated.scale, behaviour.scale));
    }
    if (!behaviour.remark.empty()) {
        card.warnings.push_back(behaviour.remark);
    }
    card.name = settings.name.value_or(stated.name.value_or(card.name));
    card.scales = {behaviour.scale};
    card.colour = stated.colour && !settings.colour
                      ? *stated.colour
                      : coloursOf(network->inputShape(), behaviour.scale, settings, card.file);
    if (!stated.colour && !settings.colour && card.colour != ModelCard::Colour::Rgb) {
        card.assumed.emplace_back(card.colour == ModelCard::Colour::Y
                                      ? "Y channel (the network takes one)"
                                      : "each colour by itself (the network takes one channel and does not enlarge)");
    }
    card.mean = stated.mean;
    card.fixedSize = behaviour.fixedSize;
    card.sizeMultiple = behaviour.sizeMultiple;
    card.minimumSide = std::max(behaviour.minimumSide, smallestPaddedSide(behaviour.sizeMultiple));
    card.guards = behaviour.guards;
    card.cropping.evidence = fmt::format("a {} does not say more", kind);
    return {.network = padToMultiple(std::move(network), behaviour.sizeMultiple),
            .range = stated.range,
            .rangeEvidence = stated.rangeEvidence};
}

}  // namespace lamscope
