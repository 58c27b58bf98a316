// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <cmath>
#include <variant>
#include <vector>

#include "figure/figure_sheet.h"

namespace lamscope::ui::testing {

template <typename Item>
std::vector<Item> itemsOf(const FigureSheet& sheet) {
    std::vector<Item> items;
    for (const auto& item : sheet.items) {
        if (const auto* found = std::get_if<Item>(&item)) {
            items.push_back(*found);
        }
    }
    return items;
}

inline QStringList textsOf(const FigureSheet& sheet) {
    QStringList texts;
    for (const auto& text : itemsOf<SheetText>(sheet)) {
        texts << text.text;
    }
    return texts;
}

/// What would be wrong with the figure in print; empty if nothing.
inline QString faultOf(const FigureSheet& sheet) {
    const QRectF page(QPointF(), sheet.size);
    const auto inside = [&](const QRectF& rect) { return page.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(rect); };
    const auto texts = itemsOf<SheetText>(sheet);
    for (const auto& text : texts) {
        if (!inside(text.extent())) {
            return QStringLiteral("text outside of the page: ") + text.text;
        }
        if (text.text == QChar(0x2026)) {
            return QStringLiteral("a text of which nothing is left");
        }
        if (text.style.size < 6.0) {
            return QStringLiteral("text below 6 pt: ") + text.text;
        }
        for (const auto& other : texts) {
            if (&other != &text && other.extent().adjusted(0.01, 0.01, -0.01, -0.01).intersects(text.extent())) {
                return QStringLiteral("texts overlap: %1, %2").arg(text.text, other.text);
            }
        }
    }
    for (const auto& picture : itemsOf<SheetPicture>(sheet)) {
        if (!inside(picture.place)) {
            return QStringLiteral("picture outside of the page");
        }
        if (std::abs(2.0 * picture.place.left() - std::round(2.0 * picture.place.left())) > 1e-9
            || std::abs(2.0 * picture.place.top() - std::round(2.0 * picture.place.top())) > 1e-9) {
            return QStringLiteral("picture off the half point");
        }
        for (const auto& text : texts) {
            if (picture.place.adjusted(0.1, 0.1, -0.1, -0.1).intersects(text.extent())) {
                return QStringLiteral("text on a picture: ") + text.text;
            }
        }
    }
    for (const auto& path : itemsOf<SheetPath>(sheet)) {
        const double half = path.line.isValid() ? path.width / 2.0 : 0.0;
        if (!inside(path.path.boundingRect().adjusted(-half, -half, half, half))) {
            return QStringLiteral("line outside of the page");
        }
    }
    return {};
}

}  // namespace lamscope::ui::testing
