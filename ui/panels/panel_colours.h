// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

namespace lamscope::ui {

// The panels' colours, all made from the palette, so that light and dark follow the system.

/// `share` (0…1) of `first` over `second`.
[[nodiscard]] inline QColor mixedColour(const QColor& first, const QColor& second, double share) {
    const auto mix = [share](int a, int b) { return qRound(share * a + (1.0 - share) * b); };
    return {mix(first.red(), second.red()), mix(first.green(), second.green()), mix(first.blue(), second.blue())};
}

[[nodiscard]] inline bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Base).lightness() < 128;
}

/// Text that matters less; still at least 4.5 : 1 on the usual themes.
[[nodiscard]] inline QColor mutedText(const QPalette& palette) {
    return mixedColour(palette.color(QPalette::Active, QPalette::Text), palette.color(QPalette::Base), 0.65);
}

/// Values that are not of now.
[[nodiscard]] inline QColor staleText(const QPalette& palette) {
    return mixedColour(palette.color(QPalette::Active, QPalette::Text), palette.color(QPalette::Base), 0.45);
}

/// Thin lines around cards and plots.
[[nodiscard]] inline QColor borderColour(const QPalette& palette) {
    return mixedColour(palette.color(QPalette::Active, QPalette::Text), palette.color(QPalette::Base), 0.2);
}

[[nodiscard]] inline QColor troubleText(const QPalette& palette) {
    return isDark(palette) ? QColor(255, 138, 128) : QColor(183, 28, 28);
}

[[nodiscard]] inline QColor warningText(const QPalette& palette) {
    return isDark(palette) ? QColor(255, 202, 110) : QColor(140, 80, 0);
}

}  // namespace lamscope::ui
