// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "training/training_log.h"
#include "training/training_options.h"

namespace lamscope {

/// A folder of HR images and the name under which its figures stand on the card.
struct TestSet {
    std::string name;
    std::filesystem::path hrFolder;
    std::filesystem::path lrFolder;  ///< empty: LR is made from HR by MATLAB's rules
};

struct TrainingRun {
    TrainingOptions options;
    std::filesystem::path config;  ///< the file of `options`, which is not written over; empty: none
    std::filesystem::path data;    ///< folder of HR images
    std::filesystem::path out;     ///< made where it is missing
    bool restart = false;          ///< forget a state in `out`
    std::vector<TestSet> tests;    ///< measured at the end
    std::string command;           ///< as typed, for the card
};

/// Where a run stands.
struct TrainingProgress {
    std::int64_t step = 0;
    std::int64_t steps = 0;
    double secondsLeft = 0.0;                ///< at the pace so far; 0 while that is not known
    const TrainingLogEntry* line = nullptr;  ///< a new line of the log; null between two lines
    std::string stage;                       ///< what is being done besides steps, e.g. "testing on Set5"; else empty
};

/// Called on the calling thread after each step; must not throw.
using TrainingCallback = std::function<void(const TrainingProgress&)>;

/// Trains to the end, or goes on with what `out` holds. Files in `out`, each whole at any moment:
///   state.safetensors    all that going on needs; written every minute, when stopped, and at the end
///   log.jsonl            a line each `reportEvery` steps, see TrainingLog
///   curve.png            loss and validation PSNR over the steps, see drawTrainingCurves()
///   NAME.safetensors     the averaged weights, under the keys of the network's publication (at the end)
///   card.json            see TrainingCard (at the end)
///
/// After a kill, the run goes on from the last state and gives the same weights as without it, on the same machine with
/// the same number of threads.
///
/// @return false when stopped; the state is saved then.
/// Throws Error: as checkOutputFiles(), TrainingImages, Trainer and evaluate() do; InvalidArgument where `out` holds
/// the state of another description; WriteFailed.
[[nodiscard]] bool runTraining(const TrainingRun& run, const std::stop_token& stop = {},
                               const TrainingCallback& progress = {});

}  // namespace lamscope
