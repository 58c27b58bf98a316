// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_run.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

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

/// The images that the figure shows.
std::vector<SavedScene> scenesOf(const SavedSession& session, FigureKind kind) {
    std::vector<SavedScene> scenes{static_cast<const SavedScene&>(session)};
    if (kind != FigureKind::Paths) {
        scenes.insert(scenes.end(), session.moreScenes.begin(), session.moreScenes.end());
    }
    return scenes;
}

/// With an HR image all networks share the patch; with an LR image it depends on the scale, which the network knows.
std::vector<Batch> batchesOf(const SavedScene& scene, const std::vector<SavedNetwork>& networks,
                             const std::string& device) {
    std::vector<Batch> batches;
    for (const auto& network : networks) {
        const int scale = scene.role == ImageRole::Hr ? 1 : loadModel(network.spec, device).card().scale;
        const auto patch = patchOfBox(scene.box, scene.role, scene.gridScale, scale);
        if (batches.empty() || batches.back().patch != patch) {
            batches.push_back({patch, {}});
        }
        batches.back().models.push_back(network.spec);
    }
    return batches;
}

void noteChange(FigureRun& run, const std::filesystem::path& file, const std::string& before,
                const std::string& after) {
    if (!before.empty() && before != after) {
        run.warnings.push_back(
            fmt::format("{} has changed since the session was saved: its numbers will differ", file.string()));
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

/// One image on one path; nullopt when stopped.
std::optional<LamDocument> computeScene(const SavedScene& scene, LamOptions options, const std::vector<Batch>& batches,
                                        const std::vector<double>& gradientsAt, const std::string& device,
                                        const std::stop_token& stop, const LamRunCallback& progress) {
    std::optional<LamDocument> whole;
    for (const auto& batch : batches) {
        options.patch = batch.patch;
        auto document = runLam({.image = scene.image,
                                .orientation = scene.upright ? ExifOrientation::Applied : ExifOrientation::Ignored,
                                .imageIsHr = scene.role == ImageRole::Hr,
                                .reference = scene.referenceImage,
                                .reduction = scene.reduction,
                                .models = batch.models,
                                .lam = options,
                                .gradientsAt = gradientsAt,
                                .device = device},
                               stop, progress);
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
    return whole;
}

}  // namespace

std::optional<FigureRun> computeFigure(const SavedSession& session, const std::string& device,
                                       const std::stop_token& stop, const LamRunCallback& progress) {
    const auto layout = session.figure.value_or(FigureLayout());
    const auto networks = networksOf(session, layout.kind);
    if (session.image.empty() || networks.empty()) {
        throw Error(ErrorCode::BadFile, "the session has no image or no network that is shown: there is no figure");
    }
    const auto gradientsAt =
        layout.kind == FigureKind::Paths && layout.gradients ? layout.alphas : std::vector<double>();
    FigureRun run;
    for (const auto& scene : scenesOf(session, layout.kind)) {
        const auto batches = batchesOf(scene, networks, device);
        for (const auto path : pathsOf(session, layout)) {
            auto options = session.options;
            options.path = path;
            auto document = computeScene(scene, options, batches, gradientsAt, device, stop, progress);
            if (!document) {
                return std::nullopt;
            }
            run.documents.push_back(*std::move(document));
        }
        noteChange(run, scene.image, scene.imageSha256, run.documents.back().imageSha256);
    }
    for (std::size_t i = 0; i < networks.size(); ++i) {
        noteChange(run, networks[i].spec.file, networks[i].sha256, run.documents.front().results[i].card.sha256);
    }
    return run;
}

}  // namespace lamscope::ui
