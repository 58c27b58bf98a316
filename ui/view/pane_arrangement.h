// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QSizeF>
#include <Qt>

namespace lamscope::ui {

/// What has to be placed. Sizes in logical pixels.
struct PanesToArrange {
    int count = 1;           ///< panes, at least 1
    QSizeF scene;            ///< shape of every image, in any unit; not empty
    QSize frame;             ///< of each pane around its image, without a colour bar
    QSize bar;               ///< width of an upright colour bar, height of a lying one
    bool sharesBar = false;  ///< one bar stands beside all panes; otherwise each pane has its own
    int gap = 0;             ///< between two panes, and between panes and the shared bar
};

/// Rows and columns of panes of one size.
struct PaneArrangement {
    int columns = 1;
    int rows = 1;
    QSize pane;                          ///< each pane with its frame, and with its bar if it has one
    QSize image;                         ///< the room for the image in a pane
    Qt::Orientation bar = Qt::Vertical;  ///< Vertical: bars stand at the right. Horizontal: they lie below
};

/// The arrangement that makes the images largest in `space`: the number of columns, and the side of the colour bars.
/// Among equals: fewest columns, and bars at the right.
[[nodiscard]] PaneArrangement arrangePanes(const PanesToArrange& panes, QSize space);

}  // namespace lamscope::ui
