// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>

#include "image/image.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "runtime/busy_processes.h"

namespace lamscope {

/// A map alone on the machine, and the same map beside processes that want its processors, in seconds (medians).
struct BusySpeed {
    int processes = 0;
    BusyKind kind = BusyKind::Spinning;
    int nodes = 0;
    double quietSeconds = 0.0;
    double seconds = 0.0;
    /// seconds / quietSeconds of a program that gets its even share and loses nothing by it; nullopt where processes
    /// are busy by turns, which leaves that open.
    std::optional<double> evenShare;
};

/// seconds / quietSeconds where `threads` threads and as many busy processes share `processors` evenly.
[[nodiscard]] double evenShareOf(int processors, int threads, int processes);

/// Measures a map of the middle of `lr`, the whole image as context. nullopt when stopped. Throws as computeLam() and
/// BusyProcesses.
[[nodiscard]] std::optional<BusySpeed> measureBusy(const SrModel& model, const Image& lr, int nodes, int processes,
                                                   BusyKind kind, int repeats, const std::stop_token& stop,
                                                   const EvaluationOptions& evaluation = {});

}  // namespace lamscope
