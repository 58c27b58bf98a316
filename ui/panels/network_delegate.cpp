// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/network_delegate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>

#include "panels/network_list_model.h"
#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

constexpr int spaceBetween = 2;  // half the gap between two cards
constexpr int padding = 6;
constexpr int gap = 6;
constexpr int tickSide = 16;
constexpr int buttonSide = 14;
constexpr qreal cornerRadius = 4.0;
constexpr double hiddenOpacity = 0.55;

QStyle* styleOf(const QStyleOptionViewItem& option) {
    return option.widget != nullptr ? option.widget->style() : QApplication::style();
}

QFont detailFont(const QFont& font) {
    auto small = font;
    small.setPointSizeF(std::max(font.pointSizeF() * 0.9, 6.0));
    return small;
}

QFont boldFont(const QFont& font) {
    auto bold = font;
    bold.setBold(true);
    return bold;
}

QRect cardRect(const QRect& item) {
    return item.adjusted(0, spaceBetween, 0, -spaceBetween);
}

void drawFrame(QPainter& painter, const QStyleOptionViewItem& option) {
    const auto& palette = option.palette;
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const auto base = palette.color(QPalette::Base);
    const auto highlight = palette.color(QPalette::Active, QPalette::Highlight);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    const double tint = selected ? 0.14 : hovered ? 0.05 : 0.0;
    painter.setPen(QPen(selected ? highlight : borderColour(palette), 1.0));
    painter.setBrush(mixedColour(highlight, base, tint));
    painter.drawRoundedRect(QRectF(cardRect(option.rect)).adjusted(0.5, 0.5, -0.5, -0.5), cornerRadius, cornerRadius);
}

/// The square in the network's colour that all of the window uses, filled and ticked when the network is shown.
void drawTick(QPainter& painter, const QRect& place, const QColor& colour, bool checked) {
    const auto box = QRectF(place).adjusted(1.0, 1.0, -1.0, -1.0);
    painter.setPen(QPen(colour, 2.0));
    painter.setBrush(checked ? QBrush(colour) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(box, 3.0, 3.0);
    if (checked) {
        const auto at = [&](double x, double y) {
            return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
        };
        painter.setPen(QPen(Qt::white, 2.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(QPolygonF{at(0.18, 0.52), at(0.42, 0.76), at(0.82, 0.26)});
    }
}

/// "ref" in a frame at the left end of `line`; returns the width it took.
int drawBadge(QPainter& painter, const QStyleOptionViewItem& option, const QRect& line) {
    const auto text = NetworkListModel::tr("ref");
    const auto font = detailFont(option.font);
    const QFontMetrics metrics(font);
    const int width = metrics.horizontalAdvance(text) + 6;
    const QRect badge(line.left(), line.center().y() - metrics.height() / 2, width, metrics.height());
    painter.setFont(font);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(mutedText(option.palette));
    painter.drawRoundedRect(QRectF(badge).adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0);
    painter.drawText(badge, Qt::AlignCenter, text);
    return width + 5;
}

/// A round button with an "i".
void drawCardButton(QPainter& painter, const QStyleOptionViewItem& option, const QRect& place) {
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    painter.setPen(
        QPen(hovered ? option.palette.color(QPalette::Active, QPalette::Link) : mutedText(option.palette), 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5));
    const auto middle = QRectF(place).center();
    painter.setBrush(painter.pen().color());
    painter.drawEllipse(QPointF(middle.x(), middle.y() - 3.2), 0.5, 0.5);
    painter.drawLine(QPointF(middle.x(), middle.y() - 0.4), QPointF(middle.x(), middle.y() + 3.4));
}

/// The DI or a warning sign, at the right of `line`; returns the width it took.
int drawIndex(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index, const QRect& line) {
    if (!index.data(NetworkListModel::TroubleRole).toString().isEmpty()) {
        const int side = styleOf(option)->pixelMetric(QStyle::PM_SmallIconSize, nullptr, option.widget);
        const auto icon = styleOf(option)->standardIcon(QStyle::SP_MessageBoxWarning, nullptr, option.widget);
        icon.paint(&painter, QRect(line.right() - side, line.center().y() - side / 2, side, side));
        return side + gap;
    }
    const auto text = index.data(NetworkListModel::DiffusionIndexRole).toString();
    const auto font = boldFont(option.font);
    painter.setFont(font);
    painter.setPen(index.data(NetworkListModel::StaleRole).toBool() ? staleText(option.palette)
                                                                    : option.palette.color(QPalette::Text));
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, text);
    return QFontMetrics(font).horizontalAdvance(text) + gap;
}

}  // namespace

QRect NetworkDelegate::tickRect(const QStyleOptionViewItem& option) {
    const auto card = cardRect(option.rect);
    return {card.left() + padding, card.center().y() - tickSide / 2 + 1, tickSide, tickSide};
}

QRect NetworkDelegate::cardButtonRect(const QStyleOptionViewItem& option) {
    const auto card = cardRect(option.rect);
    return {card.right() - padding - buttonSide + 1, card.bottom() - padding - buttonSide + 2, buttonSide, buttonSide};
}

QSize NetworkDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const {
    const int text = QFontMetrics(option.font).height() + QFontMetrics(detailFont(option.font)).height();
    return {150, text + 2 * padding + 2 * spaceBetween};
}

void NetworkDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    drawFrame(*painter, item);
    const bool shown = index.data(Qt::CheckStateRole).value<Qt::CheckState>() == Qt::Checked;
    const auto tick = tickRect(item);
    drawTick(*painter, tick, index.data(NetworkListModel::ColourRole).value<QColor>(), shown);
    const auto button = cardButtonRect(item);
    drawCardButton(*painter, item, button);
    painter->setOpacity(shown ? 1.0 : hiddenOpacity);

    const QFontMetrics nameMetrics(item.font);
    auto nameLine = cardRect(item.rect).adjusted(0, padding, -padding, 0);
    nameLine.setLeft(tick.right() + 1 + gap);
    nameLine.setHeight(nameMetrics.height());
    auto detailLine = nameLine;
    detailLine.setTop(nameLine.bottom() + 1);
    detailLine.setBottom(cardRect(item.rect).bottom() - padding + 1);
    detailLine.setRight(button.left() - gap / 2);

    nameLine.setRight(nameLine.right() - drawIndex(*painter, item, index, nameLine));
    const auto small = detailFont(item.font);
    const auto digit = index.data(NetworkListModel::DigitRole).toString();
    if (!digit.isEmpty()) {
        painter->setFont(small);
        painter->setPen(mutedText(item.palette));
        painter->drawText(nameLine, Qt::AlignLeft | Qt::AlignVCenter, digit);
        nameLine.setLeft(nameLine.left() + QFontMetrics(small).horizontalAdvance(digit) + gap);
    }
    painter->setFont(item.font);
    painter->setPen(item.palette.color(QPalette::Text));
    painter->drawText(nameLine, Qt::AlignLeft | Qt::AlignVCenter,
                      nameMetrics.elidedText(item.text, Qt::ElideMiddle, nameLine.width()));

    if (index.data(NetworkListModel::ReferenceRole).toBool()) {
        detailLine.setLeft(detailLine.left() + drawBadge(*painter, item, detailLine));
    }
    const bool trouble = !index.data(NetworkListModel::TroubleRole).toString().isEmpty();
    painter->setFont(small);
    painter->setPen(trouble ? troubleText(item.palette) : mutedText(item.palette));
    const auto detail = index.data(NetworkListModel::DetailRole).toString().simplified();
    painter->drawText(detailLine, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(small).elidedText(detail, Qt::ElideRight, detailLine.width()));
    painter->restore();
}

bool NetworkDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                                const QModelIndex& index) {
    if (event->type() == QEvent::ToolTip && cardButtonRect(option).contains(event->pos())) {
        QToolTip::showText(event->globalPos(), tr("Everything known about this network (I)"), view);
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

bool NetworkDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) {
    const auto isMouse = event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonRelease
                         || event->type() == QEvent::MouseButtonDblClick;
    if (!isMouse) {
        return false;
    }
    const auto& mouse = dynamic_cast<const QMouseEvent&>(*event);
    // A little more than what is drawn, which is small to hit.
    const auto isOn = [&](const QRect& place) {
        return place.adjusted(-5, -5, 4, 5).contains(mouse.position().toPoint());
    };
    const bool onTick = isOn(tickRect(option));
    const bool onButton = isOn(cardButtonRect(option));
    if (mouse.button() != Qt::LeftButton || (!onTick && !onButton)) {
        return false;
    }
    if (event->type() != QEvent::MouseButtonRelease) {
        return true;
    }
    if (onButton) {
        emit cardRequested(index);
        return true;
    }
    const bool shown = index.data(Qt::CheckStateRole).value<Qt::CheckState>() == Qt::Checked;
    return model->setData(index, shown ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

}  // namespace lamscope::ui
