// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_job.h"

#include <algorithm>
#include <exception>

namespace lamscope::ui {

namespace {

constexpr auto betweenReports = std::chrono::milliseconds(40);

}  // namespace

void FigureJob::start(std::int64_t number, const Experiment& session) {
    cancel();
    number_ = number;
    session_ = session;
    state_.sayProgress({"figure", 0, 0});
}

void FigureJob::step(const std::stop_token& stop) {
    try {
        if (!computation_) {
            // One path image at a time: a newer request waits for one batch, and none are tried.
            computation_.emplace(session_,
                                 LamRunSettings{.device = state_.device,
                                                .evaluation = {.batch = 1},
                                                .load = [this](const ModelSpec& spec) { return network(spec); }});
        }
        if (!computation_->next(stop, [this](const LamRunProgress& progress) { report(progress); })) {
            return;
        }
        if (computation_->finished()) {
            end(std::make_shared<const FigureRun>(computation_->take()), {});
        }
    } catch (const std::exception& error) {
        end(nullptr, messageOf(error));
    }
}

std::shared_ptr<const SrModel> FigureJob::network(const ModelSpec& spec) const {
    const auto open = std::ranges::find_if(state_.networks, [&](const auto& each) { return each.second.spec == spec; });
    if (open != state_.networks.end()) {
        return open->second.model;
    }
    checkStarted(spec);
    return std::make_shared<const SrModel>(state_.load(spec));
}

void FigureJob::report(const LamRunProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ > betweenReports) {
        reported_ = now;
        state_.sayProgress({"figure: " + progress.name, progress.done, progress.planned});
    }
}

void FigureJob::end(std::shared_ptr<const FigureRun> run, std::string trouble) {
    if (number_ == 0) {
        return;
    }
    computation_.reset();
    sink_({.number = std::exchange(number_, 0), .run = std::move(run), .trouble = std::move(trouble)});
}

}  // namespace lamscope::ui
