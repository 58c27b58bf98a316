// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/lam_experiment.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

namespace {

/// What the figure shows of a session.
Experiment shownPart(Experiment session, FigureKind kind) {
    session.gridStride.reset();
    if (kind == FigureKind::Paths && !session.networks.empty()) {
        auto only = session.networks.at(session.selected.value_or(0));
        only.shown = true;
        session.networks = {std::move(only)};
        session.scenes.resize(std::min(session.scenes.size(), std::size_t{1}));
    }
    if (session.scenes.empty() || shownNetworks(session).empty()) {
        throw Error(ErrorCode::BadFile, "the session has no image or no network that is shown: there is no figure");
    }
    return session;
}

/// The session's own path last: its map is the figure's, the others are there to compare.
std::vector<PathKind> pathsOf(PathKind own, const FigureLayout& layout) {
    if (layout.kind != FigureKind::Paths) {
        return {own};
    }
    auto paths = layout.paths;
    std::erase(paths, own);
    paths.push_back(own);
    return paths;
}

void noteChange(FigureRun& run, const std::filesystem::path& file, const std::string& before,
                const std::string& after) {
    if (!before.empty() && before != after) {
        run.warnings.push_back(
            fmt::format("{} has changed since the session or study was saved: its numbers will differ", file.string()));
    }
}

/// @param asked what was run: a document of each of its scenes, for one path after the other.
void noteChanges(FigureRun& run, const Experiment& asked) {
    for (std::size_t i = 0; i < asked.scenes.size(); ++i) {
        noteChange(run, asked.scenes[i].image, asked.scenes[i].sha256, run.documents[i].scene().sha256);
    }
    const auto& found = run.documents.front().experiment.networks;
    for (std::size_t i = 0; i < asked.networks.size(); ++i) {
        noteChange(run, asked.networks[i].spec.withoutToken().file, asked.networks[i].sha256, found[i].sha256);
    }
}

}  // namespace

FigureComputation::FigureComputation(const Experiment& session, LamRunSettings settings)
    : settings_(std::move(settings)) {
    const auto layout = figureOf(session).value_or(FigureLayout());
    part_ = shownPart(session, layout.kind);
    if (layout.kind == FigureKind::Paths && layout.gradients) {
        settings_.gradientsAt = layout.alphas;
    }
    paths_ = pathsOf(lamOptionsOf(part_).path, layout);
}

bool FigureComputation::next(const std::stop_token& stop, const LamRunCallback& progress) {
    if (finished()) {
        return true;
    }
    if (!run_) {
        auto options = lamOptionsOf(part_);
        options.path = paths_.front();
        setLamOptions(part_, options);
        run_.emplace(part_, settings_);
    }
    if (!run_->next(stop, progress)) {
        return false;
    }
    if (run_->finished()) {
        std::ranges::move(run_->take(), std::back_inserter(figure_.documents));
        run_.reset();
        paths_.erase(paths_.begin());
    }
    return true;
}

FigureRun FigureComputation::take() {
    noteChanges(figure_, part_);
    return std::move(figure_);
}

std::optional<FigureRun> computeFigure(const Experiment& session, const std::string& device,
                                       const std::stop_token& stop, const LamRunCallback& progress) {
    FigureComputation computation(session, {.device = device});
    while (!computation.finished()) {
        if (!computation.next(stop, progress)) {
            return std::nullopt;
        }
    }
    return computation.take();
}

}  // namespace lamscope::ui
