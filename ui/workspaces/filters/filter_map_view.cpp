// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filter_map_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <array>
#include <cmath>

#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

constexpr int leftRoom = 40;    // of the bars' numbers
constexpr int rightRoom = 22;   // of the colours
constexpr int bottomRoom = 16;  // of the layers' numbers
constexpr int topRoom = 4;

QFont smallFont(const QWidget& widget) {
    auto font = widget.font();
    font.setPointSizeF(font.pointSizeF() * 0.82);
    return font;
}

}  // namespace

FilterMapView::FilterMapView(QWidget* parent)
    : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setObjectName(QStringLiteral("filterMap"));
    setAccessibleName(tr("Map of the filters"));
}

void FilterMapView::setMap(const FilterMap& map, const std::vector<std::size_t>& order) {
    map_ = map;
    order_ = order;
    rank_.assign(order.size(), 0);
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        rank_[order[rank]] = rank;
    }
    if (selected_ && *selected_ >= map_.values.size()) {
        selected_.reset();
    }
    drawn_ = {};
    describeSelected();
    update();
}

void FilterMapView::setMeaning(const QString& negative, const QString& positive) {
    negative_ = negative;
    positive_ = positive;
    update();
}

void FilterMapView::setSelected(std::optional<std::size_t> filter) {
    if (filter && *filter >= map_.values.size()) {
        filter.reset();
    }
    if (filter != selected_) {
        selected_ = filter;
        describeSelected();
        update();
    }
}

void FilterMapView::describeSelected() {
    setAccessibleDescription(selected_ && describe_
                                 ? describe_(*selected_)
                                 : tr("%1 convolutions; the arrow keys go from layer to layer and from rank to rank")
                                       .arg(map_.layers.size()));
}

// --- places

QRect FilterMapView::area() const {
    const double ratio = devicePixelRatioF();
    const QRectF inside = QRectF(rect()).adjusted(leftRoom, topRoom, -rightRoom, -bottomRoom);
    return QRectF(inside.topLeft() * ratio, inside.size() * ratio).toAlignedRect();
}

FilterMapPlaces FilterMapView::places() const {
    const auto inside = area();
    constexpr double mostOfBars = 56.0;
    const int bars = static_cast<int>(std::min(0.3 * inside.height(), mostOfBars * devicePixelRatioF()));
    return {inside, map_.layers.size(), bars, static_cast<int>(std::lround(2.0 * devicePixelRatioF()))};
}

std::optional<std::size_t> FilterMapView::filterAt(QPointF position) const {
    if (map_.empty()) {
        return std::nullopt;
    }
    const auto where = places();
    const auto point = (position * devicePixelRatioF()).toPoint();
    const auto layer = where.layerAt(point);
    if (!layer) {
        return std::nullopt;
    }
    if (!where.columns().contains(QPoint(where.columns().left(), point.y()))) {
        return firstOf(*layer);
    }
    const auto column = where.column(*layer);
    return filterAtPixel(map_, *layer, column.size(), point - column.topLeft());
}

std::optional<std::size_t> FilterMapView::firstOf(std::size_t layer) const {
    const auto& own = map_.layers[layer];
    if (own.filters() == 0 || rank_.empty()) {
        return std::nullopt;
    }
    auto best = own.first;
    for (auto filter = own.first; filter < own.first + own.filters(); ++filter) {
        best = rank_[filter] < rank_[best] ? filter : best;
    }
    return best;
}

QPoint FilterMapView::placeOf(std::size_t filter) const {
    const auto layer = map_.layerOf(filter);
    const auto column = places().column(layer);
    const auto cell = pixelsOfFilter(map_.layers[layer], column.size(), filter).translated(column.topLeft());
    return (QPointF(cell.center()) / devicePixelRatioF()).toPoint();
}

QPoint FilterMapView::placeOfBar(std::size_t layer) const {
    const auto where = places();
    return (QPointF(where.column(layer).center().x(), where.bars().center().y()) / devicePixelRatioF()).toPoint();
}

// --- mouse and keys

bool FilterMapView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto& help = dynamic_cast<const QHelpEvent&>(*event);
        const auto filter = filterAt(help.pos());
        if (filter && describe_) {
            QToolTip::showText(help.globalPos(), describe_(*filter), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    if (event->type() == QEvent::ShortcutOverride) {
        // Page up and page down are keys of the window, too.
        const auto& key = dynamic_cast<const QKeyEvent&>(*event);
        if (!map_.empty() && (key.key() == Qt::Key_PageUp || key.key() == Qt::Key_PageDown)
            && (key.modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::Resize) {
        drawn_ = {};
    }
    return QWidget::event(event);
}

void FilterMapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        if (const auto filter = filterAt(event->position())) {
            emit filterChosen(*filter);
        }
    }
}

void FilterMapView::mouseMoveEvent(QMouseEvent* event) {
    const auto filter = filterAt(event->position());
    emit pointedAt(filter);
    if (filter && event->buttons().testFlag(Qt::LeftButton)) {
        emit filterChosen(*filter);
    }
}

void FilterMapView::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    emit pointedAt(std::nullopt);
}

std::optional<std::size_t> FilterMapView::stepFrom(int key) const {
    if (order_.empty()) {
        return std::nullopt;
    }
    const auto from = selected_.value_or(order_.front());
    const auto layer = map_.layerOf(from);
    const auto rank = rank_[from];
    switch (key) {
        case Qt::Key_Left:
            return layer > 0 ? firstOf(layer - 1) : std::nullopt;
        case Qt::Key_Right:
            return layer + 1 < map_.layers.size() ? firstOf(layer + 1) : std::nullopt;
        case Qt::Key_Home:
            return firstOf(0);
        case Qt::Key_End:
            return firstOf(map_.layers.size() - 1);
        case Qt::Key_PageUp:
            return rank > 0 ? std::optional(order_[rank - 1]) : std::nullopt;
        case Qt::Key_PageDown:
            return rank + 1 < order_.size() ? std::optional(order_[rank + 1]) : std::nullopt;
        case Qt::Key_Up:
            for (auto at = rank; at-- > 0;) {
                if (map_.layers[layer].holds(order_[at])) {
                    return order_[at];
                }
            }
            return std::nullopt;
        case Qt::Key_Down:
            for (auto at = rank + 1; at < order_.size(); ++at) {
                if (map_.layers[layer].holds(order_[at])) {
                    return order_[at];
                }
            }
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

void FilterMapView::keyPressEvent(QKeyEvent* event) {
    constexpr std::array keys{Qt::Key_Left,   Qt::Key_Right,    Qt::Key_Home, Qt::Key_End,
                              Qt::Key_PageUp, Qt::Key_PageDown, Qt::Key_Up,   Qt::Key_Down};
    const auto others = event->modifiers() & ~Qt::KeypadModifier;
    if (others != Qt::NoModifier || std::ranges::find(keys, event->key()) == keys.end()) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (const auto filter = stepFrom(event->key())) {
        emit filterChosen(*filter);
    }
}

// --- drawing

void FilterMapView::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().base());
    if (map_.empty()) {
        return;
    }
    const double ratio = devicePixelRatioF();
    const auto where = places();
    if (drawn_.isNull()) {
        drawn_ = QImage((QSizeF(size()) * ratio).toSize(), QImage::Format_RGB32);
        drawn_.fill(palette().color(QPalette::Base));
        QPainter onImage(&drawn_);
        paintFilterMap(onImage, map_, where, palette());
    }
    painter.save();
    painter.scale(1.0 / ratio, 1.0 / ratio);
    painter.drawImage(0, 0, drawn_);
    drawSelection(painter, where);
    painter.restore();
    drawNumbers(painter, where);
    drawColours(painter);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void FilterMapView::drawSelection(QPainter& painter, const FilterMapPlaces& where) const {
    if (!selected_) {
        return;
    }
    const int line = std::max(static_cast<int>(std::lround(devicePixelRatioF())), 1);
    const auto layer = map_.layerOf(*selected_);
    const auto column = where.column(layer);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(palette().color(QPalette::Text), line));
    painter.drawRect(column.adjusted(-line, -line, 0, 0));
    // A cross of arms beside the cell, which is small: it stays in view itself.
    const auto cell = pixelsOfFilter(map_.layers[layer], column.size(), *selected_).translated(column.topLeft());
    const int arm = 5 * line;
    const auto ring = cell.adjusted(-2 * line, -2 * line, line, line);
    for (const auto& [colour, width] :
         {std::pair(palette().color(QPalette::Base), 3 * line), std::pair(palette().color(QPalette::Text), line)}) {
        painter.setPen(QPen(colour, width));
        painter.drawRect(ring);
        painter.drawLine(ring.left() - arm, cell.center().y(), ring.left(), cell.center().y());
        painter.drawLine(ring.right() + 1, cell.center().y(), ring.right() + 1 + arm, cell.center().y());
    }
}

void FilterMapView::drawNumbers(QPainter& painter, const FilterMapPlaces& where) const {
    const double ratio = devicePixelRatioF();
    painter.setFont(smallFont(*this));
    painter.setPen(mutedText(palette()));
    const QFontMetrics metrics(painter.font());
    const auto logical = [ratio](const QRect& device) {
        return QRectF(QPointF(device.topLeft()) / ratio, QSizeF(device.size()) / ratio);
    };
    const auto columns = logical(where.columns());
    const auto bars = logical(where.bars());
    const int pitch = metrics.horizontalAdvance(QString::number(map_.layers.size())) + 8;
    const double width = columns.width() / static_cast<double>(map_.layers.size());
    const auto every = static_cast<std::size_t>(std::max(std::ceil(pitch / std::max(width, 0.1)), 1.0));
    for (std::size_t layer = 0; layer < map_.layers.size(); ++layer) {
        const bool isSelected = selected_ && map_.layerOf(*selected_) == layer;
        if (layer % every != 0 && !isSelected) {
            continue;
        }
        const auto nearby = selected_ ? map_.layerOf(*selected_) : layer;
        const auto apart = nearby > layer ? nearby - layer : layer - nearby;
        if (!isSelected && selected_ && apart < every) {
            continue;  // the number of the selected one stands there
        }
        const auto column = logical(where.column(layer));
        painter.setPen(isSelected ? palette().color(QPalette::Text) : mutedText(palette()));
        painter.drawText(QRectF(column.center().x() - pitch, columns.bottom() + 1.0, 2.0 * pitch, bottomRoom),
                         Qt::AlignHCenter | Qt::AlignTop, QString::number(layer + 1));
    }
    painter.setPen(mutedText(palette()));
    const auto most = map_.counts.empty() ? std::size_t{0} : *std::ranges::max_element(map_.counts);
    const QRectF beside(0.0, bars.top(), columns.left() - 4.0, bars.height());
    if (bars.height() >= metrics.height()) {
        painter.drawText(beside.adjusted(0, -2, 0, 0), Qt::AlignRight | Qt::AlignTop, QString::number(most));
    }
    painter.save();
    painter.translate(columns.left() - 6.0, columns.center().y());
    painter.rotate(-90.0);
    painter.drawText(QRectF(-0.5 * columns.height(), -metrics.height(), columns.height(), metrics.height()),
                     Qt::AlignCenter,
                     metrics.elidedText(tr("filters (out × in)"), Qt::ElideRight, static_cast<int>(columns.height())));
    painter.restore();
}

void FilterMapView::drawColours(QPainter& painter) const {
    const SignColours colours(palette());
    const auto columns = places().columns();
    const double ratio = devicePixelRatioF();
    const QRectF columnsHere(QPointF(columns.topLeft()) / ratio, QSizeF(columns.size()) / ratio);
    const QRect bar(width() - rightRoom + 6, static_cast<int>(columnsHere.top()), 10,
                    static_cast<int>(columnsHere.height()));
    for (int y = 0; y < bar.height(); ++y) {
        const double share = 1.0 - 2.0 * (y + 0.5) / bar.height();
        painter.fillRect(QRect(bar.left(), bar.top() + y, bar.width(), 1), QColor(colours.at(share)));
    }
    painter.setPen(borderColour(palette()));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
    // What the ends mean is written along the bar, where there is always room for it.
    painter.setFont(smallFont(*this));
    const QFontMetrics metrics(painter.font());
    const auto write = [&](const QString& text, bool atTop) {
        painter.save();
        painter.translate(bar.center().x() + 1.0, bar.top());
        painter.rotate(90.0);
        const QRectF along(3.0, -0.5 * metrics.height(), bar.height() - 6.0, metrics.height());
        painter.setPen(isDark(palette()) ? Qt::black : Qt::white);
        if (metrics.horizontalAdvance(text) < bar.height() / 3) {
            painter.drawText(along, (atTop ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter, text);
        }
        painter.restore();
    };
    write(positive_, true);
    write(negative_, false);
}

}  // namespace lamscope::ui
