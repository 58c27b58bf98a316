// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/layer_table.h"

#include <QStringList>
#include <algorithm>

namespace lamscope::ui {

static_assert(std::ranges::all_of(layerTable, [](const LayerRow& row) { return &layerRow(row.layer) == &row; }),
              "the rows stand in the order of Layer");

QString layerHelp(const LayerRow& row) {
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
    const auto explanation = QObject::tr(row.explanation);
    return needs.isEmpty() ? explanation
                           : QObject::tr("%1\nNeeds %2").arg(explanation, needs.join(QObject::tr(" and ")));
}

}  // namespace lamscope::ui
