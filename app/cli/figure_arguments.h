// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/atomic_file.h"
#include "report/lam_json.h"
#include "scene/experiment.h"
#include "session/figure_layout.h"

namespace lamscope::cli {

/// The arguments of every command that makes paper figures.
struct FigureArguments {
    std::string layout;
    std::string width;
    std::vector<std::string> settings;  ///< NAME=VALUE
    int dpi = 600;
    std::string caption;
    bool timestamp = false;

    void addTo(CLI::App& command);

    /// True when any of them asks for a paper figure.
    [[nodiscard]] bool given() const {
        return !layout.empty() || !width.empty() || !settings.empty() || !caption.empty();
    }
    /// `saved`, or the defaults of the layout asked for, with what was asked for. Throws UsageError.
    [[nodiscard]] ui::FigureLayout resolve(const std::optional<ui::FigureLayout>& saved) const;
    /// Adds the figures, and the caption where it was asked for, to `files`; a caption for "-" goes to standard output.
    /// Says on standard error what does not show as it should.
    void write(StagedFiles& files, const std::vector<std::filesystem::path>& names, const Experiment& experiment,
               const std::vector<LamDocument>& documents) const;
};

}  // namespace lamscope::cli
