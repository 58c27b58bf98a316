// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/network_jobs.h"

#include <algorithm>
#include <exception>
#include <memory>

#include <fmt/format.h>

namespace lamscope {

NetworkId ImageJob::next() const {
    const auto lacksImage = [this](NetworkId id) {
        const auto* network = state_.usable(id);
        return network != nullptr && !network->sr && !network->srFailed;
    };
    const auto found = std::ranges::find_if(shown_, lacksImage);
    return state_.moving || state_.awaitsRequest || found == shown_.end() ? 0 : *found;
}

void ImageJob::step(const std::stop_token& stop) {
    const auto id = next();
    auto& network = state_.networks.at(id);
    sink_(live::Progress{fmt::format("{}: SR image", network.model->card().name), 0, 0});
    try {
        auto sr = network.model->upscale(*network.input.lr, stop);
        if (sr) {
            network.sr = std::make_shared<const Image>(std::move(*sr));
            sink_(live::NetworkImages{id, network.input.of, network.input.lr, network.sr});
        }
    } catch (const std::exception& error) {
        network.srFailed = true;
        sink_(
            live::MapFailed{.request = 0, .id = id, .input = network.input.of, .options = {}, .message = error.what()});
    }
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
