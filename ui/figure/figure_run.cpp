// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_run.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "error.h"

namespace lamscope::ui {

namespace {

/// The networks that the figure shows.
std::vector<SavedNetwork> networksOf(const SavedSession& session, FigureKind kind) {
    if (kind == FigureKind::Paths && !session.networks.empty()) {
        return {session.networks.at(session.selected.value_or(0))};
    }
    std::vector<SavedNetwork> shown;
    std::ranges::copy_if(session.networks, std::back_inserter(shown), &SavedNetwork::shown);
    return shown;
}

/// The session's own path last: its map is the figure's, the others are there to compare.
std::vector<PathKind> pathsOf(const SavedSession& session, const FigureLayout& layout) {
    const auto own = session.options.path;
    if (layout.kind != FigureKind::Paths) {
        return {own};
    }
    auto paths = layout.paths;
    std::erase(paths, own);
    paths.push_back(own);
    return paths;
}

/// Networks that take the same patch, and so one run.
struct Batch {
    Patch patch;
    std::vector<ModelSpec> models;
};

/// With an HR image all networks share the patch; with an LR image it depends on the scale, which the network knows.
std::vector<Batch> batchesOf(const SavedSession& session, const std::vector<SavedNetwork>& networks,
                             const std::string& device) {
    std::vector<Batch> batches;
    for (const auto& network : networks) {
        const int scale = session.role == ImageRole::Hr ? 1 : loadModel(network.spec, device).card().scale;
        const auto patch = patchOfBox(session.box, session.role, session.gridScale, scale);
        if (batches.empty() || batches.back().patch != patch) {
            batches.push_back({patch, {}});
        }
        batches.back().models.push_back(network.spec);
    }
    return batches;
}

void noteChanges(FigureRun& run, const SavedSession& session, const std::vector<SavedNetwork>& networks) {
    const auto note = [&](const std::filesystem::path& file) {
        run.warnings.push_back(
            fmt::format("{} has changed since the session was saved: its numbers will differ", file.string()));
    };
    const auto& document = run.documents.front();
    if (!session.imageSha256.empty() && document.imageSha256 != session.imageSha256) {
        note(session.image);
    }
    for (std::size_t i = 0; i < networks.size(); ++i) {
        if (!networks[i].sha256.empty() && document.results[i].card.sha256 != networks[i].sha256) {
            note(networks[i].spec.file);
        }
    }
}

/// Names that are unique within each batch may meet in the whole.
void makeAllNamesUnique(LamDocument& document) {
    std::vector<ModelCard*> cards;
    for (auto& named : document.results) {
        cards.push_back(&named.card);
    }
    makeNamesUnique(cards);
}

}  // namespace

std::optional<FigureRun> computeFigure(const SavedSession& session, const std::string& device,
                                       const std::stop_token& stop, const LamRunCallback& progress) {
    const auto layout = session.figure.value_or(FigureLayout());
    const auto networks = networksOf(session, layout.kind);
    if (session.image.empty() || networks.empty()) {
        throw Error(ErrorCode::BadFile, "the session has no image or no network that is shown: there is no figure");
    }
    const auto batches = batchesOf(session, networks, device);
    FigureRun run;
    for (const auto path : pathsOf(session, layout)) {
        std::optional<LamDocument> whole;
        for (const auto& batch : batches) {
            LamRunOptions options{.image = session.image,
                                  .imageIsHr = session.role == ImageRole::Hr,
                                  .reference = session.referenceImage,
                                  .reduction = session.reduction,
                                  .models = batch.models,
                                  .lam = session.options,
                                  .device = device};
            options.lam.patch = batch.patch;
            options.lam.path = path;
            auto document = runLam(options, stop, progress);
            if (!document) {
                return std::nullopt;
            }
            if (!whole) {
                whole = std::move(document);
            } else {
                std::ranges::move(document->results, std::back_inserter(whole->results));
            }
        }
        makeAllNamesUnique(*whole);
        run.documents.push_back(*std::move(whole));
    }
    noteChanges(run, session, networks);
    return run;
}

}  // namespace lamscope::ui
