// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/busy_benchmark.h"

#include <algorithm>
#include <vector>

#include "bench/timing.h"
#include "runtime/device.h"
#include "runtime/processors.h"

namespace lamscope {

namespace {

constexpr int warmUpNodes = 9;

}  // namespace

double evenShareOf(int processors, int threads, int processes) {
    return std::max(1.0, static_cast<double>(threads + processes) / std::max(threads, processors));
}

std::optional<BusySpeed> measureBusy(const SrModel& model, const Image& lr, int nodes, int processes, BusyKind kind,
                                     int repeats, const std::stop_token& stop, const EvaluationOptions& evaluation) {
    const int scale = model.card().scale;
    Patch patch;
    patch.x = (lr.width() * scale - patch.size) / 2;
    patch.y = (lr.height() * scale - patch.size) / 2;
    const auto mapOf = [&](int count) {
        static_cast<void>(computeLam(model, lr, nullptr, wholeImageOptions(patch, count), stop, {}, evaluation));
    };
    BusySpeed speed;
    speed.processes = processes;
    speed.kind = kind;
    speed.nodes = nodes;
    mapOf(warmUpNodes);
    speed.quietSeconds = medianSeconds(repeats, [&] { mapOf(nodes); });
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    const BusyProcesses busy(processes, kind);
    // Each page that is written to for the first time after that is copied.
    mapOf(warmUpNodes);
    speed.seconds = medianSeconds(repeats, [&] { mapOf(nodes); });
    if (kind == BusyKind::Spinning) {
        speed.evenShare = evenShareOf(usableProcessors(), computeThreads(), processes);
    }
    return stop.stop_requested() ? std::nullopt : std::optional(speed);
}

}  // namespace lamscope
