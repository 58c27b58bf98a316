// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>

#include "dialogs/theme.h"
#include "runtime/device.h"

namespace lamscope::ui {

/// The live engine's own choice of Settings::cacheMiB.
[[nodiscard]] int defaultCacheMiB();

/// What the user prefers, whatever is open. Plain data.
struct Settings {
    static constexpr int mostThreads = 256;
    static constexpr int leastCacheMiB = 64;
    static constexpr int mostCacheMiB = 65536;
    static constexpr int mostRecentFiles = 50;

    Theme theme = Theme::System;
    DeviceChoice device = DeviceChoice::Auto;
    int computeThreads = 0;            ///< 0: defaultThreads(); at most mostThreads
    int cacheMiB = defaultCacheMiB();  ///< of forward passes kept for the next box; leastCacheMiB…mostCacheMiB
    bool liveWhileDragging = true;     ///< maps follow the box while it moves; otherwise they start when it rests
    bool autosave = true;              ///< the session is kept and offered after a crash or a log-out
    int recentFiles = 10;              ///< how many are remembered, 0…mostRecentFiles

    friend bool operator==(const Settings&, const Settings&) = default;
};

/// A value that is absent or makes no sense is the default; a number outside its range is moved to its end.
[[nodiscard]] Settings loadSettings(const QSettings& store);
void saveSettings(const Settings& settings, QSettings& store);

}  // namespace lamscope::ui
