// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/scale_words.h"

#include <QRegularExpression>
#include <array>

namespace lamscope::ui {

namespace {

struct ScaleWord {
    const char* enlarging;  ///< a regular expression
    const char* keeping;
};

/// The longest first.
constexpr std::array scaleWords{
    ScaleWord{"\\ban? HR image\\b", "a reference"},
    ScaleWord{"\\ban? LR image\\b", "an input"},
    ScaleWord{"\\b[LS]R pixel", "pixel"},
    ScaleWord{"\\bLR image", "input"},
    ScaleWord{"\\bSR image", "output"},
    ScaleWord{"\\bHR image", "reference"},
    ScaleWord{"\\bLR\\b", "input"},
    ScaleWord{"\\bSR\\b", "output"},
    ScaleWord{"\\bHR\\b", "reference"},
};

}  // namespace

QString inScaleWords(const QString& text, bool keepsSize) {
    if (!keepsSize || text.isEmpty()) {
        return text;
    }
    auto result = text;
    for (const auto& [enlarging, keeping] : scaleWords) {
        result.replace(QRegularExpression(QLatin1String(enlarging)), QLatin1String(keeping));
    }
    if (result != text && text.front().isUpper()) {
        result[0] = result[0].toUpper();
    }
    return result;
}

}  // namespace lamscope::ui
