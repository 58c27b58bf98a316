// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "base/output_files.h"
#include "commands.h"
#include "console.h"
#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "figure_files.h"
#include "model_arguments.h"
#include "program.h"
#include "report/result_tables.h"
#include "script_consent.h"

namespace lamscope::cli {

namespace {

struct RepaintArguments {
    std::vector<std::string> sessions;
    std::vector<std::string> files;
    ModelArguments models;
    FigureArguments figure;
    ScriptConsent scripts;
};

int run(const RepaintArguments& arguments) {
    auto session = ui::readAnySession(arguments.sessions.front());
    for (std::size_t i = 1; i < arguments.sessions.size(); ++i) {
        const auto more = ui::readAnySession(arguments.sessions[i]);
        session.scenes.insert(session.scenes.end(), more.scenes.begin(), more.scenes.end());
    }
    arguments.scripts.check(session);
    ui::setFigure(session, layoutOf(arguments.figure, ui::figureOf(session)));
    const std::vector<std::filesystem::path> names(arguments.files.begin(), arguments.files.end());
    for (const auto& name : names) {
        if (!ui::figureFormat(name) && !isTable(name)) {
            throw UsageError(fmt::format(
                "--out {}: a figure's name ends in .pdf, .svg, .png, .tif or .tiff, a table's in .tex, .csv or .md",
                name.string()));
        }
    }
    auto outputs = names;
    outputs.emplace_back(arguments.figure.caption);
    auto inputs = filesOf(session);
    inputs.insert(inputs.end(), arguments.sessions.begin(), arguments.sessions.end());
    checkOutputFiles(outputs, inputs);
    const auto device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<ui::FigureRun> made;
    {
        ProgressLine line;
        line.show("reading the image and the networks", -1.0);
        made = ui::computeFigure(session, device, interrupt.token(),
                                 [&](const LamRunProgress& state) { line.show(state.name, shareOf(state)); });
    }
    if (!made) {
        return ExitCode::Interrupted;
    }
    sayWarnings(made->warnings);
    StagedFiles files;
    std::vector<std::filesystem::path> figures;
    for (const auto& name : names) {
        if (isTable(name)) {
            files.add(name, resultsTable(name, made->documents));
        } else {
            figures.push_back(name);
        }
    }
    addFigureFiles(files, arguments.figure, figures, session, made->documents);
    files.commit();
    return ExitCode::Done;
}

}  // namespace

void addFigureCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<RepaintArguments>();
    auto* command = app.add_subcommand("figure", "make the paper figure of a saved session, or of a figure, anew");
    command->footer(
        "Example:\n  lamscope-cli figure work.lamscope --layout fig5 --width cvpr-two --out fig.pdf fig.svg\n"
        "A figure holds its session: with the same images and networks the same file results, byte for byte.");
    command
        ->add_option("session", arguments->sessions,
                     "a session (.lamscope), or a figure made by Lamscope; of further ones, the images and patches are "
                     "shown too, under the networks and options of the first")
        ->required()
        ->type_name("SESSION");
    command
        ->add_option("--out", arguments->files,
                     "figures to write: .pdf, .svg, .png, .tif; or tables: .tex (booktabs), .csv, .md")
        ->required()
        ->type_name("FILE");
    arguments->scripts.addTo(*command);
    arguments->figure.addTo(*command);
    arguments->models.addTo(*command, false);
    command->remove_option(command->get_option("--model"));  // the session names them
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
