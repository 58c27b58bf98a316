// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/results_document.h"

#include <algorithm>
#include <utility>

#include "scene/document_blocks.h"
#include "session/session_file.h"

namespace lamscope::ui {

LamDocument resultsDocument(const Session& session, const std::vector<NetworkId>& networks) {
    std::vector<const NetworkEntry*> entries;
    std::vector<ModelCard> cards;
    for (const auto& entry : session.networks()) {
        if (entry.shown && entry.currentResult() != nullptr) {
            entries.push_back(&entry);
            cards.push_back(entry.card);
        }
    }
    std::vector<ModelCard*> names;
    names.reserve(cards.size());
    for (auto& card : cards) {
        names.push_back(&card);
    }
    makeNamesUnique(names);

    LamDocument document;
    document.experiment = snapshot(session);
    if (!session.hasImage()) {
        document.experiment.scenes.clear();
    }
    document.experiment.scenes.resize(1);  // the open image alone
    document.plan = session.options();
    document.device = session.device().toStdString();
    document.threads = session.threads();
    for (const auto id : networks) {
        const auto place = std::ranges::find(entries, id, &NetworkEntry::id);
        if (place == entries.end()) {
            continue;
        }
        const auto& entry = **place;
        if (document.results.empty()) {
            document.plan.options.patch = entry.result->patch;
            document.lrWidth = entry.lr ? entry.lr->width() : 0;
            document.lrHeight = entry.lr ? entry.lr->height() : 0;
        }
        NamedLamResult named{cards[static_cast<std::size_t>(place - entries.begin())], *entry.result, {}, {}};
        if (entry.restoration.image && !entry.restoration.stale) {
            named.restoration = entry.restoration.image->measures;
        }
        document.results.push_back(std::move(named));
    }
    return document;
}

LamDocument resultsDocument(const Session& session) {
    std::vector<NetworkId> ids;
    for (const auto& entry : session.networks()) {
        ids.push_back(entry.id);
    }
    return resultsDocument(session, ids);
}

}  // namespace lamscope::ui
