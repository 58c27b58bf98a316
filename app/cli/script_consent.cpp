// SPDX-License-Identifier: GPL-3.0-or-later
#include "script_consent.h"

#include <fmt/format.h>

#include "program.h"

namespace lamscope::cli {

void ScriptConsent::addTo(CLI::App& command) {
    command.add_flag("--start-scripts", given_,
                     "start the scripts on other machines that its networks name by ssh:// addresses");
}

void ScriptConsent::check(const Experiment& document) const {
    for (const auto& spec : shownNetworks(document)) {
        if (const auto script = spec.scriptStarted(); script && !given_) {
            throw UsageError(
                fmt::format("a network that the file names would start a script over ssh: {}; allow it by "
                            "--start-scripts if you trust the file",
                            *script));
        }
    }
}

}  // namespace lamscope::cli
