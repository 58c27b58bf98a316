// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "image/image.h"
#include "method/lam/lam_options.h"
#include "model/sr_model.h"

namespace lamscope {

/// Nodes of a coarse map, as the window computes it while the box is dragged.
inline constexpr int coarseNodes = 7;

/// A map of `coarseNodes`, in seconds (medians).
struct DragSpeed {
    double coldSeconds = 0.0;             ///< no forward pass is kept yet
    double warmSeconds = 0.0;             ///< the forward passes of another patch are kept
    double forwardBackwardSeconds = 0.0;  ///< of one node
    double backwardSeconds = 0.0;         ///< of one node, on a kept forward pass
};

/// Many patches of one image at `coarseNodes`, against as many separate runs.
struct SharingSpeed {
    int patches = 0;
    double seconds = 0.0;
    double separateSeconds = 0.0;  ///< of all; measured on an eighth of them
};

/// The window of a bounded receptive field against the whole image, at the nodes of LamOptions.
struct WindowSpeed {
    Rect window;
    double seconds = 0.0;
    double wholeSeconds = 0.0;
    double difference = 0.0;  ///< relative L1 of the maps
};

/// A DI map at `coarseNodes` with a stride of 16 SR pixels, in units of one map of as many nodes.
struct DiMapSpeed {
    int columns = 0;
    int rows = 0;
    double lamSeconds = 0.0;     ///< the unit
    double coarseSeconds = 0.0;  ///< until the first picture
    double seconds = 0.0;
};

/// Maps of `coarseNodes` cells and of as many midpoints, one image at a time, in seconds (the least).
struct CellSpeed {
    double cellSeconds = 0.0;
    double midpointSeconds = 0.0;

    /// A cell in units of a midpoint. n cells are n + 1 forward and n backward passes: half a unit more than n.
    [[nodiscard]] double units() const { return cellSeconds / (coarseNodes + 0.5) / (midpointSeconds / coarseNodes); }
};

/// What reuse saves on `lr`, around its middle. All use the whole image as context. `repeats` of each timing, the
/// median is reported. Nullopt when stopped. Throw as computeLam().
[[nodiscard]] std::optional<CellSpeed> measureCells(const SrModel& model, const Image& lr, int repeats,
                                                    const std::stop_token& stop);
[[nodiscard]] std::optional<DragSpeed> measureDrag(const SrModel& model, const Image& lr, int repeats,
                                                   const std::stop_token& stop);
[[nodiscard]] std::optional<SharingSpeed> measureSharing(const SrModel& model, const Image& lr,
                                                         const std::stop_token& stop);
/// Nullopt also where the window is the whole image.
[[nodiscard]] std::optional<WindowSpeed> measureWindow(const SrModel& model, const Image& lr, int nodes, int repeats,
                                                       const std::stop_token& stop);
[[nodiscard]] std::optional<DiMapSpeed> measureDiMap(const SrModel& model, const Image& lr,
                                                     const std::stop_token& stop);

}  // namespace lamscope
