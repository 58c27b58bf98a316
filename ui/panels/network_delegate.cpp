// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/network_delegate.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <algorithm>

#include "panels/network_list_model.h"
#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

constexpr int spaceBetween = 3;  // half the gap between two cards
constexpr int padding = 8;
constexpr int gap = 8;
constexpr int tickSide = 16;
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

/// "ref" in a frame at the right end of `line`; returns the width it took.
int drawBadge(QPainter& painter, const QStyleOptionViewItem& option, const QRect& line, int nameWidth) {
    const auto text = NetworkListModel::tr("ref");
    const auto font = detailFont(option.font);
    const QFontMetrics metrics(font);
    const int width = metrics.horizontalAdvance(text) + 8;
    const int left = std::min(line.left() + nameWidth + 6, line.right() - width);
    const QRect badge(left, line.center().y() - metrics.height() / 2, width, metrics.height());
    painter.setFont(font);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(mutedText(option.palette));
    painter.drawRoundedRect(QRectF(badge).adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0);
    painter.drawText(badge, Qt::AlignCenter, text);
    return width + 6;
}

/// The DI or a warning sign, at the right; returns the width it took.
int drawIndex(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index, const QRect& content) {
    if (!index.data(NetworkListModel::TroubleRole).toString().isEmpty()) {
        const int side = styleOf(option)->pixelMetric(QStyle::PM_SmallIconSize, nullptr, option.widget);
        const auto icon = styleOf(option)->standardIcon(QStyle::SP_MessageBoxWarning, nullptr, option.widget);
        icon.paint(&painter, QRect(content.right() - side, content.center().y() - side / 2, side, side));
        return side + gap;
    }
    const auto text = index.data(NetworkListModel::DiffusionIndexRole).toString();
    const auto font = boldFont(option.font);
    painter.setFont(font);
    painter.setPen(index.data(NetworkListModel::StaleRole).toBool() ? staleText(option.palette)
                                                                    : option.palette.color(QPalette::Text));
    painter.drawText(content, Qt::AlignRight | Qt::AlignVCenter, text);
    return QFontMetrics(font).horizontalAdvance(text) + gap;
}

}  // namespace

QRect NetworkDelegate::tickRect(const QStyleOptionViewItem& option) {
    const auto card = cardRect(option.rect);
    return {card.left() + padding, card.center().y() - tickSide / 2 + 1, tickSide, tickSide};
}

QSize NetworkDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const {
    const int text = QFontMetrics(option.font).height() + QFontMetrics(detailFont(option.font)).height();
    return {160, text + 2 * padding + 2 * spaceBetween};
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
    painter->setOpacity(shown ? 1.0 : hiddenOpacity);

    auto content = cardRect(item.rect).adjusted(0, padding, -padding, -padding);
    content.setLeft(tick.right() + 1 + gap);
    content.setRight(content.right() - drawIndex(*painter, item, index, content));

    const QFontMetrics nameMetrics(item.font);
    auto nameLine = content;
    nameLine.setHeight(nameMetrics.height());
    if (index.data(NetworkListModel::ReferenceRole).toBool()) {
        const int badge = drawBadge(*painter, item, nameLine, nameMetrics.horizontalAdvance(item.text));
        nameLine.setRight(nameLine.right() - badge);
    }
    painter->setFont(item.font);
    painter->setPen(item.palette.color(QPalette::Text));
    painter->drawText(nameLine, Qt::AlignLeft | Qt::AlignVCenter,
                      nameMetrics.elidedText(item.text, Qt::ElideMiddle, nameLine.width()));

    const auto small = detailFont(item.font);
    const bool trouble = !index.data(NetworkListModel::TroubleRole).toString().isEmpty();
    auto detailLine = content;
    detailLine.setTop(nameLine.bottom() + 1);
    painter->setFont(small);
    painter->setPen(trouble ? troubleText(item.palette) : mutedText(item.palette));
    const auto detail = index.data(NetworkListModel::DetailRole).toString().simplified();
    painter->drawText(detailLine, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(small).elidedText(detail, Qt::ElideRight, detailLine.width()));
    painter->restore();
}

bool NetworkDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) {
    const auto isMouse = event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonRelease
                         || event->type() == QEvent::MouseButtonDblClick;
    if (!isMouse) {
        return false;
    }
    const auto& mouse = dynamic_cast<const QMouseEvent&>(*event);
    // A little more than the box itself, which is small to hit.
    const bool hit = tickRect(option).adjusted(-5, -5, 4, 5).contains(mouse.position().toPoint());
    if (!hit || mouse.button() != Qt::LeftButton) {
        return false;
    }
    if (event->type() == QEvent::MouseButtonRelease) {
        const bool shown = index.data(Qt::CheckStateRole).value<Qt::CheckState>() == Qt::Checked;
        return model->setData(index, shown ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
    }
    return true;
}

}  // namespace lamscope::ui
