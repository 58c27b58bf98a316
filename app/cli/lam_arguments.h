// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "method/lam/lam_option_table.h"
#include "study/lam_run.h"

namespace lamscope::cli {

/// The arguments that every command which computes maps has: the image and the method.
struct LamArguments {
    std::string hr;
    std::string lr;
    std::string reference;
    bool upright = false;
    std::string reduce = "pillow";
    /// What follows the flag of each row of lamOptionTable(); unset where the flag was not given.
    std::vector<std::optional<std::string>> method = std::vector<std::optional<std::string>>(lamOptionTable().size());

    /// Adds --hr, --lr, --reference, --upright and --reduce.
    void addImageTo(CLI::App& command);
    /// Adds a flag for each row of lamOptionTable().
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
