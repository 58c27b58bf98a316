// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/busy_benchmark.h"
#include "bench/reuse_benchmark.h"
#include "image/image.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam_options.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/sr_model.h"

namespace lamscope {

struct MachineDescription {
    std::string cpu;
    int cores = 0;
    int threads = 0;
    std::int64_t memoryBytes = 0;
    std::string device;
};

/// Two speeds or times of which the second is compared with the first.
struct ConvolutionSpeed {
    double peakGflops = 0.0;       ///< forward, 3x3, 64 -> 64 channels, channels-last, large image, best of several
    double sustainedGflops = 0.0;  ///< forward and input gradient of sixteen such layers at 64x64, as LAM runs them
};

struct KernelDensitySpeed {
    double directSeconds = 0.0;
    double seconds = 0.0;
};

/// One way to compute a map: how long it took and how far its map is from the reference (relative L1).
struct TimedMap {
    int nodes = 0;
    double seconds = 0.0;
    double mapError = 0.0;
};

struct ModelBenchmark {
    ModelCard card;
    int lrWidth = 0;
    int lrHeight = 0;
    double forwardBackwardSeconds = 0.0;  ///< one image, as LAM evaluates it, divided by the batch
    TimedMap plain;                       ///< the published loop
    TimedMap lam;                         ///< ours
    std::optional<TimedMap> equalError;   ///< ours with as few nodes as give the error of `plain`
    std::vector<BatchTime> batches;       ///< what the choice of ours rests on, see BatchCalibration
    std::optional<CellSpeed> cells;       ///< unset for a network without secant rules
    std::optional<DragSpeed> drag;
    std::optional<SharingSpeed> sharing;
    std::optional<WindowSpeed> window;  ///< where the receptive field is bounded
    std::optional<DiMapSpeed> diMap;    ///< where asked for
    std::optional<BusySpeed> busy;      ///< where asked for
};

/// What this machine does at best, and what it keeps up. `device` as returned by resolveDevice().
[[nodiscard]] ConvolutionSpeed measureConvolution(const std::string& device, int repeats);

/// Median seconds of one path image, one evaluation and one gradient of the detector, as LAM does them for each node:
/// the unit in which the window's latencies are stated. `patch` in SR pixels of `lr`.
[[nodiscard]] double measureForwardBackward(const SrModel& model, const Image& lr, const Patch& patch, int repeats);

struct BenchmarkReport {
    MachineDescription machine;
    ConvolutionSpeed convolution;
    KernelDensitySpeed kernelDensity;
    std::vector<ModelBenchmark> results;
};

struct BenchmarkOptions {
    std::vector<ModelSpec> models;
    std::vector<int> sides{64};  ///< LR sides of the drawn scene
    std::string device = "cpu";  ///< as returned by resolveDevice()
    int repeats = 5;             ///< of every timing; the median is reported
    bool diMap = false;          ///< also a DI map of each network: minutes
    int busyProcesses = 0;       ///< also a map beside so many, see measureBusy(); 0: none
    BusyKind busyKind = BusyKind::Spinning;
};

/// Measures speed and error on this machine, in one run:
///   the published loop (one image at a time, contiguous layout, parameters with gradients, 50 right endpoints uniform
///   in σ) against ours at 27 nodes, and both maps' errors against 243 nodes;
///   what reuse saves: see reuse_benchmark.h;
///   what other processes that want the same processors cost, where asked for;
///   sustained convolution throughput against the peak;
///   kernel density by FFT against the direct sum.
/// @param progress called with a line about what is measured next; may be empty.
/// @return nullopt when stopped. Throws as loadModel() and computeLam().
[[nodiscard]] std::optional<BenchmarkReport> runBenchmark(const BenchmarkOptions& options,
                                                          const std::stop_token& stop = {},
                                                          const std::function<void(const std::string&)>& progress = {});

/// The document of `bench --json`, with a final newline.
[[nodiscard]] std::string toJson(const BenchmarkReport& report);
/// The same as lines for a person.
[[nodiscard]] std::string toText(const BenchmarkReport& report);

}  // namespace lamscope
