// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_report_command.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/shell_word.h"
#include "console.h"
#include "study/studies/study_command_line.h"
#include "study/studies/study_report.h"
#include "study_figures.h"

namespace lamscope::cli {

namespace {

struct StudyReportArguments {
    std::string store;
    std::string out;
    std::vector<std::string> compare;
    std::uint64_t seed = StudyReportSettings().seed;
    bool paperTable1 = false;
    StudyFigureArguments figures;
};

StudyReportSettings reportSettings(const StudyReportArguments& arguments) {
    StudyReportSettings settings{.command = studyReportLine(arguments.store, arguments.out),
                                 .seed = arguments.seed,
                                 .paperTable1 = arguments.paperTable1};
    if (!arguments.compare.empty()) {
        settings.command += " --compare";
    }
    for (std::size_t i = 0; i < arguments.compare.size(); i += 2) {
        settings.pairs.emplace_back(arguments.compare[i], arguments.compare[i + 1]);
        settings.command += fmt::format(" {} {}", shellWord(arguments.compare[i]), shellWord(arguments.compare[i + 1]));
    }
    if (arguments.seed != StudyReportSettings().seed) {
        settings.command += fmt::format(" --seed {}", arguments.seed);
    }
    if (arguments.paperTable1) {
        settings.command += " --paper-table1";
    }
    settings.command += arguments.figures.commandLine();
    return settings;
}

void endIfStopped(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw Interruption("interrupted; nothing was written");
    }
}

int runReport(const StudyReportArguments& arguments) {
    if (arguments.compare.size() % 2 != 0) {
        throw UsageError("--compare wants networks two by two");
    }
    const StudyFigures figures(arguments.figures);
    const StudyStore store(arguments.store, StudyStore::Access::Read);
    const InterruptGuard interrupt;
    StagedFiles files;
    files.makeFolder(arguments.out);
    auto settings = reportSettings(arguments);
    auto images = figures.addImages(files, store, arguments.out, interrupt.token());
    if (!images) {
        return ExitCode::Interrupted;
    }
    settings.figures = *std::move(images);
    if (auto drawer = figures.drawerOf(store)) {
        settings.draw = [&interrupt, draw = std::move(drawer)](StagedFiles& plots, const StudyPlot& plot,
                                                               const std::filesystem::path& stem) {
            endIfStopped(interrupt.token());
            return draw(plots, plot, stem);
        };
    }
    const auto text = addStudyReport(files, store, settings, arguments.out);
    endIfStopped(interrupt.token());
    files.commit();
    printResult(text);
    return ExitCode::Done;
}

}  // namespace

void StudyFigureArguments::addTo(CLI::App& command) {
    command
        .add_option("--plots", formats, "write the plots as pdf, svg, png or tif, several with commas (default: svg)")
        ->type_name("FORMAT")
        ->delimiter(',')
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--image", images,
                    "show the maps of this image, ordered by DI, and its areas of interest: its file's name; can be "
                    "repeated")
        ->type_name("NAME")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--width", width,
                    "of the plots: millimetres, or cvpr-one (default), cvpr-two, eccv, ieee-one, ieee-two")
        ->type_name("MM|NAME");
    command.add_option("--dpi", dpi, "resolution of PNG and TIFF")->capture_default_str()->check(CLI::Range(72, 2400));
    machine.addMachineTo(command);
}

std::string StudyFigureArguments::commandLine() const {
    std::string text;
    if (!formats.empty()) {
        text += fmt::format(" --plots {}", fmt::join(formats, ","));
    }
    for (const auto& image : images) {
        text += fmt::format(" --image {}", shellWord(image));
    }
    if (!width.empty()) {
        text += fmt::format(" --width {}", shellWord(width));
    }
    if (dpi != StudyFigureArguments().dpi) {
        text += fmt::format(" --dpi {}", dpi);
    }
    // Nothing else is computed here.
    if (!images.empty() && machine.device != ModelArguments().device) {
        text += fmt::format(" --device {}", machine.device);
    }
    if (!images.empty() && machine.threads != ModelArguments().threads) {
        text += fmt::format(" --threads {}", machine.threads);
    }
    return text;
}

void addStudyReport(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyReportArguments>();
    auto* command = study.add_subcommand(
        "report", "tables of networks, correlations and pairs as CSV, Markdown and LaTeX, and the paper's plots");
    command->footer("Example:\n  lamscope-cli study report urban.sqlite --out report --plots pdf,svg --image img_004");
    command->add_option("STORE", arguments->store, "the results")->required()->type_name("STUDY.sqlite");
    command->add_option("--out", arguments->out, "the folder of the report")->required()->type_name("DIR");
    command
        ->add_option("--compare", arguments->compare,
                     "networks to compare image by image, two by two (default: neighbours in the order of DI)")
        ->type_name("NETWORK NETWORK");
    command->add_option("--seed", arguments->seed, "of the bootstrap")->capture_default_str();
    command->add_flag("--paper-table1", arguments->paperTable1,
                      "set networks of Table 1 of the LAM paper beside its numbers");
    arguments->figures.addTo(*command);
    command->callback([arguments, &chosen] { chosen = [arguments] { return runReport(*arguments); }; });
}

}  // namespace lamscope::cli
