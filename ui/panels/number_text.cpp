// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/number_text.h"

#include <cmath>

namespace lamscope::ui {

namespace {

constexpr QChar minusSign{0x2212};
constexpr QChar narrowSpace{0x202F};

}  // namespace

QString fixedText(double value, int decimals) {
    if (!std::isfinite(value)) {
        return noValue;
    }
    auto text = QString::number(value, 'f', decimals);
    if (text.startsWith(u'-')) {
        // What rounds to zero has no sign.
        const bool zero = text.toDouble() == 0.0;
        text.replace(0, 1, zero ? QString() : QString(minusSign));
    }
    return text;
}

QString signedText(double value, int decimals) {
    const auto text = fixedText(value, decimals);
    return value > 0.0 && text.toDouble() != 0.0 ? u'+' + text : text;
}

QString groupedText(qint64 value) {
    auto text = QString::number(value);
    const auto first = value < 0 ? 1 : 0;
    for (auto place = text.size() - 3; place > first; place -= 3) {
        text.insert(place, narrowSpace);
    }
    return text;
}

QString countText(qint64 value) {
    if (value < 1000) {
        return QString::number(value);
    }
    if (value < 999'500) {
        return QString::number(std::lround(static_cast<double>(value) / 1e3)) + u' ' + u'k';
    }
    const double millions = static_cast<double>(value) / 1e6;
    return QString::number(millions, 'f', millions < 9.95 ? 1 : 0) + u' ' + u'M';
}

}  // namespace lamscope::ui
