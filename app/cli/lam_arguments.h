// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "image_arguments.h"
#include "method/lam/lam_option_table.h"
#include "model/model_spec.h"
#include "option_flags.h"
#include "scene/experiment.h"

namespace lamscope::cli {

/// The arguments of commands that compute maps: the image, places in it and the method. lamCommandLine() writes them.
struct LamArguments {
    ImageArguments image;
    std::vector<std::string> patches;
    std::optional<int> grid;
    OptionTexts method = OptionTexts(lamOptionTable().size());  ///< of lamOptionTable()

    /// See ImageArguments::addTo().
    void addImageTo(CLI::App& command) { image.addTo(command); }
    /// Adds --patch, which can be repeated.
    CLI::Option* addPatchesTo(CLI::App& command);
    /// Adds --grid.
    void addGridTo(CLI::App& command);
    /// Adds a flag for each row of lamOptionTable().
    void addMethodTo(CLI::App& command);

    /// The experiment that they describe, with these networks. Throws UsageError, also where makePlan() refuses the
    /// options or a patch.
    [[nodiscard]] Experiment toExperiment(const std::vector<ModelSpec>& models) const;

private:
    [[nodiscard]] Scene scene() const;
};

}  // namespace lamscope::cli
