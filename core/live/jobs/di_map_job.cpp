// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/di_map_job.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

namespace lamscope {

namespace {

/// A newer request waits for so many LR pixels: one path image of the default context, several of a small window.
constexpr std::int64_t pixelsAtOnce = 64L * 64L;
constexpr auto betweenMaps = std::chrono::milliseconds(100);
constexpr auto betweenProgress = std::chrono::milliseconds(40);

bool showsSomethingEverywhere(const DiMap& map) {
    for (int row = 0; row < map.rows; ++row) {
        for (int column = 0; column < map.columns; ++column) {
            if (map.shownAt(column, row) == nullptr) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

void DiMapJob::start(const std::vector<DiMapTarget>& targets, const LamOptions& options) {
    std::vector<Scan> scans;
    for (const auto& target : targets) {
        auto own = options;
        own.patch = {.x = 0, .y = 0, .size = target.patchSize};
        const auto known = std::ranges::find_if(
            scans_, [&](const Scan& scan) { return scan.target == target && scan.options == own && !scan.failed; });
        if (known == scans_.end()) {
            scans.push_back({.target = target, .options = own});
        } else {
            known->askedAgain = known->map != nullptr;
            scans.push_back(std::move(*known));
        }
    }
    scans_ = std::move(scans);
    running_ = true;
}

void DiMapJob::forget(NetworkId id) {
    std::erase_if(scans_, [id](const Scan& scan) { return scan.target.id == id; });
}

bool DiMapJob::hasWork() const {
    return running_ && std::ranges::any_of(scans_, [](const Scan& scan) { return !scan.done || scan.askedAgain; });
}

void DiMapJob::step(const std::stop_token& stop) {
    for (auto& scan : scans_) {
        if (scan.askedAgain) {
            report(scan);
        }
        if (!scan.scan && !scan.done) {
            try {
                begin(scan);
            } catch (const std::exception& error) {
                fail(scan, error);
            }
        }
    }
    const auto progressOf = [](const Scan& scan) {
        const auto planned = static_cast<double>(std::max<std::int64_t>(scan.gradientsPlanned, 1));
        return std::tuple(scan.done, scan.hasCoarseMap, static_cast<double>(scan.gradientsDone) / planned);
    };
    const auto next = std::ranges::min_element(scans_, {}, progressOf);
    if (next == scans_.end() || next->done) {
        return;
    }
    try {
        advance(*next, stop);
    } catch (const std::exception& error) {
        fail(*next, error);
    }
}

void DiMapJob::begin(Scan& scan) const {
    const auto* network = state_.usable(scan.target.id);
    if (network == nullptr) {
        scan.done = scan.failed = true;  // why there is no input was said when it was set
        return;
    }
    scan.input = network->input.of;
    scan.scan = std::make_unique<DiMapScan>(*network->model, network->input.lr, scan.options, scan.target.stride,
                                            EvaluationOptions{.pixelsAtOnce = pixelsAtOnce}, network->input.hr);
    scan.gradientsPlanned = scan.scan->gradientsPlanned();
}

void DiMapJob::advance(Scan& scan, const std::stop_token& stop) {
    scan.scan->next(stop, [&](const DiMapProgress& state) {
        scan.gradientsDone = state.gradientsDone;
        scan.gradientsPlanned = state.gradientsPlanned;
        scan.changed = scan.changed || state.map != nullptr;
        sayProgress();
    });
    scan.hasCoarseMap = scan.hasCoarseMap || showsSomethingEverywhere(scan.scan->map());
    scan.done = scan.scan->finished();
    if (scan.changed && (scan.done || Clock::now() - scan.reported >= betweenMaps)) {
        scan.changed = false;
        scan.map = std::make_shared<const DiMap>(scan.scan->map());
        report(scan);
    }
    if (scan.done) {
        scan.gradientsDone = scan.gradientsPlanned;  // with a tolerance some are spared
        scan.scan.reset();
    }
}

void DiMapJob::fail(Scan& scan, const std::exception& error) const {
    scan.done = scan.failed = true;
    scan.scan.reset();
    sink_(live::DiMapFailed{scan.target.id, scan.input, scan.options, scan.target.stride, messageOf(error)});
}

void DiMapJob::report(Scan& scan) const {
    scan.askedAgain = false;
    scan.reported = Clock::now();
    sink_(live::DiMapReady{scan.target.id, scan.input, scan.options, scan.map, scan.done});
}

void DiMapJob::sayProgress() {
    const auto now = Clock::now();
    if (now - progressSaid_ < betweenProgress) {
        return;
    }
    progressSaid_ = now;
    live::Progress progress{"DI map", 0, 0};
    for (const auto& scan : scans_) {
        progress.done += scan.gradientsDone;
        progress.planned += scan.gradientsPlanned;
    }
    state_.sayProgress(progress);
}

}  // namespace lamscope
