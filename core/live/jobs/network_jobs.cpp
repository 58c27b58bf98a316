// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/network_jobs.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>

#include <fmt/format.h>

namespace lamscope {

namespace {

/// More LR pixels are too many to wait for before the maps.
constexpr std::int64_t mostAtOnce = 40'000;
/// Side of what a tile of a large image contributes, LR pixels: a new box waits for one tile at most.
constexpr int tileSide = 128;

bool isLarge(const LiveNetwork& network) {
    return static_cast<std::int64_t>(network.input.lr->width()) * network.input.lr->height() > mostAtOnce;
}

}  // namespace

NetworkId ImageJob::next() const {
    if (state_.moving || state_.awaitsRequest) {
        return 0;
    }
    NetworkId large = 0;
    for (const auto id : shown_) {
        const auto* network = state_.usable(id);
        if (network == nullptr || network->sr || network->srFailed) {
            continue;
        }
        if (!isLarge(*network)) {
            return id;
        }
        large = large == 0 ? id : large;
    }
    return large;
}

LivePriority ImageJob::priority() const {
    return isLarge(state_.networks.at(next())) ? LivePriority::LargeImages : LivePriority::Images;
}

void ImageJob::step(const std::stop_token& stop) {
    const auto id = next();
    auto& network = state_.networks.at(id);
    const auto& model = *network.model;
    const auto& lr = *network.input.lr;
    try {
        const int side = isLarge(network) ? tileSide : std::max(lr.width(), lr.height());
        auto& tiles = tiles_.try_emplace(id, model.card(), lr.width(), lr.height(), side).first->second;
        sink_(live::Progress{tiles.tiles() == 1 ? fmt::format("{}: SR image", model.card().name)
                                                : fmt::format("{}: SR image, tile {} of {}", model.card().name,
                                                              tiles.done() + 1, tiles.tiles()),
                             0, 0});
        if (stop.stop_requested()) {
            return;
        }
        tiles.next(lr, [&model](const Image& part) { return model.upscale(part).value(); });
        if (!tiles.finished()) {
            return;
        }
        network.sr = std::make_shared<const Image>(tiles.take());
        sink_(live::NetworkImages{id, network.input.of, network.input.lr, network.sr});
    } catch (const std::exception& error) {
        network.srFailed = true;
        sink_(
            live::MapFailed{.request = 0, .id = id, .input = network.input.of, .options = {}, .message = error.what()});
    }
    tiles_.erase(id);
}

NetworkId CardJob::next() const {
    const auto found =
        std::ranges::find_if(state_.networks, [this](const auto& each) { return !measured_.contains(each.first); });
    return state_.moving || state_.awaitsRequest || found == state_.networks.end() ? 0 : found->first;
}

void CardJob::step(const std::stop_token& stop) {
    const auto id = next();
    const auto& network = state_.networks.at(id);
    sink_(live::Progress{fmt::format("measuring {}", network.model->card().name), 0, 0});
    try {
        const auto card = measuredCard(*network.model, stop);
        if (!card) {
            return;  // its turn comes again
        }
        measured_.insert(id);
        sink_(live::CardMeasured{id, *card});
    } catch (const std::exception&) {
        measured_.insert(id);  // the card stays as it is; what is wrong with the network shows with its map
    }
}

}  // namespace lamscope
