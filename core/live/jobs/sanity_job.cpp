// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/sanity_job.h"

#include <exception>
#include <optional>

namespace lamscope {

namespace {

/// One path image at a time: whoever moves the box waits for one batch.
constexpr EvaluationOptions oneByOne{.batch = 1};

}  // namespace

void SanityJob::start(std::int64_t run, std::vector<Network> networks) {
    cancel();
    run_ = run;
    networks_ = std::move(networks);
    for (std::size_t i = 0; i < networks_.size(); ++i) {
        for (const auto layers : everyRandomisation) {
            maps_.push_back({i, layers});
        }
    }
}

void SanityJob::end(live::SanityEnded::Reason reason) {
    if (run_ == 0) {
        return;
    }
    sink_(live::SanityEnded{run_, reason});
    run_ = 0;
    networks_.clear();
    maps_.clear();
    trained_.clear();
    next_ = 0;
}

void SanityJob::step(const std::stop_token& stop) {
    state_.sayProgress({"parameter randomisation", 0, 0});
    if (next_ < maps_.size()) {
        const auto& map = maps_[next_];
        live::SanityChecked report{.run = run_,
                                   .id = networks_.at(map.network).id,
                                   .layers = map.layers,
                                   .correlation = std::nullopt,
                                   .completenessError = std::nullopt,
                                   .message = {},
                                   .done = static_cast<int>(next_ + 1),
                                   .total = static_cast<int>(maps_.size())};
        try {
            if (!compare(report, map, stop)) {
                return;
            }
        } catch (const std::exception& error) {
            report.message = error.what();
        }
        ++next_;
        sink_(report);
    }
    if (next_ == maps_.size()) {
        end(live::SanityEnded::Reason::Done);
    }
}

bool SanityJob::compare(live::SanityChecked& report, const Map& map, const std::stop_token& stop) {
    const auto& network = networks_.at(map.network);
    const auto* loaded = state_.usable(network.id);
    if (loaded == nullptr) {
        report.message = "the network is not there any more";
        return true;
    }
    const auto& input = loaded->input;
    const ComputeMaps compute = [&](const SrModel& model) -> std::optional<std::vector<LamResult>> {
        auto result = computeLam(model, *input.lr, input.hr.get(), network.options, stop, {}, oneByOne);
        if (!result) {
            return std::nullopt;
        }
        return std::vector{*std::move(result)};
    };
    if (!trained_.contains(map.network)) {
        auto maps = compute(*loaded->model);
        if (!maps) {
            return false;
        }
        trained_.emplace(map.network, *std::move(maps));
    }
    const auto effects =
        effectsOfRandomising(state_.load(network.spec), {.layers = map.layers}, trained_.at(map.network), compute);
    if (!effects) {
        return false;
    }
    const auto& effect = effects->front();
    report.correlation = effect.correlation ? std::optional(effect.correlation->signedMaps) : std::nullopt;
    report.completenessError = effect.completenessError;
    report.message = effect.message;
    return true;
}

}  // namespace lamscope
