// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/layer_table.h"

#include <QStringList>
#include <algorithm>

#include "session/restoration_controller.h"
#include "session/scale_words.h"

namespace lamscope::ui {

static_assert(std::ranges::all_of(layerTable, [](const LayerRow& row) { return &layerRow(row.layer) == &row; }),
              "the rows stand in the order of Layer");

QString layerHelp(const LayerRow& row, bool keepsSize) {
    QStringList needs;
    if (row.needs.map) {
        needs += QObject::tr("a map");
    }
    if (row.needs.reference) {
        needs += QObject::tr("a reference network");
    }
    if (row.needs.hr) {
        needs += QObject::tr("an HR image (otherwise the LR image is shown)");
    }
    if (row.needs.clean) {
        needs += QObject::tr("a network of scale 1");
        needs += QObject::tr("a degradation or a reference");
    }
    const auto explanation = QObject::tr(row.explanation);
    const auto help =
        needs.isEmpty() ? explanation : QObject::tr("%1\nNeeds %2").arg(explanation, needs.join(QObject::tr(" and ")));
    return inScaleWords(help, keepsSize);
}

QString layerTitle(const LayerRow& row, bool keepsSize) {
    return inScaleWords(QObject::tr(row.title), keepsSize);
}

QString layerShortTitle(const LayerRow& row, bool keepsSize) {
    return inScaleWords(QObject::tr(row.shortTitle), keepsSize);
}

QString whyUnavailable(const LayerRow& row, const Session& session) {
    return row.needs.clean ? whyNoRestoration(session) : QString();
}

}  // namespace lamscope::ui
