// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/pane_arrangement.h"

#include <algorithm>

namespace lamscope::ui {

namespace {

/// The extent that the bar takes from what it stands beside.
QSize extentOf(QSize bar, Qt::Orientation orientation, int gap) {
    return orientation == Qt::Vertical ? QSize(bar.width() + gap, 0) : QSize(0, bar.height() + gap);
}

PaneArrangement arrangement(const PanesToArrange& panes, QSize space, int columns, Qt::Orientation bar) {
    const int rows = (panes.count + columns - 1) / columns;
    if (panes.sharesBar) {
        space -= extentOf(panes.bar, bar, panes.gap);
    }
    const QSize pane((space.width() - (columns - 1) * panes.gap) / columns,
                     (space.height() - (rows - 1) * panes.gap) / rows);
    const QSize image = pane - panes.frame - (panes.sharesBar ? QSize(0, 0) : extentOf(panes.bar, bar, 0));
    return {.columns = columns, .rows = rows, .pane = pane, .image = image.expandedTo({0, 0}), .bar = bar};
}

double zoomOf(const PaneArrangement& arrangement, QSizeF scene) {
    return std::min(arrangement.image.width() / scene.width(), arrangement.image.height() / scene.height());
}

}  // namespace

PaneArrangement arrangePanes(const PanesToArrange& panes, QSize space) {
    auto best = arrangement(panes, space, 1, Qt::Vertical);
    for (const auto bar : {Qt::Vertical, Qt::Horizontal}) {
        for (int columns = 1; columns <= panes.count; ++columns) {
            const auto next = arrangement(panes, space, columns, bar);
            if (zoomOf(next, panes.scene) > zoomOf(best, panes.scene)) {
                best = next;
            }
        }
    }
    return best;
}

}  // namespace lamscope::ui
