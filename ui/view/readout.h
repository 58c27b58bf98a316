// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPoint>
#include <QPointF>
#include <optional>

#include "live/live_input.h"
#include "method/lam/di_map.h"

namespace lamscope::ui {

/// What lies under the pointer, for the status bar.
struct Readout {
    NetworkId network = 0;  ///< 0: the input pane
    QPointF lr;             ///< LR pixels of the same network; the centre of pixel (0, 0) is (0.5, 0.5)
    QPoint sr;              ///< the pixel of the SR image; on the input pane that of the network with the largest scale
    std::optional<QRgb> colour;      ///< of the pixel of the image that is shown
    std::optional<double> mapValue;  ///< as the colour bar has it, -1…1 or 0…1
    bool mapIsStale = false;         ///< `mapValue` belongs to an older box
    std::optional<DiMapCell> cell;   ///< of a DI map, in its place
};

}  // namespace lamscope::ui
