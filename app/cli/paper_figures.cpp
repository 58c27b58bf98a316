// SPDX-License-Identifier: GPL-3.0-or-later
#include "paper_figures.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "figure_files.h"
#include "program.h"

namespace lamscope::cli {

namespace {

/// The session that `run` is, so that its figure can be made again.
ui::SavedSession sessionOf(const LamRunOptions& run, const LamDocument& document, const ui::FigureLayout& layout) {
    const auto& first = document.results.front();
    if (!run.imageIsHr && std::ranges::any_of(document.results, [&](const auto& named) {
            return named.card.scale != first.card.scale;
        })) {
        throw UsageError("networks of several scales have no patch in common on an LR image: give it with --hr");
    }
    const auto& patch = run.lam.patch;
    ui::SavedSession session;
    session.image = run.image;
    session.imageSha256 = document.imageSha256;
    session.upright = document.upright;
    session.referenceImage = run.reference;
    session.role = run.imageIsHr ? ImageRole::Hr : ImageRole::Lr;
    session.reduction = run.reduction;
    session.box = {patch.x, patch.y, patch.size};
    session.gridScale = run.imageIsHr ? 1 : first.card.scale;
    session.options = run.lam;
    session.options.patch = {};
    session.figure = layout;
    for (std::size_t i = 0; i < run.models.size(); ++i) {
        session.networks.push_back({run.models[i], document.results[i].card.sha256, true});
    }
    return session;
}

/// What the figures show: what was computed, or for fig3 the network on every path. Empty when stopped.
std::vector<LamDocument> figureDocuments(const LamDocument& document, const ui::SavedSession& session,
                                         const std::string& device, const std::stop_token& stop) {
    if (session.figure.value().kind != ui::FigureKind::Paths) {
        return {document};
    }
    auto run = ui::computeFigure(session, device, stop);
    return run ? std::move(run->documents) : std::vector<LamDocument>();
}

}  // namespace

void checkPaperFigures(const FigureArguments& arguments, const std::vector<std::filesystem::path>& names) {
    static_cast<void>(layoutOf(arguments, {}));
    for (const auto& name : names) {
        if (!ui::figureFormat(name)) {
            throw UsageError(
                fmt::format("--figure {}: its name must end in .pdf, .svg, .png, .tif or .tiff", name.string()));
        }
    }
}

bool addPaperFigures(StagedFiles& files, const FigureArguments& arguments,
                     const std::vector<std::filesystem::path>& names, const LamDocument& document,
                     const LamRunOptions& options, const std::stop_token& stop) {
    const auto session = sessionOf(options, document, layoutOf(arguments, {}));
    const auto documents = figureDocuments(document, session, options.device, stop);
    if (!documents.empty()) {
        addFigureFiles(files, arguments, names, session, documents);
    }
    return !documents.empty();
}

}  // namespace lamscope::cli
