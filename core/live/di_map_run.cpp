// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/di_map_run.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

namespace lamscope {

namespace {

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

void DiMapRun::start(const std::vector<DiMapTarget>& targets, const LamOptions& options) {
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

void DiMapRun::remove(NetworkId id) {
    std::erase_if(scans_, [id](const Scan& scan) { return scan.target.id == id; });
}

bool DiMapRun::hasWork() const {
    return running_ && std::ranges::any_of(scans_, [](const Scan& scan) { return !scan.done || scan.askedAgain; });
}

void DiMapRun::step(const Probe::Networks& loaded, const LiveEngine::EventSink& sink, const std::stop_token& stop) {
    for (auto& scan : scans_) {
        if (scan.askedAgain) {
            report(scan, sink);
        }
        if (!scan.scan && !scan.done) {
            try {
                begin(scan, loaded);
            } catch (const std::exception& error) {
                fail(scan, error, sink);
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
        advance(*next, sink, stop);
    } catch (const std::exception& error) {
        fail(*next, error, sink);
    }
}

void DiMapRun::begin(Scan& scan, const Probe::Networks& loaded) {
    const auto network = loaded.find(scan.target.id);
    if (network == loaded.end() || !network->second.input.lr) {
        scan.done = scan.failed = true;  // why there is no input was said when it was set
        return;
    }
    scan.input = network->second.input.of;
    // One path image at a time: a newer request waits for one batch.
    scan.scan = std::make_unique<DiMapScan>(*network->second.model, network->second.input.lr, scan.options,
                                            scan.target.stride, EvaluationOptions{.batch = 1});
    scan.gradientsPlanned = scan.scan->gradientsPlanned();
}

void DiMapRun::advance(Scan& scan, const LiveEngine::EventSink& sink, const std::stop_token& stop) {
    scan.scan->next(stop, [&](const DiMapProgress& state) {
        scan.gradientsDone = state.gradientsDone;
        scan.gradientsPlanned = state.gradientsPlanned;
        scan.changed = scan.changed || state.map != nullptr;
        sayProgress(sink);
    });
    scan.hasCoarseMap = scan.hasCoarseMap || showsSomethingEverywhere(scan.scan->map());
    scan.done = scan.scan->finished();
    if (scan.changed && (scan.done || Clock::now() - scan.reported >= betweenMaps)) {
        scan.changed = false;
        scan.map = std::make_shared<const DiMap>(scan.scan->map());
        report(scan, sink);
    }
    if (scan.done) {
        scan.gradientsDone = scan.gradientsPlanned;  // with a tolerance some are spared
        scan.scan.reset();
    }
}

void DiMapRun::fail(Scan& scan, const std::exception& error, const LiveEngine::EventSink& sink) {
    scan.done = scan.failed = true;
    scan.scan.reset();
    sink(live::DiMapFailed{scan.target.id, scan.input, scan.options, scan.target.stride, messageOf(error)});
}

void DiMapRun::report(Scan& scan, const LiveEngine::EventSink& sink) {
    scan.askedAgain = false;
    scan.reported = Clock::now();
    sink(live::DiMapReady{scan.target.id, scan.input, scan.options, scan.map, scan.done});
}

void DiMapRun::sayProgress(const LiveEngine::EventSink& sink) {
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
    sink(progress);
}

}  // namespace lamscope
