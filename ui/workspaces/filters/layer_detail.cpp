// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/layer_detail.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "panels/number_text.h"
#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

constexpr int edge = 6;
constexpr int gapOfKernels = 8;

QFont captionFont(const QWidget& widget) {
    auto font = widget.font();
    font.setPointSizeF(font.pointSizeF() * 0.82);
    return font;
}

double largestOf(const std::vector<double>& values) {
    double largest = 0.0;
    for (const double value : values) {
        largest = std::max(largest, std::abs(value));
    }
    return largest;
}

/// The largest rectangle of this shape in a room, a whole number of pixels a cell where there is room for that, at the
/// room's upper left.
QRect fitted(const QRect& room, int columns, int rows) {
    const double step =
        std::min(static_cast<double>(room.width()) / columns, static_cast<double>(room.height()) / rows);
    const double cell = step >= 1.0 ? std::floor(step) : step;
    const QSize size(std::max(static_cast<int>(cell * columns), 1), std::max(static_cast<int>(cell * rows), 1));
    return {room.topLeft(), size};
}

}  // namespace

LayerDetail::LayerDetail(QWidget* parent)
    : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setObjectName(QStringLiteral("layerDetail"));
    setAccessibleName(tr("Layer of the selected filter"));
}

void LayerDetail::setMap(const FilterMap& map) {
    map_ = map;
    if (selected_ && *selected_ >= map_.values.size()) {
        selected_.reset();
        weights_.reset();
    }
    describe();
    update();
}

void LayerDetail::setSelected(std::optional<std::size_t> filter) {
    if (filter && *filter >= map_.values.size()) {
        filter.reset();
    }
    if (filter != selected_) {
        selected_ = filter;
        weights_.reset();
        describe();
        update();
    }
}

void LayerDetail::setWeights(const std::optional<FilterWeights>& weights) {
    weights_ = weights;
    describe();
    update();
}

void LayerDetail::describe() {
    if (!selected_ || !describe_) {
        setAccessibleDescription(tr("No filter is selected"));
        return;
    }
    auto text = describe_(*selected_);
    if (weights_) {
        QStringList numbers;
        for (std::size_t i = 0; i < weights_->target.size(); ++i) {
            numbers << QString::number(static_cast<double>(weights_->target[i] - weights_->baseline[i]), 'g', 3);
        }
        text += QLatin1Char('\n') + tr("Target − baseline: %1").arg(numbers.join(QStringLiteral(", ")));
    }
    setAccessibleDescription(text);
}

const FilterMapLayer* LayerDetail::layer() const {
    return selected_ ? &map_.layers[map_.layerOf(*selected_)] : nullptr;
}

// --- places

LayerDetail::Places LayerDetail::places() const {
    const double ratio = devicePixelRatioF();
    const auto device = [ratio](double logical) { return static_cast<int>(std::lround(logical * ratio)); };
    Places found;
    const auto* own = layer();
    if (own == nullptr) {
        return found;
    }
    found.caption = device(QFontMetrics(captionFont(*this)).height() + 1);
    const QRect all(device(edge), device(edge), device(width()) - 2 * device(edge),
                    device(height()) - 2 * device(edge));
    const int gap = device(gapOfKernels);
    // Kernels stand beside the map where the widget is wide, otherwise below it.
    const bool isWide = all.width() > 2 * all.height();
    const int third = isWide ? (all.height() - 2 * gap) / 3 - found.caption : (all.width() - 2 * gap) / 3;
    const int side = std::clamp(
        third, 8, isWide ? std::max(all.width() / 3, 8) : std::max((all.height() - 2 * found.caption) / 3, 8));
    QRect room = all.adjusted(0, found.caption, 0, 0);
    if (isWide) {
        room.setRight(all.right() - side - gap);
    } else {
        room.setBottom(all.bottom() - side - found.caption - gap);
    }
    found.layer = fitted(room, own->in, own->out);
    // The filters of a layer of few channels are drawn wider, or higher, than they are: they would be specks.
    constexpr int mostStretched = 6;
    const auto stretched = [](int drawn, int cells, int most, int across) {
        const int cell = std::min(most / cells, across * mostStretched);
        return cell >= 1 ? std::max(drawn, cell * cells) : drawn;
    };
    const int cellWidth = std::max(found.layer.width() / own->in, 1);
    const int cellHeight = std::max(found.layer.height() / own->out, 1);
    if (own->in * 3 < own->out) {
        found.layer.setWidth(stretched(found.layer.width(), own->in, room.width(), cellHeight));
    } else if (own->out * 3 < own->in) {
        found.layer.setHeight(stretched(found.layer.height(), own->out, room.height(), cellWidth));
    }
    for (int i = 0; i < 3; ++i) {
        found.kernels.at(static_cast<std::size_t>(i)) =
            isWide
                ? QRect(all.right() - side, all.top() + i * (side + found.caption + gap), side, side + found.caption)
                : QRect(all.left() + i * (side + gap), all.bottom() - side - found.caption, side, side + found.caption);
    }
    return found;
}

QPoint LayerDetail::placeOf(std::size_t filter) const {
    const auto where = places();
    const auto cell = pixelsOfFilter(*layer(), where.layer.size(), filter).translated(where.layer.topLeft());
    return (QPointF(cell.center()) / devicePixelRatioF()).toPoint();
}

std::optional<std::size_t> LayerDetail::filterAt(QPointF position) const {
    const auto where = places();
    const auto point = (position * devicePixelRatioF()).toPoint();
    if (layer() == nullptr || !where.layer.contains(point)) {
        return std::nullopt;
    }
    return filterAtPixel(map_, map_.layerOf(*selected_), where.layer.size(), point - where.layer.topLeft());
}

// --- mouse and keys

bool LayerDetail::event(QEvent* event) {
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
    return QWidget::event(event);
}

void LayerDetail::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        if (const auto filter = filterAt(event->position())) {
            emit filterChosen(*filter);
        }
    }
}

void LayerDetail::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton)) {
        if (const auto filter = filterAt(event->position())) {
            emit filterChosen(*filter);
        }
    }
}

void LayerDetail::keyPressEvent(QKeyEvent* event) {
    const auto* own = layer();
    const auto others = event->modifiers() & ~Qt::KeypadModifier;
    int dx = 0;
    int dy = 0;
    switch (event->key()) {
        case Qt::Key_Left:
            dx = -1;
            break;
        case Qt::Key_Right:
            dx = 1;
            break;
        case Qt::Key_Up:
            dy = -1;
            break;
        case Qt::Key_Down:
            dy = 1;
            break;
        default:
            break;
    }
    if ((dx == 0 && dy == 0) || others != Qt::NoModifier || own == nullptr) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto place = static_cast<int>(*selected_ - own->first);
    const int in = place % own->in + dx;
    const int out = place / own->in + dy;
    if (in >= 0 && in < own->in && out >= 0 && out < own->out) {
        emit filterChosen(own->first + static_cast<std::size_t>(out) * static_cast<std::size_t>(own->in)
                          + static_cast<std::size_t>(in));
    }
}

// --- drawing

void LayerDetail::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().base());
    painter.setFont(captionFont(*this));
    const auto* own = layer();
    if (own == nullptr) {
        painter.setPen(mutedText(palette()));
        painter.drawText(rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Click a filter of the map: its layer and its weights stand here."));
        return;
    }
    const double ratio = devicePixelRatioF();
    const auto where = places();
    const SignColours colours(palette());
    const QFontMetrics metrics(painter.font());
    painter.setPen(palette().color(QPalette::Text));
    const auto title = tr("%1 · %2 × %3").arg(own->name).arg(own->out).arg(own->in);
    painter.drawText(QRectF(edge, edge - 2, width() - 2 * edge, metrics.height() + 1), Qt::AlignLeft | Qt::AlignTop,
                     metrics.elidedText(title, Qt::ElideMiddle, width() - 2 * edge));
    painter.save();
    painter.scale(1.0 / ratio, 1.0 / ratio);
    painter.drawImage(where.layer.topLeft(),
                      filterLayerPicture(map_, map_.layerOf(*selected_), where.layer.size(), colours));
    painter.setBrush(Qt::NoBrush);
    const int line = std::max(static_cast<int>(std::lround(ratio)), 1);
    painter.setPen(QPen(borderColour(palette()), line));
    painter.drawRect(where.layer.adjusted(-line, -line, 0, 0));
    const auto cell = pixelsOfFilter(*own, where.layer.size(), *selected_).translated(where.layer.topLeft());
    for (const auto& [colour, width] :
         {std::pair(palette().color(QPalette::Base), 3 * line), std::pair(palette().color(QPalette::Text), line)}) {
        painter.setPen(QPen(colour, width));
        painter.drawRect(cell.adjusted(-2 * line, -2 * line, line, line));
    }
    painter.restore();

    if (weights_ && weights_->rows > 0) {
        const auto count = weights_->target.size();
        std::vector<double> baseline(weights_->baseline.begin(), weights_->baseline.end());
        std::vector<double> target(weights_->target.begin(), weights_->target.end());
        std::vector<double> difference(count);
        for (std::size_t i = 0; i < count; ++i) {
            difference[i] = target[i] - baseline[i];
        }
        const double both = std::max(largestOf(baseline), largestOf(target));
        drawKernel(painter, where.kernels[0], where.caption, tr("baseline θ̄"), baseline, both);
        drawKernel(painter, where.kernels[1], where.caption, tr("target θ"), target, both);
        drawKernel(painter, where.kernels[2], where.caption, tr("θ − θ̄"), difference, largestOf(difference));
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

/// @param full  the size of a weight in the full colour.
void LayerDetail::drawKernel(QPainter& painter, const QRect& place, int caption, const QString& name,
                             const std::vector<double>& values, double full) const {
    const double ratio = devicePixelRatioF();
    const SignColours colours(palette());
    const int columns = weights_->columns;
    const int rows = weights_->rows;
    const auto squares = fitted(place.adjusted(0, caption, 0, 0), columns, rows);
    const QFontMetrics metrics(painter.font());
    const QRectF captionPlace(place.left() / ratio, place.top() / ratio, place.width() / ratio, caption / ratio);
    painter.setPen(mutedText(palette()));
    painter.drawText(captionPlace, Qt::AlignLeft | Qt::AlignTop,
                     metrics.elidedText(name, Qt::ElideRight, static_cast<int>(captionPlace.width())));
    painter.save();
    painter.scale(1.0 / ratio, 1.0 / ratio);
    const double step = static_cast<double>(squares.width()) / columns;
    auto numbers = painter.font();
    numbers.setPixelSize(std::max(static_cast<int>(std::lround(metrics.height() * ratio * 0.62)), 1));
    const QFontMetrics numberMetrics(numbers);
    const bool hasNumbers = step >= numberMetrics.horizontalAdvance(QStringLiteral("−0.000")) + 2;
    painter.setFont(numbers);
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const double value = values[static_cast<std::size_t>(row * columns + column)];
            const double share = full > 0.0 ? value / full : 0.0;
            const QRectF cell(squares.left() + column * step, squares.top() + row * step, step, step);
            const QColor colour(colours.at(share));
            painter.fillRect(cell, colour);
            if (hasNumbers) {
                painter.setPen(colour.lightness() < 128 ? Qt::white : Qt::black);
                painter.drawText(cell, Qt::AlignCenter, signedText(value, 3));
            }
        }
    }
    painter.setPen(QPen(borderColour(palette()), std::max(ratio, 1.0)));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(squares.adjusted(-1, -1, 0, 0));
    painter.restore();
}

}  // namespace lamscope::ui
