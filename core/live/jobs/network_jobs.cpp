// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/network_jobs.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>

#include <fmt/format.h>

#include "model/weights_watch.h"
#include "scene/grid_words.h"

namespace lamscope {

namespace {

/// Too many LR pixels to wait for before the maps.
bool isLarge(const LiveNetwork& network) {
    return static_cast<std::int64_t>(network.input.lr->width()) * network.input.lr->height() > TiledImage::enoughPixels;
}

}  // namespace

NetworkId ImageJob::next() const {
    if (state_.moving || state_.awaitsRequest) {
        return 0;
    }
    NetworkId large = 0;
    double least = 0.0;
    for (const auto id : shown_) {
        const auto* network = state_.usable(id);
        if (network == nullptr || network->hasSr() || network->srFailed) {
            continue;
        }
        if (!isLarge(*network)) {
            return id;
        }
        if (const double share = shareDone(id); large == 0 || share < least) {
            large = id;
            least = share;
        }
    }
    return large;
}

double ImageJob::shareDone(NetworkId id) const {
    const auto& tiles = state_.networks.at(id).tiles;
    return tiles ? static_cast<double>(tiles->done()) / static_cast<double>(tiles->tiles()) : 0.0;
}

Rect ImageJob::boxLr(NetworkId id) const {
    const auto found = boxes_.find(id);
    if (found == boxes_.end()) {
        return {};
    }
    const auto& patch = found->second;
    const int scale = state_.networks.at(id).model->card().scale;
    return {patch.x / scale, patch.y / scale, patch.size / scale, patch.size / scale};
}

void ImageJob::forget(NetworkId id) {
    boxes_.erase(id);
    newBeginnings_.erase(id);
}

void ImageJob::inputChanged() {
    boxes_.clear();
}

void ImageJob::sendTile(NetworkId id, const Rect& place) const {
    const auto& network = state_.networks.at(id);
    const int scale = network.model->card().scale;
    const Rect enlarged{place.x * scale, place.y * scale, place.width * scale, place.height * scale};
    const auto& hr = network.input.hr;
    live::SrPart part{.place = place,
                      .sr = std::make_shared<const Image>(network.tiles->sr().cropped(enlarged)),
                      .hr = hr ? std::make_shared<const Image>(hr->cropped(enlarged)) : nullptr};
    sink_(live::SrTile{id, network.input.of, std::move(part)});
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
        if (!network.tiles) {
            network.tiles = std::make_unique<TiledImage>(model.card(), lr.width(), lr.height());
        }
        auto& tiles = *network.tiles;
        const auto output = gridWords(model.card().scale).output;
        sink_(live::Progress{tiles.tiles() == 1 ? fmt::format("{}: {} image", model.card().name, output)
                                                : fmt::format("{}: {} image, tile {} of {}", model.card().name, output,
                                                              tiles.done() + 1, tiles.tiles()),
                             0, 0});
        const auto place = tiles.next(
            lr, [&](const Image& part) { return model.upscaleAtOnce(part, stop); }, boxLr(id));
        if (!place) {
            return;
        }
        if (tiles.done() == 1) {
            network.srWeights = model.weightChanges();
        } else if (network.srWeights != model.weightChanges()) {
            throwWeightsChanged(model.card().name);
        }
        if (!tiles.finished()) {
            sendTile(id, *place);
            return;
        }
        newBeginnings_.erase(id);
        network.sr = std::make_shared<const Image>(tiles.take());
        sink_(networkImages(id, network));
    } catch (const std::exception& error) {
        if (isWeightsChanged(error) && ++newBeginnings_[id] <= mostNewBeginnings) {
            network.tiles.reset();
            return;
        }
        newBeginnings_.erase(id);
        network.srFailed = true;
        sink_(live::MapFailed{.request = 0,
                              .id = id,
                              .input = network.input.of,
                              .options = {},
                              .message = error.what(),
                              .connectionLost = isConnectionLost(error)});
    }
    network.tiles.reset();
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
