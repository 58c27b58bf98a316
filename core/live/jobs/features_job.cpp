// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/features_job.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

using FeaturesClock = std::chrono::steady_clock;

constexpr auto betweenFeatureReports = std::chrono::milliseconds(100);

/// Before so much is done, what is left is a guess.
constexpr double leastShareForTime = 0.03;

}  // namespace

/// A run at work.
class FeaturesJob::Run {
public:
    Run(const LiveState& state, const Sink& sink, std::int64_t runNumber, FeaturesRequest request, FeatureCache& cache)
        : number(runNumber)
        , state_(state)
        , sink_(sink)
        , request_(std::move(request))
        , cache_(cache) {}

    std::int64_t number;

    [[nodiscard]] bool finished() const { return steps_ && steps_->finished(); }

    /// Throws what ends the run.
    void step(const std::stop_token& stop) {
        if (!steps_) {
            begin();
            return;
        }
        const bool hadSets = steps_->hasSets();
        const auto before = FeaturesClock::now();
        steps_->next(stop, [this](const FeatureRunProgress& progress) { report(progress); });
        spent_ += FeaturesClock::now() - before;
        if (steps_->hasSets() && !hadSets) {
            sendSets();
        }
        const auto& places = srga_ != nullptr ? srga_->places() : ddr_->places();
        if (places.size() != sent_ || (finished() && !hasSentEnd_)) {
            sent_ = places.size();
            hasSentEnd_ = finished();
            sendResults(places);
        }
    }

private:
    void begin() {
        auto input = request_.input;
        input.device = state_.device;
        const FeatureStepSettings settings{
            .load = [this](const ModelSpec& spec) { return network(spec); }, .skipsFailing = true, .cache = &cache_};
        if (const auto* options = std::get_if<SrgaOptions>(&request_.options)) {
            auto steps = std::make_unique<SrgaSteps>(input, *options, settings);
            srga_ = steps.get();
            steps_ = std::move(steps);
        } else {
            auto steps = std::make_unique<DdrSteps>(input, std::get<DdrOptions>(request_.options), settings);
            ddr_ = steps.get();
            steps->observeTsne([this](std::size_t place, const std::string& tap, const Embedding& embedding) {
                sink_(live::FeaturesEmbedding{number, request_.networks[place], tap, embedding.points,
                                              embedding.iterations});
            });
            steps_ = std::move(steps);
        }
    }

    [[nodiscard]] std::shared_ptr<const SrModel> network(const ModelSpec& spec) const {
        for (std::size_t i = 0; i < request_.networks.size(); ++i) {
            const auto found = state_.networks.find(request_.networks[i]);
            if (request_.input.networks[i] == spec && found != state_.networks.end() && found->second.model) {
                return found->second.model;
            }
        }
        checkStarted(spec);
        return std::make_shared<const SrModel>(state_.load(spec));
    }

    void sendSets() {
        live::FeaturesSetsReady ready{.run = number, .sets = {}};
        for (const auto& each : steps_->networks()) {
            ready.sets.emplace_back(request_.networks[each.place], steps_->setsFor(each));
        }
        sink_(std::move(ready));
    }

    void sendResults(const std::vector<std::size_t>& places) {
        std::vector<NetworkId> networks;
        for (const auto place : places) {
            networks.push_back(request_.networks[place]);
        }
        if (srga_ != nullptr) {
            sink_(
                live::SrgaReady{number, std::move(networks), std::make_shared<const SrgaDocument>(srga_->document())});
        } else {
            sink_(live::DdrReady{number, std::move(networks), std::make_shared<const DdrDocument>(ddr_->document())});
        }
    }

    void report(const FeatureRunProgress& progress) {
        const auto what = fmt::format("{}, {}", progress.name, progress.step);
        const double share = (static_cast<double>(progress.model) + progress.done)
                             / static_cast<double>(std::max<std::size_t>(progress.models, 1));
        const auto now = FeaturesClock::now();
        if (what == what_ && now - reported_ < betweenFeatureReports) {
            return;
        }
        what_ = what;
        reported_ = now;
        live::FeaturesProgressed event{.run = number, .what = what, .share = share};
        if (share > leastShareForTime) {
            const double spent = std::chrono::duration<double>(spent_).count();
            event.secondsLeft = spent * (1.0 - share) / share;
        }
        state_.sayProgress({"features: " + what, 0, 0});
        sink_(std::move(event));
    }

    const LiveState& state_;
    const Sink& sink_;
    FeaturesRequest request_;
    FeatureCache& cache_;
    std::unique_ptr<FeatureSteps> steps_;  // null before it begins
    SrgaSteps* srga_ = nullptr;            // which of the two it is
    DdrSteps* ddr_ = nullptr;
    std::size_t sent_ = 0;  // results
    bool hasSentEnd_ = false;
    FeaturesClock::duration spent_{};
    FeaturesClock::time_point reported_;
    std::string what_;
};

FeaturesJob::FeaturesJob(const LiveState& state, Sink sink)
    : state_(state)
    , sink_(std::move(sink)) {}

FeaturesJob::~FeaturesJob() = default;

void FeaturesJob::start(std::int64_t run, FeaturesRequest request) {
    end(live::EndReason::Cancelled, {});
    run_ = std::make_unique<Run>(state_, sink_, run, std::move(request), cache_);
}

void FeaturesJob::survey(NetworkId network, int side) {
    surveys_.emplace_back(network, side);
}

void FeaturesJob::sendSr(std::int64_t of,
                         std::vector<std::pair<PatchSrRequest, std::shared_ptr<const PatchSets>>> wanted) {
    srOf_ = of;
    wantedSr_.assign(wanted.begin(), wanted.end());
}

bool FeaturesJob::hasWork() const {
    return (run_ || !surveys_.empty() || !wantedSr_.empty()) && !state_.moving;
}

LivePriority FeaturesJob::priority() const {
    return !wantedSr_.empty() || !surveys_.empty() ? LivePriority::Images : LivePriority::Checks;
}

void FeaturesJob::step(const std::stop_token& stop) {
    if (!wantedSr_.empty()) {
        stepSr(stop);
        return;
    }
    if (!surveys_.empty()) {
        stepSurvey();
        return;
    }
    try {
        run_->step(stop);
        if (run_->finished()) {
            end(live::EndReason::Done, {});
        }
    } catch (const std::exception& error) {
        end(live::EndReason::Done, messageOf(error));
    }
}

void FeaturesJob::stepSr(const std::stop_token& stop) {
    const auto [request, sets] = wantedSr_.front();
    live::PatchSr event{.of = srOf_, .request = request, .sr = nullptr};
    const auto found = state_.networks.find(request.network);
    if (found != state_.networks.end() && found->second.model) {
        try {
            auto sr = found->second.model->upscaleAtOnce(sets->lr.at(request.set).at(request.patch), stop);
            if (!sr) {
                return;  // stopped: again with the next step
            }
            event.sr = std::make_shared<const Image>(*std::move(sr));
        } catch (const std::exception&) {
            event.sr = nullptr;
        }
    }
    wantedSr_.pop_front();
    sink_(std::move(event));
}

void FeaturesJob::stepSurvey() {
    const auto [id, side] = surveys_.front();
    surveys_.pop_front();
    const auto found = state_.networks.find(id);
    if (found == state_.networks.end() || !found->second.model) {
        return;
    }
    live::FeaturesSurveyed event{.network = id, .survey = nullptr, .message = {}};
    try {
        event.survey = std::make_shared<const TapSurvey>(surveyTaps(*found->second.model, side));
    } catch (const std::exception& error) {
        event.message = messageOf(error);
    }
    sink_(std::move(event));
}

void FeaturesJob::forget(NetworkId id) {
    std::erase_if(surveys_, [id](const auto& each) { return each.first == id; });
    std::erase_if(wantedSr_, [id](const auto& each) { return each.first.network == id; });
}

void FeaturesJob::cancel() {
    wantedSr_.clear();  // surveys are short, and asked for once
    end(live::EndReason::Cancelled, {});
}

void FeaturesJob::end(live::EndReason reason, const std::string& message) {
    if (run_) {
        const auto number = run_->number;
        run_.reset();
        sink_(live::FeaturesEnded{number, reason, message});
    }
}

}  // namespace lamscope
