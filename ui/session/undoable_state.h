// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "live/live_input.h"
#include "method/lam/lam_options.h"
#include "session/view_settings.h"

namespace lamscope::ui {

/// All of a session that undo and redo step through.
struct UndoableState {
    ImageRole role = ImageRole::Hr;
    Reduction reduction = Reduction::Pillow;
    Degradation degradation;
    std::uint64_t degradationSeed = 0;
    std::shared_ptr<const OpenedImage> referenceImage;
    Box box;
    int gridScale = 1;  ///< of the grid that `box` is on
    LamOptions options;
    ViewSettings view;
    std::vector<std::pair<NetworkId, bool>> order;  ///< networks in the order of the list; true: shown
    NetworkId reference = 0;

    friend bool operator==(const UndoableState&, const UndoableState&) = default;
};

}  // namespace lamscope::ui
