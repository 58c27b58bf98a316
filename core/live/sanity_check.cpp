// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/sanity_check.h"

#include "method/lam/signed_map.h"

namespace lamscope {

namespace {

/// One path image at a time: whoever moves the box waits for one batch.
constexpr EvaluationOptions oneByOne{.batch = 1};

}  // namespace

SanityCheck::SanityCheck(std::int64_t run, std::vector<Network> networks, Loader load)
    : run_(run)
    , networks_(std::move(networks))
    , load_(std::move(load)) {
    for (std::size_t i = 0; i < networks_.size(); ++i) {
        for (const auto layers : everyRandomisation) {
            jobs_.push_back({i, layers});
        }
    }
}

void SanityCheck::step(const Probe::Networks& loaded, const LiveEngine::EventSink& sink, const std::stop_token& stop) {
    const auto& job = jobs_.at(next_);
    const auto& network = networks_.at(job.network);
    live::SanityChecked report{.run = run_,
                               .id = network.id,
                               .layers = job.layers,
                               .correlation = std::nullopt,
                               .completenessError = std::nullopt,
                               .message = {},
                               .done = static_cast<int>(next_ + 1),
                               .total = static_cast<int>(jobs_.size())};
    try {
        const auto found = loaded.find(network.id);
        if (found != loaded.end() && found->second.input.lr) {
            const auto& [of, lr, hr] = found->second.input;
            if (!trained_.contains(job.network)) {
                auto result = computeLam(*found->second.model, *lr, hr.get(), network.options, stop, {}, oneByOne);
                if (!result) {
                    return;
                }
                trained_.emplace(job.network, *std::move(result));
            }
            const auto random = withRandomParameters(load_(network.spec), {.layers = job.layers});
            const auto result = computeLam(random, *lr, hr.get(), network.options, stop, {}, oneByOne);
            if (!result) {
                return;
            }
            report.completenessError = result->completenessError;
            if (const auto correlation = correlationOf(trained_.at(job.network), *result)) {
                report.correlation = correlation->signedMaps;
            } else {
                report.message = "one of the maps vanishes: nothing can be compared";
            }
        } else {
            report.message = "the network is not there any more";
        }
    } catch (const std::exception& error) {
        report.message = error.what();
    }
    ++next_;
    sink(report);
}

}  // namespace lamscope
