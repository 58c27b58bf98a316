// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/colour_bar.h"

#include <QImage>
#include <QPainter>
#include <algorithm>

namespace lamscope::ui {

namespace {

constexpr int barMargin = 3;
constexpr int barWidth = 8;
constexpr int textGap = 4;
constexpr int longestLying = 140;  // of a lying bar's colours: longer ones are no easier to read
constexpr int shortestLying = 24;

QFont smallFont(const QWidget& widget) {
    auto font = widget.font();
    font.setPointSizeF(font.pointSizeF() * 0.85);
    return font;
}

/// One pixel thick, from the lowest value at the left or at the bottom to the highest.
QImage strip(const ColourMap& colours, bool dimmed, Qt::Orientation orientation) {
    const bool upright = orientation == Qt::Vertical;
    QImage picture(upright ? 1 : ColourMap::size, upright ? ColourMap::size : 1, QImage::Format_RGB32);
    for (int i = 0; i < ColourMap::size; ++i) {
        const QRgb colour = colours.at(i / (ColourMap::size - 1.0));
        const int level = qGray(colour);
        picture.setPixel(upright ? QPoint(0, ColourMap::size - 1 - i) : QPoint(i, 0),
                         dimmed ? qRgb(level, level, level) : colour);
    }
    return picture;
}

/// Beside a bar, read from below; left out where it is too long.
void drawUpwards(QPainter& painter, QPoint barEnd, int length, const QString& text) {
    const int lineHeight = painter.fontMetrics().height();
    if (painter.fontMetrics().horizontalAdvance(text) > length) {
        return;
    }
    painter.save();
    painter.translate(barEnd.x() + 2, barEnd.y() + 1);
    painter.rotate(-90.0);
    painter.drawText(QRect(0, 0, length, lineHeight), Qt::AlignLeft | Qt::AlignVCenter, text);
    painter.restore();
}

}  // namespace

ColourBar::ColourBar(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Ignored);
}

int ColourBar::thickness(Qt::Orientation orientation) const {
    const QFontMetrics metrics(smallFont(*this));
    return orientation == Qt::Vertical ? 2 * barMargin + barWidth + metrics.height() : metrics.height() + 2;
}

QSize ColourBar::sizeHint() const {
    const int across = thickness(orientation_);
    return orientation_ == Qt::Vertical ? QSize(across, 0) : QSize(0, across);
}

void ColourBar::setOrientation(Qt::Orientation orientation) {
    if (orientation == orientation_) {
        return;
    }
    orientation_ = orientation;
    if (orientation == Qt::Vertical) {
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Ignored);
    } else {
        setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    }
    updateGeometry();
    update();
}

void ColourBar::copy(const ColourBar& other) {
    scale_ = other.scale_;
    keys_ = other.keys_;
    update();
}

void ColourBar::setScale(const ColourScale& scale) {
    scale_ = scale;
    if (scale_.highest.isEmpty()) {
        const bool diverging = scale_.colours != nullptr && scale_.colours->isDiverging();
        scale_.lowest = diverging ? QStringLiteral("\u22121") : QStringLiteral("0");
        scale_.highest = diverging ? QStringLiteral("+1") : QStringLiteral("1");
    }
    update();
}

void ColourBar::setKeys(const std::vector<Key>& keys) {
    scale_.colours = nullptr;
    keys_ = keys;
    update();
}

QColor ColourBar::inked(float opacity) const {
    auto ink = palette().color(QPalette::WindowText);
    ink.setAlphaF(opacity);
    return ink;
}

void ColourBar::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setFont(smallFont(*this));
    if (scale_.colours == nullptr && keys_.empty()) {
        return;
    }
    if (orientation_ == Qt::Vertical) {
        drawUpright(painter);
    } else if (scale_.colours != nullptr) {
        drawLying(painter);
    } else {
        drawLyingKeys(painter);
    }
}

void ColourBar::drawColours(QPainter& painter, const QRect& bar) const {
    painter.setOpacity(scale_.dimmed ? 0.45 : 1.0);
    painter.drawImage(bar, strip(*scale_.colours, scale_.dimmed, orientation_));
    painter.setOpacity(1.0);
    painter.setPen(inked(0.35F));
    painter.drawRect(bar.adjusted(-1, -1, 0, 0));
    painter.setPen(inked(scale_.dimmed ? 0.5F : 0.8F));
}

void ColourBar::drawUpright(QPainter& painter) const {
    const int lineHeight = painter.fontMetrics().height();
    const QRect bar(barMargin, barMargin + lineHeight, barWidth, height() - 2 * (barMargin + lineHeight));
    if (bar.height() < 2 * lineHeight) {
        return;
    }
    if (scale_.colours == nullptr) {
        drawUprightKeys(painter, bar);
        return;
    }
    drawColours(painter, bar);
    const auto label = [&](int y, const QString& value) {
        // Over the bar's middle, as long as it stays inside.
        const int length = painter.fontMetrics().horizontalAdvance(value);
        const int x = std::clamp(bar.center().x() - length / 2, 0, std::max(width() - length, 0));
        painter.drawText(QRect(x, y, length + 1, lineHeight), Qt::AlignLeft | Qt::AlignVCenter, value);
    };
    const bool diverging = scale_.colours->isDiverging();
    label(barMargin - 2, scale_.highest);
    label(bar.bottom() + 3, scale_.lowest);
    if (diverging) {
        painter.drawText(QRect(bar.right() + 3, bar.center().y() - lineHeight / 2, 20, lineHeight),
                         Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    }
    // In the lower half where the zero stands beside the middle.
    drawUpwards(painter, bar.bottomRight(), diverging ? bar.height() / 2 - lineHeight : bar.height(), scale_.caption);
}

void ColourBar::drawUprightKeys(QPainter& painter, const QRect& bar) const {
    const int count = static_cast<int>(keys_.size());
    for (int i = 0; i < count; ++i) {
        const int top = bar.top() + bar.height() * i / count;
        const int bottom = bar.top() + bar.height() * (i + 1) / count - 3;
        const QRect part(QPoint(bar.left(), top), QPoint(bar.right(), bottom));
        const auto& key = keys_[static_cast<std::size_t>(i)];
        painter.fillRect(part, QColor::fromRgb(key.colour));
        painter.setPen(inked(0.8F));
        drawUpwards(painter, part.bottomRight(), part.height(), key.meaning);
    }
}

/// The lowest value, the colours, the highest value, the caption; in the middle. Without the caption where it is too
/// long.
void ColourBar::drawLying(QPainter& painter) const {
    const auto& metrics = painter.fontMetrics();
    const int ends = metrics.horizontalAdvance(scale_.lowest) + metrics.horizontalAdvance(scale_.highest) + 2 * textGap;
    const int text = scale_.caption.isEmpty() ? 0 : metrics.horizontalAdvance(scale_.caption) + 2 * textGap;
    const bool hasCaption = text > 0 && ends + text + shortestLying <= width();
    const int length = std::min(longestLying, width() - ends - (hasCaption ? text : 0));
    if (length < shortestLying) {
        return;
    }
    int x = (width() - ends - length - (hasCaption ? text : 0)) / 2;
    const auto write = [&](const QString& value) {
        const int advance = metrics.horizontalAdvance(value);
        painter.drawText(QRect(x, 0, advance + 1, height()), Qt::AlignLeft | Qt::AlignVCenter, value);
        x += advance + textGap;
    };
    const int lowest = metrics.horizontalAdvance(scale_.lowest) + textGap;
    drawColours(painter, QRect(x + lowest, (height() - barWidth) / 2, length, barWidth));
    write(scale_.lowest);
    x += length + textGap;
    write(scale_.highest);
    if (hasCaption) {
        x += textGap;
        write(scale_.caption);
    }
}

void ColourBar::drawLyingKeys(QPainter& painter) const {
    const auto& metrics = painter.fontMetrics();
    int all = 0;
    for (const auto& key : keys_) {
        all += barWidth + textGap + metrics.horizontalAdvance(key.meaning) + 3 * textGap;
    }
    int x = std::max((width() - all) / 2, 0);
    for (const auto& key : keys_) {
        painter.fillRect(QRect(x, (height() - barWidth) / 2, barWidth, barWidth), QColor::fromRgb(key.colour));
        x += barWidth + textGap;
        painter.setPen(inked(0.8F));
        painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignLeft | Qt::AlignVCenter, key.meaning);
        x += metrics.horizontalAdvance(key.meaning) + 3 * textGap;
    }
}

}  // namespace lamscope::ui
