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

/// A folder of HR images, and the name of the set on the card.
struct TestSet {
    std::string name;
    std::filesystem::path hrFolder;
    std::filesystem::path lrFolder;  ///< empty: LR images are made from HR images by MATLAB's rule
};

struct TrainingRun {
    TrainingOptions options;
    std::filesystem::path config;  ///< the file of `options`, which must not be overwritten; empty: none
    std::filesystem::path data;    ///< folder of HR images
    std::filesystem::path out;     ///< folder for the results; created if missing
    bool restart = false;          ///< ignore a state in `out`
    std::vector<TestSet> tests;    ///< test sets, measured at the end
    std::string command;           ///< the command as typed, for the card
};

/// How far a run has come.
struct TrainingProgress {
    std::int64_t step = 0;
    std::int64_t steps = 0;
    double secondsLeft = 0.0;                ///< at the pace so far; 0 while the pace is not known
    const TrainingLogEntry* line = nullptr;  ///< a new line of the log; null between two lines
    std::string stage{};                     ///< current work other than steps, e.g. "testing on Set5"; else empty
    std::string about{};                     ///< once, before the first step: what samples are made of; else empty
};

/// Called on the calling thread after each step; must not throw.
using TrainingCallback = std::function<void(const TrainingProgress&)>;

/// Trains to the end, or continues from the state in `out`. Files in `out`, each replaced as a whole, except the log:
///   state.safetensors    all that is needed to continue; written every minute, when stopped, and at the end
///   log.jsonl            a line every `reportEvery` steps, see TrainingLog
///   curve.png            loss and validation PSNR over the steps, see drawTrainingCurves()
///   NAME.safetensors     the averaged weights, under the keys of the network's publication (at the end)
///   card.json            see TrainingCard (at the end)
///
/// After a kill, the run continues from the last state. It gives the same weights as an uninterrupted run on the same
/// machine with the same number of threads.
///
/// @return false when stopped; the state is then saved.
/// Throws Error: as checkOutputFiles(), TrainingImages, Trainer and evaluate() do; InvalidArgument if `out` holds the
/// state of another description; WriteFailed.
[[nodiscard]] bool runTraining(const TrainingRun& run, const std::stop_token& stop = {},
                               const TrainingCallback& progress = {});

}  // namespace lamscope
