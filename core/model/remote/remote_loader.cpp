// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/remote_loader.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/padded_network.h"
#include "model/per_colour_network.h"
#include "model/remote/remote_network.h"
#include "model/remote/served_identity.h"
#include "model/stoppable_evaluation.h"

namespace lamscope {

namespace remote {

namespace {

constexpr std::string_view stated = "stated by the server";

void describe(ModelCard& card, const NetworkDescription& network, const Greeting& greeting) {
    card.container = "server";
    card.architecture = "Remote network";
    for (const auto& [name, value] : {std::pair("server", greeting.server), std::pair("device", network.device),
                                      std::pair("framework", network.framework)}) {
        if (!value.empty()) {
            card.hyperparameters.emplace_back(name, value);
        }
    }
    card.sha256 = network.weightsSha256;
    card.scale = network.scale;
    card.scales = {network.scale};
    card.mean = network.mean;
    card.sizeMultiple = network.sizeMultiple;
    card.minimumSide = std::max(network.minimumSide, smallestPaddedSide(network.sizeMultiple));
    card.fixedSize = network.fixedSize;
    card.cropping.evidence = "a server does not say more";
    card.parameters = network.parameters.value_or(0);
}

/// The addresses of the other networks, where the address names none.
std::vector<std::string> othersOf(const Greeting& greeting, const Address& address) {
    std::vector<std::string> others;
    if (address.network.empty()) {
        for (auto other = greeting.networks.begin() + 1; other != greeting.networks.end(); ++other) {
            auto named = address;
            named.network = other->id;
            others.push_back(named.toString());
        }
    }
    return others;
}

}  // namespace

void loadRemote(const ModelSource& source, Candidate& candidate) {
    const auto& settings = source.spec.settings;
    const auto address = Address::parse(source.spec.file.string());
    const auto server = serverAt(address);
    const auto found = server->greeted(StoppableRequests::stopOfThisThread());
    if (!found) {
        throw EvaluationStopped();
    }
    const auto& [connection, greeting] = *found;
    const auto& network = networkOf(greeting, address);
    if (network.frames != 1) {
        throw Error(ErrorCode::UnsupportedModel,
                    fmt::format("{}: {} takes {} frames at once, and only networks of single images are probed",
                                address.shown(), network.name, network.frames));
    }
    if (settings.scale.value_or(network.scale) != network.scale) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: scale={} was asked for, but {} enlarges by {}", address.shown(), *settings.scale,
                                network.name, network.scale));
    }
    auto& card = candidate.card;
    card.file = address.shown();
    card.name = settings.name.value_or(network.name);
    describe(card, network, greeting);
    // One channel is luma by the protocol, whatever the scale.
    constexpr int anyScale = 0;
    card.colour = coloursOf({.channels = network.channels}, anyScale, settings, card.file);
    card.others = othersOf(greeting, address);
    if (!card.others.empty()) {
        card.warnings.push_back(fmt::format("its server has {} further networks, the next of them at {}",
                                            card.others.size(), Address::parse(card.others.front()).shown()));
    }
    candidate.defaultRange = network.range;
    candidate.defaultRangeEvidence = stated;
    candidate.runsElsewhere = true;
    candidate.network = padToMultiple(makeRemoteNetwork(server, connection, network), network.sizeMultiple);
}

}  // namespace remote

std::optional<ServedIdentity> servedIdentity(const ModelSpec& spec, const std::stop_token& stop) {
    const auto address = remote::Address::parse(spec.file.string());
    const auto found = remote::serverAt(address)->greeted(stop);
    if (!found) {
        return std::nullopt;
    }
    const auto& network = remote::networkOf(found->greeting, address);
    const auto [width, height] = network.fixedSize.value_or(std::pair(0, 0));
    return ServedIdentity{.sha256 = network.weightsSha256,
                          .rules = fmt::format("{} x{}, range {}, {} channels, sides {}n from {}, fixed {}x{}",
                                               network.id, network.scale, network.range, network.channels,
                                               network.sizeMultiple, network.minimumSide, width, height)};
}

}  // namespace lamscope
