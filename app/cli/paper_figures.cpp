// SPDX-License-Identifier: GPL-3.0-or-later
#include "paper_figures.h"

#include <utility>

#include <fmt/format.h>

#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "figure_files.h"
#include "program.h"

namespace lamscope::cli {

namespace {

/// What the figures show: what was computed, or for fig3 the network on every path. Empty when stopped.
std::vector<LamDocument> figureDocuments(const LamDocument& document, const std::stop_token& stop) {
    if (ui::figureOf(document.experiment).value().kind != ui::FigureKind::Paths) {
        return {document};
    }
    auto run = ui::computeFigure(document.experiment, document.device, stop);
    return run ? std::move(run->documents) : std::vector<LamDocument>();
}

}  // namespace

void setPaperFigure(Experiment& experiment, const FigureArguments& arguments,
                    const std::vector<std::filesystem::path>& names) {
    const auto layout = layoutOf(arguments, {});
    for (const auto& name : names) {
        if (!ui::figureFormat(name)) {
            throw UsageError(
                fmt::format("--figure {}: its name must end in .pdf, .svg, .png, .tif or .tiff", name.string()));
        }
    }
    if (!names.empty()) {
        ui::setFigure(experiment, layout);
    }
}

bool addPaperFigures(StagedFiles& files, const FigureArguments& arguments,
                     const std::vector<std::filesystem::path>& names, const LamDocument& document,
                     const std::stop_token& stop) {
    if (document.scene().gridScale == 0) {
        throw UsageError("networks of several scales have no patch in common on an LR image: give it with --hr");
    }
    const auto documents = figureDocuments(document, stop);
    if (!documents.empty()) {
        addFigureFiles(files, arguments, names, document.experiment, documents);
    }
    return !documents.empty();
}

}  // namespace lamscope::cli
