// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "study/lam_run.h"

namespace lamscope::cli {

/// The arguments that every command which computes maps has: the image and the method.
struct LamArguments {
    std::string hr;
    std::string lr;
    std::string reference;
    bool upright = false;
    std::string reduce = "pillow";
    std::string preset = "exact";
    std::string path = "blur";
    std::string detector = "gradient";
    std::string context;
    double sigma = LamOptions{}.sigma;
    int kernel = LamOptions{}.kernel;
    std::optional<int> nodes;
    std::optional<double> tolerance;

    /// Adds --hr, --lr, --reference, --upright and --reduce.
    void addImageTo(CLI::App& command);
    /// Adds --preset and what changes a part of it.
    void addMethodTo(CLI::App& command);

    /// Without networks and patches. Throws UsageError.
    [[nodiscard]] LamRunOptions toOptions() const;
};

/// Adds --patch (repeatable), whose values parsePatch() reads.
CLI::Option* addPatchesTo(CLI::App& command, std::vector<std::string>& patches);

/// "X,Y" or "X,Y,SIZE". Throws UsageError.
[[nodiscard]] Patch parsePatch(const std::string& text);

/// Throws UsageError where makePlan() refuses the options.
void checkPlan(const LamRunOptions& options);

}  // namespace lamscope::cli
