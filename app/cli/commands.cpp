// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands.h"

#include "console.h"

namespace lamscope::cli {

int parseAndRun(CLI::App& app, int argc, char** argv, const ChosenCommand& chosen) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ExitCode::Done : ExitCode::WrongUsage;
    }
    return chosen();
}

}  // namespace lamscope::cli
