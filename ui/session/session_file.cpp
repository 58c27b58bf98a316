// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session_file.h"

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/lam_experiment.h"

namespace lamscope::ui {

namespace {

/// Reads what only its users understand, so that what is wrong is said when the file is opened.
Experiment checked(Experiment experiment, const std::filesystem::path& file) {
    try {
        static_cast<void>(makePlan(lamOptionsOf(experiment)));
        static_cast<void>(viewOf(experiment));
        static_cast<void>(figureOf(experiment));
        static_cast<void>(workspacesOf(experiment));
    } catch (const Error& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {}", file.string(), error.what()));
    }
    return experiment;
}

std::filesystem::path referenceOf(const Session& session) {
    return session.referenceImage() ? std::filesystem::path(session.referenceImage()->file) : std::filesystem::path();
}

}  // namespace

Experiment snapshot(const Session& session) {
    Experiment experiment;
    if (session.hasImage()) {
        const auto& image = session.image();
        experiment.scenes.push_back({.image = image.file,
                                     .sha256 = image.sha256,
                                     .role = session.role(),
                                     .reduction = session.reduction(),
                                     .degradation = session.degradation(),
                                     .degradationSeed = session.degradationSeed(),
                                     .reading = image.reading,
                                     .reference = referenceOf(session),
                                     .gridScale = session.gridScale(),
                                     .boxes = {session.box()}});
    }
    experiment.scenes.insert(experiment.scenes.end(), session.moreScenes().begin(), session.moreScenes().end());
    for (const auto& entry : session.networks()) {
        if (entry.id == session.selected()) {
            experiment.selected = experiment.networks.size();
        }
        if (entry.id == session.reference()) {
            experiment.reference = experiment.networks.size();
        }
        experiment.networks.push_back({entry.spec, entry.card.sha256, entry.shown});
    }
    setLamOptions(experiment, session.options());
    setView(experiment, session.view());
    setFigure(experiment, session.figureLayout());
    return experiment;
}

Experiment wholeSession(const Session& session) {
    auto experiment = snapshot(session);
    setWorkspaces(experiment, session.workspaces());
    return experiment;
}

Experiment sessionFromText(const std::string& text, const std::filesystem::path& file) {
    return checked(experimentFromText(text, file), file);
}

Experiment readSession(const std::filesystem::path& file) {
    return checked(readExperiment(file), file);
}

}  // namespace lamscope::ui
