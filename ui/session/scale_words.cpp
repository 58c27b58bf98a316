// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/scale_words.h"

#include <QRegularExpression>
#include <array>

namespace lamscope::ui {

namespace {

struct Words {
    const char* enlarging;  ///< a regular expression
    const char* keeping;
};

/// The longest first.
constexpr std::array words{
    Words{"\\ban? HR image\\b", "a reference"},
    Words{"\\ban? LR image\\b", "an input"},
    Words{"\\b[LS]R pixel", "pixel"},
    Words{"\\bLR image", "input"},
    Words{"\\bSR image", "output"},
    Words{"\\bHR image", "reference"},
    Words{"\\bLR\\b", "input"},
    Words{"\\bSR\\b", "output"},
    Words{"\\bHR\\b", "reference"},
};

}  // namespace

QString inScaleWords(const QString& text, bool keepsSize) {
    if (!keepsSize || text.isEmpty()) {
        return text;
    }
    auto result = text;
    for (const auto& [enlarging, keeping] : words) {
        result.replace(QRegularExpression(QLatin1String(enlarging)), QLatin1String(keeping));
    }
    if (result != text && text.front().isUpper()) {
        result[0] = result[0].toUpper();
    }
    return result;
}

}  // namespace lamscope::ui
