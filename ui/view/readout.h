// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPoint>
#include <QPointF>
#include <optional>

#include "live/live_input.h"
#include "method/lam/di_map.h"

namespace lamscope::ui {

/// The values under the pointer, for the status bar. On the input pane, `lr` and `sr` lie on the grids of the network
/// with the largest scale.
struct Readout {
    NetworkId network = 0;             ///< 0: the input pane
    QPointF lr;                        ///< position in LR pixels; the centre of pixel (0, 0) is (0.5, 0.5)
    QPoint sr;                         ///< pixel of the SR image
    std::optional<QRgb> colour;        ///< colour of the pixel in the image that is shown
    std::optional<double> mapValue;    ///< value at the colour bar, -1…1 or 0…1
    bool mapIsStale = false;           ///< `mapValue` belongs to an older box
    std::optional<double> srError;     ///< SR − HR, mean over RGB, 8-bit levels; where the layer shows it
    std::optional<double> fieldShare;  ///< share of the effective receptive field that the LR pixel has, 0…1
    std::optional<DiMapCell> cell;     ///< cell of the DI map under the pointer
};

}  // namespace lamscope::ui
