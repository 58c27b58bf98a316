// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

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
};

}  // namespace lamscope::cli
