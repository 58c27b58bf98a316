// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/probe.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "runtime/torch_errors.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

/// While the box moves, 9 nodes instead of 3 where they keep this pace.
constexpr double movingSeconds = 0.1;
constexpr auto betweenReports = std::chrono::milliseconds(40);

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::string messageOf(const std::exception& error) {
    if (isOutOfMemory(error)) {
        return "not enough memory; choose a smaller context, or close other networks";
    }
    return dynamic_cast<const Error*>(&error) != nullptr ? error.what() : briefMessage(error);
}

void LiveNetwork::dropRefinement() {
    refinement.reset();
    levels = 0;
    nodesDone = 0;
}

void LiveNetwork::dropContext() {
    dropRefinement();
    context.reset();
}

void LiveNetwork::dropInput() {
    dropContext();
    input = {};
    sr.reset();
    failed = false;
    refused = false;
}

void Probe::setRequest(const ProbeRequest& request, std::chrono::steady_clock::time_point asked) {
    request_ = request;
    plan_.reset();
    asked_ = asked;
    for (auto& [id, network] : networks_) {
        network.refused = false;
    }
    for (const auto& target : request.targets) {
        const auto found = networks_.find(target.id);
        if (found != networks_.end() && found->second.refined != optionsFor(target)) {
            found->second.dropRefinement();
        }
    }
}

LamOptions Probe::optionsFor(const ProbeTarget& target) const {
    auto options = request_->options;
    options.patch = target.patch;
    return options;
}

const LiveNetwork* Probe::usable(const ProbeTarget& target) const {
    const auto found = networks_.find(target.id);
    if (found == networks_.end() || found->second.refused || !found->second.input.lr) {
        return nullptr;
    }
    return &found->second;
}

int Probe::wantedLevels(const LiveNetwork& network) const {
    if (!request_->moving) {
        return std::numeric_limits<int>::max();
    }
    constexpr int secondLevelNodes = 9;
    return network.nodeSeconds > 0.0 && network.nodeSeconds * secondLevelNodes < movingSeconds ? 2 : 1;
}

const ProbeTarget* Probe::nextCoarse() const {
    if (!request_) {
        return nullptr;
    }
    for (const auto& target : request_->targets) {
        const auto* network = usable(target);
        if (network != nullptr && network->levels == 0) {
            return &target;
        }
    }
    return nullptr;
}

const ProbeTarget* Probe::nextFine() const {
    if (!request_) {
        return nullptr;
    }
    const ProbeTarget* least = nullptr;
    int leastLevels = 0;
    for (const auto& target : request_->targets) {
        const auto* network = usable(target);
        if (network == nullptr || !network->refinement || network->refinement->finished()
            || network->levels >= wantedLevels(*network)) {
            continue;
        }
        if (least == nullptr || network->levels < leastLevels) {
            least = &target;
            leastLevels = network->levels;
        }
    }
    return least;
}

const LamPlan& Probe::plan() {
    if (!plan_) {
        plan_ = makePlan(request_->options);
    }
    return *plan_;
}

bool Probe::prepare(LiveNetwork& network, const ProbeTarget& target, const std::stop_token& stop) {
    const auto& [of, lr, hr] = network.input;
    const auto& model = *network.model;
    const std::span patch(&target.patch, 1);
    const auto region = checkedContext(model.card(), *lr, hr.get(), plan(), target.patch);
    if (!network.context || !network.context->serves(region, plan())) {
        network.dropContext();
        auto path = paths_.pathFor(lr, region, plan(), stop);
        if (!path) {
            return false;
        }
        network.context =
            lamscope::prepare(model, *lr, hr.get(), plan(), region, patch, stop,
                              {.budget = &budget_, .evaluation = {.batches = &batches_}, .path = std::move(path)});
        if (!network.context) {
            return false;
        }
    }
    if (!network.refinement) {
        network.refinement = std::make_unique<LamRefinement>(*network.context, plan(), patch, asked_);
        network.refined = optionsFor(target);
    }
    return true;
}

void Probe::refine(const ProbeTarget& target, const std::stop_token& stop) {
    auto& network = networks_.at(target.id);
    const auto& request = *request_;
    const auto& name = network.model->card().name;
    try {
        if (!prepare(network, target, stop)) {
            return;
        }
        const auto begin = Clock::now();
        const auto nodesBefore = network.nodesDone;
        const bool complete = network.refinement->next(stop, [&](std::int64_t nodesDone) {
            network.nodesDone = nodesDone;
            network.nodeSeconds = secondsSince(begin) / static_cast<double>(nodesDone - nodesBefore);
            if (Clock::now() - reported_ > betweenReports) {
                reported_ = Clock::now();
                sink_(live::Progress{name, nodesDone, plan().nodes});
            }
        });
        if (complete) {
            ++network.levels;
            sink_(live::MapReady{.request = request.number,
                                 .id = target.id,
                                 .input = network.input.of,
                                 .options = network.refined,
                                 .result = network.refinement->results().front(),
                                 .finished = network.refinement->finished(),
                                 .latencySeconds = secondsSince(asked_)});
        }
    } catch (const std::exception& error) {
        network.dropContext();
        network.refused = true;
        sink_(live::MapFailed{.request = request.number,
                              .id = target.id,
                              .input = network.input.of,
                              .options = optionsFor(target),
                              .message = messageOf(error)});
    }
}

}  // namespace lamscope
