// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/colour_bar.h"

#include <QImage>
#include <QPainter>

namespace lamscope::ui {

namespace {

constexpr int barMargin = 6;
constexpr int barWidth = 10;

QFont smallFont(const QWidget& widget) {
    auto font = widget.font();
    font.setPointSizeF(font.pointSizeF() * 0.85);
    return font;
}

QImage strip(const ColourMap& colours, bool dimmed) {
    QImage picture(1, ColourMap::size, QImage::Format_RGB32);
    for (int y = 0; y < ColourMap::size; ++y) {
        const QRgb colour = colours.at(1.0 - y / (ColourMap::size - 1.0));
        const int level = qGray(colour);
        picture.setPixel(0, y, dimmed ? qRgb(level, level, level) : colour);
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
    painter.translate(barEnd.x() + 3, barEnd.y() + 1);
    painter.rotate(-90.0);
    painter.drawText(QRect(0, 0, length, lineHeight), Qt::AlignLeft | Qt::AlignVCenter, text);
    painter.restore();
}

}  // namespace

ColourBar::ColourBar(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Ignored);
}

QSize ColourBar::sizeHint() const {
    const QFontMetrics metrics(smallFont(*this));
    return {2 * barMargin + barWidth + metrics.height(), 0};
}

void ColourBar::setScale(const ColourMap* colours, const QString& caption, bool dimmed, const Ends& ends) {
    colours_ = colours;
    caption_ = caption;
    dimmed_ = dimmed;
    ends_ = ends;
    if (ends_.highest.isEmpty()) {
        const bool diverging = colours_ != nullptr && colours_->isDiverging();
        ends_ = {diverging ? QStringLiteral("\u22121") : QStringLiteral("0"),
                 diverging ? QStringLiteral("+1") : QStringLiteral("1")};
    }
    update();
}

void ColourBar::setKeys(const std::vector<Key>& keys) {
    colours_ = nullptr;
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
    const int lineHeight = painter.fontMetrics().height();
    const QRect bar(barMargin, barMargin + lineHeight, barWidth, height() - 2 * (barMargin + lineHeight));
    if (bar.height() < 2 * lineHeight) {
        return;
    }
    if (colours_ != nullptr) {
        drawScale(painter, bar);
    } else if (!keys_.empty()) {
        drawKeys(painter, bar);
    }
}

void ColourBar::drawScale(QPainter& painter, const QRect& bar) const {
    const int lineHeight = painter.fontMetrics().height();
    painter.setOpacity(dimmed_ ? 0.45 : 1.0);
    painter.drawImage(bar, strip(*colours_, dimmed_));
    painter.setOpacity(1.0);
    painter.setPen(inked(0.35F));
    painter.drawRect(bar.adjusted(-1, -1, 0, 0));

    painter.setPen(inked(dimmed_ ? 0.5F : 0.8F));
    const auto label = [&](int y, const QString& value) {
        painter.drawText(QRect(bar.center().x() - 20, y, 41, lineHeight), Qt::AlignCenter, value);
    };
    const bool diverging = colours_->isDiverging();
    label(barMargin - 2, ends_.highest);
    label(bar.bottom() + 3, ends_.lowest);
    if (diverging) {
        painter.drawText(QRect(bar.right() + 4, bar.center().y() - lineHeight / 2, 20, lineHeight),
                         Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    }
    // In the lower half where the zero stands beside the middle.
    drawUpwards(painter, bar.bottomRight(), diverging ? bar.height() / 2 - lineHeight : bar.height(), caption_);
}

void ColourBar::drawKeys(QPainter& painter, const QRect& bar) const {
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

}  // namespace lamscope::ui
