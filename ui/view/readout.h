// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPoint>
#include <QPointF>
#include <QString>
#include <optional>

#include "live/live_input.h"

namespace lamscope::ui {

/// What is under the pointer, for the status bar. On the input pane, `lr` and `sr` lie on the grids of the network with
/// the largest scale.
struct Readout {
    NetworkId network = 0;       ///< 0: the input pane
    QPointF lr;                  ///< position in LR pixels; the centre of pixel (0, 0) is (0.5, 0.5)
    QPoint sr;                   ///< pixel of the SR image
    int scale = 4;               ///< of the network; 1: both are the same pixel
    std::optional<QRgb> colour;  ///< colour of the pixel in the image that is shown
    QString value;               ///< the layer's value there, in words; empty: none
};

}  // namespace lamscope::ui
