// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

#include <exception>
#include <new>

#include <spdlog/spdlog.h>

#include "command_pages.h"
#include "console.h"

namespace lamscope::cli {

int parseAndRun(CLI::App& app, int argc, char** argv, const std::function<int()>& work) {
    if (const auto page = requestedPage(app, argc, argv)) {
        printResult(*page);
        return ExitCode::Done;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ExitCode::Done : ExitCode::WrongUsage;
    }
    return work();
}

int runProgram(const std::function<int()>& work, const std::string& interrupted, const std::string& remedy) {
    setUpMessages();
    try {
        const int code = work();
        if (code == ExitCode::Interrupted) {
            spdlog::error(interrupted);
        }
        return code;
    } catch (const EvaluationStopped&) {
        spdlog::error(interrupted);
        return ExitCode::Interrupted;
    } catch (const Interruption& interruption) {
        spdlog::error(interruption.what());
        return ExitCode::Interrupted;
    } catch (const UsageError& error) {
        spdlog::error("error: {}", error.what());
        return ExitCode::WrongUsage;
    } catch (const Error& error) {
        spdlog::error("error: {}", error.what());
    } catch (const std::bad_alloc&) {
        spdlog::error("error: not enough memory; {}", remedy);
    } catch (const std::exception& error) {
        spdlog::error("error: {}", error.what());
    }
    return ExitCode::Failed;
}

}  // namespace lamscope::cli
