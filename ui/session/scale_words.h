// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lamscope::ui {

/// Texts of the window speak of LR, SR and HR. The same text for networks that keep the size of the image: of input,
/// output and reference, whose pixels are pixels. Other texts, and those for networks that enlarge, stay as they are.
[[nodiscard]] QString inScaleWords(const QString& text, bool keepsSize);

}  // namespace lamscope::ui
