// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/probe_job.h"

#include <limits>
#include <new>
#include <utility>

#include "method/lam/mask_mass.h"
#include "model/weights_watch.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

/// While the box moves, the second level too where it keeps this pace.
constexpr double movingSeconds = 0.1;
/// A single level of more cells than the second begins with one of so many: nobody waits for all of them.
constexpr int previewCells = 3;
constexpr int mostWithoutPreview = 7;
constexpr auto betweenReports = std::chrono::milliseconds(40);
/// During a fast drag every position would cancel the one before it and no map would ever be seen: after this long
/// without one, the map of the most urgent network, if it is at work, is finished first.
constexpr auto longestWithoutMap = std::chrono::milliseconds(150);

/// What a network computes before the single level of `plan`; nullopt where that comes soon enough.
std::optional<LamPlan> previewOf(const LamPlan& plan) {
    if (plan.rule != IntegrationRule::Secant || plan.levels().size() > 1 || plan.nodes <= mostWithoutPreview) {
        return std::nullopt;
    }
    auto preview = plan;
    preview.nodes = previewCells;
    return preview;
}

std::shared_ptr<const LamResult> withMaskMass(std::shared_ptr<const LamResult> result, const ScaledInput& input) {
    if (!input.rainMask) {
        return result;
    }
    auto copy = std::make_shared<LamResult>(*result);
    addMaskMass(*copy, *input.rainMask);
    return copy;
}

/// Says whose first map is at work, also where that is left by an exception.
class Working {
public:
    Working(std::atomic<NetworkId>& who, NetworkId id)
        : who_(who) {
        who_ = id;
    }
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;
    ~Working() { who_ = 0; }

private:
    std::atomic<NetworkId>& who_;
};

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

void ProbeJob::Maps::dropRefinement() {
    refinement.reset();
    isPreview = false;
    levels = 0;
    nodesDone = 0;
}

void ProbeJob::Maps::dropContext() {
    dropRefinement();
    context.reset();
}

void ProbeJob::inputChanged() {
    request_.reset();
    dropContexts();
}

void ProbeJob::dropContexts() {
    for (auto& [id, maps] : maps_) {
        maps.dropContext();
    }
}

bool ProbeJob::owesMap(NetworkId id) const {
    return workingFor_ == id
           && Clock::now().time_since_epoch().count() - lastMap_ > Clock::duration(longestWithoutMap).count();
}

void ProbeJob::setRequest(const ProbeRequest& request, std::chrono::steady_clock::time_point asked) {
    request_ = request;
    plan_.reset();
    asked_ = asked;
    for (const auto& target : request.targets) {
        if (!state_.networks.contains(target.id)) {
            continue;
        }
        auto& maps = maps_[target.id];
        maps.refused = false;
        maps.newBeginnings = 0;
        if (maps.refined != optionsFor(target)) {
            maps.dropRefinement();
        }
    }
}

void ProbeJob::step(const std::stop_token& stop) {
    if (const auto* target = nextCoarse()) {
        {
            const Working working(workingFor_, target->id);
            refine(*target, stop);
        }
        takeImage(target->id);
    } else if (const auto* finer = nextFine()) {
        refine(*finer, stop);
    }
}

LamOptions ProbeJob::optionsFor(const ProbeTarget& target) const {
    auto options = request_->options;
    options.patch = target.patch;
    return options;
}

const ProbeJob::Maps* ProbeJob::mapsOf(const ProbeTarget& target) const {
    const auto found = maps_.find(target.id);
    const bool served = found != maps_.end() && !found->second.refused && state_.usable(target.id) != nullptr;
    return served ? &found->second : nullptr;
}

int ProbeJob::wantedLevels(const Maps& maps) const {
    if (!request_->moving) {
        return std::numeric_limits<int>::max();
    }
    constexpr std::size_t moving = 2;
    const auto nodes = maps.refinement ? maps.refinement->plan().levels() : std::vector<int>{};
    const bool isQuick =
        nodes.size() >= moving && maps.nodeSeconds > 0.0 && maps.nodeSeconds * nodes[moving - 1] < movingSeconds;
    return isQuick ? moving : 1;
}

const ProbeTarget* ProbeJob::nextCoarse() const {
    if (!request_) {
        return nullptr;
    }
    for (const auto& target : request_->targets) {
        const auto* maps = mapsOf(target);
        if (maps != nullptr && maps->levels == 0) {
            return &target;
        }
    }
    return nullptr;
}

const ProbeTarget* ProbeJob::nextFine() const {
    if (!request_) {
        return nullptr;
    }
    const ProbeTarget* least = nullptr;
    int leastLevels = 0;
    for (const auto& target : request_->targets) {
        const auto* maps = mapsOf(target);
        if (maps == nullptr || !maps->refinement || maps->refinement->finished()
            || maps->levels >= wantedLevels(*maps)) {
            continue;
        }
        if (least == nullptr || maps->levels < leastLevels) {
            least = &target;
            leastLevels = maps->levels;
        }
    }
    return least;
}

const LamPlan& ProbeJob::plan() {
    if (!plan_) {
        plan_ = makePlan(request_->options);
    }
    return *plan_;
}

bool ProbeJob::prepare(Maps& maps, const ProbeTarget& target, const std::stop_token& stop) {
    const auto& network = state_.networks.at(target.id);
    const auto& lr = network.input.lr;
    const auto& hr = network.input.hr;
    const auto& model = *network.model;
    const std::span patch(&target.patch, 1);
    const auto region = checkedContext(model.card(), *lr, hr.get(), plan(), target.patch);
    if (!maps.context || !maps.context->serves(region, plan())) {
        maps.dropContext();
        auto path = paths_.pathFor(lr, hr, region, plan(), stop);
        if (!path) {
            return false;
        }
        maps.context =
            lamscope::prepare(model, *lr, hr.get(), plan(), region, patch, stop,
                              {.budget = &budget_, .evaluation = {.batches = &batches_}, .path = std::move(path)});
        if (!maps.context) {
            return false;
        }
    }
    if (!maps.refinement) {
        const auto preview = previewOf(plan().forNetwork(model.hasSecantRules()));
        maps.refinement = std::make_unique<LamRefinement>(*maps.context, preview.value_or(plan()), patch, asked_);
        maps.isPreview = preview.has_value();
        maps.refined = optionsFor(target);
    }
    return true;
}

void ProbeJob::refine(const ProbeTarget& target, const std::stop_token& stop) {
    const auto& network = state_.networks.at(target.id);
    auto& maps = maps_.at(target.id);
    const auto& request = *request_;
    const auto& name = network.model->card().name;
    try {
        if (!prepare(maps, target, stop)) {
            return;
        }
        const auto begin = Clock::now();
        const auto nodesBefore = maps.nodesDone;
        const bool complete = maps.refinement->next(stop, [&](std::int64_t nodesDone) {
            maps.nodesDone = nodesDone;
            maps.nodeSeconds = secondsSince(begin) / static_cast<double>(nodesDone - nodesBefore);
            if (Clock::now() - reported_ > betweenReports) {
                reported_ = Clock::now();
                sink_(live::Progress{name, nodesDone, maps.refinement->plan().gradients()});
            }
        });
        if (complete) {
            ++maps.levels;
            lastMap_ = Clock::now().time_since_epoch().count();
            sink_(live::MapReady{.request = request.number,
                                 .id = target.id,
                                 .input = network.input.of,
                                 .options = maps.refined,
                                 .result = withMaskMass(maps.refinement->results().front(), network.input),
                                 .finished = maps.refinement->finished() && !maps.isPreview,
                                 .latencySeconds = secondsSince(asked_)});
            if (maps.refinement->finished()) {
                maps.newBeginnings = 0;
            }
            if (std::exchange(maps.isPreview, false)) {
                maps.nodesDone = 0;
                maps.refinement =
                    std::make_unique<LamRefinement>(*maps.context, plan(), std::span(&target.patch, 1), asked_);
            }
        }
    } catch (const std::exception& error) {
        maps.dropContext();
        if (isWeightsChanged(error) && ++maps.newBeginnings <= mostNewBeginnings) {
            return;
        }
        maps.newBeginnings = 0;
        maps.refused = true;
        sink_(live::MapFailed{.request = request.number,
                              .id = target.id,
                              .input = network.input.of,
                              .options = optionsFor(target),
                              .message = messageOf(error),
                              .connectionLost = isConnectionLost(error)});
    }
}

void ProbeJob::takeImage(NetworkId id) {
    auto& network = state_.networks.at(id);
    const auto& context = maps_.at(id).context;
    if (!context || network.hasSr()
        || context->region() != Rect{0, 0, network.input.lr->width(), network.input.lr->height()}) {
        return;
    }
    network.tiles.reset();  // of an image that nobody waits for any more
    try {
        network.sr = std::make_shared<const Image>(context->sr());
        network.srWeights = context->weightChanges();
    } catch (const std::bad_alloc&) {
        network.srFailed = true;  // the map is there; its image is one too many
        return;
    }
    sink_(networkImages(id, network));
}

}  // namespace lamscope
