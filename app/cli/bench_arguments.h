// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/benchmark.h"
#include "model_arguments.h"

namespace lamscope::cli {

/// The arguments of `bench` that lamscope-bench has, too.
struct BenchArguments {
    ModelArguments models;
    std::vector<int> sides{64};
    int repeats = BenchmarkOptions{}.repeats;
    bool diMap = false;
    int busy = 0;
    bool bursty = false;
    std::string json;

    void addTo(CLI::App& command);
    /// Measures and reports. @return an exit code.
    [[nodiscard]] int run() const;
};

}  // namespace lamscope::cli
