// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include "scene/experiment.h"

namespace lamscope::cli {

/// --start-scripts of commands that read networks from a document: that does not start programs on other machines by
/// itself.
class ScriptConsent {
public:
    void addTo(CLI::App& command);

    /// Throws UsageError where a network of the document would start a script over ssh, and the flag is not given.
    void check(const Experiment& document) const;

private:
    bool given_ = false;
};

}  // namespace lamscope::cli
