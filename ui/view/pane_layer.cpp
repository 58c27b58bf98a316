// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/pane_layer.h"

#include <algorithm>

namespace lamscope::ui {

namespace {

ValueRange united(const std::optional<ValueRange>& all, const ValueRange& one) {
    return all ? ValueRange{std::min(all->least, one.least), std::max(all->largest, one.largest)} : one;
}

}  // namespace

QString PaneLayer::notice(const LayerInput& /*input*/, const PanePicture& /*picture*/) const {
    return {};
}

ColourScale PaneLayer::scale(const LayerInput& /*input*/, const PanePicture& /*picture*/) const {
    return {};
}

QString PaneLayer::readout(const LayerInput& /*input*/, const PanePicture& /*picture*/, QPointF /*scene*/) const {
    return {};
}

std::optional<HeaderMeasure> PaneLayer::measure(const NetworkEntry& entry) const {
    if (!entry.result) {
        return std::nullopt;
    }
    return HeaderMeasure{QObject::tr("DI %1"), entry.result->diffusionIndex, entry.stale};
}

std::optional<LayerRange> PaneLayer::range(const NetworkEntry& /*entry*/) const {
    return std::nullopt;
}

QString PaneLayer::stoppedText() const {
    return QObject::tr("Stopped: goes on with the next change");
}

std::optional<ValueRange> sharedRange(const Session& session) {
    if (session.view().normalisation != Normalisation::Shared) {
        return std::nullopt;
    }
    const auto& layer = paneLayer(session.view().layer);
    std::optional<ValueRange> current;
    std::optional<ValueRange> all;
    for (const auto& entry : session.networks()) {
        if (const auto own = entry.shown ? layer.range(entry) : std::nullopt) {
            all = united(all, own->values);
            current = own->stale ? current : united(current, own->values);
        }
    }
    return current ? current : all;
}

}  // namespace lamscope::ui
