// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "window/main_window.h"

namespace lamscope {

/// How the filters' pictures follow the slider of λ.
struct SliderTimes {
    double forwardMs = 0.0;         ///< one forward pass of the changed network on what is in view, median
    int width = 0;                  ///< of what is in view, LR pixels
    int height = 0;                 ///< the same
    std::vector<double> first;      ///< ms from the slider's move to the first picture of its λ
    std::vector<double> eventLoop;  ///< ms that events waited meanwhile
};

/// Runs the shipped pair in the window's workspace of filters and moves the slider of λ. nullopt where no pair ships
/// with the program. Throws Error(InvalidArgument) where the window does not answer within two minutes.
[[nodiscard]] std::optional<SliderTimes> measureFilterSlider(ui::MainWindow& window);

}  // namespace lamscope
