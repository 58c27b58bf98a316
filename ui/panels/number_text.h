// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lamscope::ui {

/// What stands for a value that is not known, not finite or not defined.
inline constexpr QChar noValue{0x2013};

// Numbers as the panels show them: a decimal point in every language, a true minus sign.

/// With so many decimals; noValue unless finite.
[[nodiscard]] QString fixedText(double value, int decimals);
/// The same with its sign; zero has none.
[[nodiscard]] QString signedText(double value, int decimals);
/// "715 176": groups of three with narrow spaces.
[[nodiscard]] QString groupedText(qint64 value);
/// Rounded to read at a glance: "860", "715 k", "1.6 M", "43 M".
[[nodiscard]] QString countText(qint64 value);

}  // namespace lamscope::ui
