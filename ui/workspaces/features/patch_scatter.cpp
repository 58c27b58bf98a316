// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/patch_scatter.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

constexpr double markSide = 8.0;
constexpr double reachOfPointer = 10.0;
constexpr int marginOfScatter = 20;
constexpr int startOfDrag = 5;

}  // namespace

NetworkSign classSign(std::size_t classIndex, const QPalette& palette) {
    auto sign = networkSign(classIndex);
    if (isDark(palette)) {
        sign.colour = sign.colour == Qt::black ? QColor(Qt::white) : sign.colour.lighter(130);
    }
    return sign;
}

PatchScatter::PatchScatter(QWidget* parent)
    : QWidget(parent) {
    setObjectName(QStringLiteral("patchScatter"));
    setAccessibleName(tr("Patches as points"));
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PatchScatter::setPoints(const ScatterPoints& points) {
    const bool same = points.labels == shown_.labels;
    shown_ = points;
    if (!same) {
        current_.reset();
        setSelection({});
    }
    if (current_ && !isShown(*current_)) {
        setCurrent(std::nullopt);
    }
    const auto kept = selection_;
    std::erase_if(selection_, [this](std::size_t point) { return !isShown(point); });
    if (kept != selection_) {
        emit selectionChanged();
    }
    fitRange();
    describe();
    update();
}

bool PatchScatter::isShown(std::size_t point) const {
    return point < shown_.labels.size() && 2 * point + 1 < shown_.points.size()
           && !shown_.hidden.contains(shown_.labels[point]) && std::isfinite(shown_.points[2 * point])
           && std::isfinite(shown_.points[2 * point + 1]);
}

/// Of all classes, so that nothing moves when one is hidden.
void PatchScatter::fitRange() {
    double x0 = std::numeric_limits<double>::infinity();
    double y0 = x0;
    double x1 = -x0;
    double y1 = -x0;
    for (std::size_t i = 0; i + 1 < shown_.points.size(); i += 2) {
        if (std::isfinite(shown_.points[i]) && std::isfinite(shown_.points[i + 1])) {
            x0 = std::min(x0, shown_.points[i]);
            x1 = std::max(x1, shown_.points[i]);
            y0 = std::min(y0, shown_.points[i + 1]);
            y1 = std::max(y1, shown_.points[i + 1]);
        }
    }
    if (x0 > x1) {
        return;
    }
    x_ = (x0 + x1) / 2.0;
    y_ = (y0 + y1) / 2.0;
    half_ = std::max({x1 - x0, y1 - y0, std::numeric_limits<double>::min()}) / 2.0;
}

QRectF PatchScatter::inside() const {
    const int below = fontMetrics().height();
    return QRectF(rect()).adjusted(marginOfScatter, marginOfScatter / 2.0, -marginOfScatter / 2.0, -below - 8.0);
}

/// One unit is as long in both directions.
QPointF PatchScatter::pixelOf(std::size_t point) const {
    const auto area = inside();
    const double unit = (std::min(area.width(), area.height()) / 2.0 - markSide) / half_;
    return {area.center().x() + (shown_.points[2 * point] - x_) * unit,
            area.center().y() - (shown_.points[2 * point + 1] - y_) * unit};
}

QPoint PatchScatter::placeOf(std::size_t point) const {
    return pixelOf(point).toPoint();
}

std::optional<std::size_t> PatchScatter::pointAt(QPointF position) const {
    std::optional<std::size_t> best;
    double least = reachOfPointer;
    for (std::size_t i = 0; i < shown_.labels.size(); ++i) {
        if (!isShown(i)) {
            continue;
        }
        const auto away = pixelOf(i) - position;
        if (const double distance = std::hypot(away.x(), away.y()); distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

std::vector<std::size_t> PatchScatter::siblingsOf(std::size_t point) const {
    std::vector<std::size_t> siblings;
    for (std::size_t i = 0; i < shown_.labels.size(); ++i) {
        if (i == point || (shown_.contentShared && isShown(i) && shown_.contents[i] == shown_.contents[point])) {
            siblings.push_back(i);
        }
    }
    return siblings;
}

QString PatchScatter::textOf(std::size_t point) const {
    const auto label = static_cast<std::size_t>(shown_.labels[point]);
    return tr("patch %1 of %2")
        .arg(shown_.contents[point] + 1)
        .arg(label < shown_.classes.size() ? shown_.classes[label] : QString());
}

// --- drawing

void PatchScatter::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), palette().base());
    const auto area = inside();
    painter.setPen(QPen(borderColour(palette()), 1.0));
    painter.drawRect(area);
    painter.setPen(mutedText(palette()));
    painter.drawText(QRectF(area.left(), area.bottom() + 2.0, area.width(), fontMetrics().height() + 4.0),
                     Qt::AlignHCenter | Qt::AlignTop, shown_.horizontal);
    painter.save();
    painter.translate(2.0, area.bottom());
    painter.rotate(-90.0);
    painter.drawText(QRectF(0.0, 0.0, area.height(), fontMetrics().height() + 2.0), Qt::AlignHCenter | Qt::AlignTop,
                     shown_.vertical);
    painter.restore();
    if (!shown_.notice.isEmpty()) {
        painter.drawText(area.adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, shown_.notice);
    }
    if (current_) {
        painter.setPen(QPen(mixedColour(palette().color(QPalette::Text), palette().color(QPalette::Base), 0.6), 1.3));
        const auto siblings = siblingsOf(*current_);
        for (const auto each : siblings) {
            painter.drawLine(pixelOf(*current_), pixelOf(each));
        }
    }
    std::vector<bool> isSelected(shown_.labels.size());
    for (const auto each : selection_) {
        isSelected[each] = true;
    }
    std::vector<NetworkSign> signs;
    for (std::size_t c = 0; c < shown_.classes.size(); ++c) {
        signs.push_back(classSign(c, palette()));
    }
    for (std::size_t i = 0; i < shown_.labels.size(); ++i) {
        if (!isShown(i)) {
            continue;
        }
        const auto& sign = signs[static_cast<std::size_t>(shown_.labels[i])];
        auto fill = sign.colour;
        constexpr float dim = 0.25F;
        constexpr float usual = 0.8F;
        fill.setAlphaF(selection_.empty() || isSelected[i] ? usual : dim);
        painter.save();
        painter.translate(pixelOf(i));
        const double side = i == current_ ? 1.6 * markSide : markSide;
        painter.scale(side, side);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawPath(sign.shape);
        painter.restore();
    }
    if (current_) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Text), 1.5));
        painter.drawEllipse(pixelOf(*current_), markSide, markSide);
    }
    if (current_ && lasso_.isEmpty()) {
        paintPictures(painter);
    }
    if (lasso_.size() > 1) {
        auto fill = palette().color(QPalette::Highlight);
        painter.setPen(QPen(fill, 1.2));
        constexpr float faint = 0.15F;
        fill.setAlphaF(faint);
        painter.setBrush(fill);
        painter.drawPolygon(lasso_);
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

/// In the corner that is the farther from the current point.
void PatchScatter::paintPictures(QPainter& painter) const {
    if (!pictures_) {
        return;
    }
    constexpr int side = 60;
    constexpr int gap = 4;
    constexpr std::size_t most = 8;
    auto siblings = siblingsOf(*current_);
    std::ranges::sort(siblings);
    siblings.resize(std::min(siblings.size(), most));
    const auto area = inside();
    const int width = static_cast<int>(siblings.size()) * (side + gap);
    const bool atLeft = pixelOf(*current_).x() > area.center().x();
    const bool atTop = pixelOf(*current_).y() > area.top() + side + fontMetrics().height() + 24.0;
    double x = atLeft ? area.left() + 6.0 : area.right() - 6.0 - width;
    const double y = atTop ? area.top() + 6.0 : area.bottom() - side - fontMetrics().height() - 8.0;
    for (const auto each : siblings) {
        const QRectF place(x, y, side, side);
        const auto picture = pictures_(each);
        if (!picture.isNull()) {
            painter.setRenderHint(QPainter::SmoothPixmapTransform, picture.width() > side);
            painter.drawImage(place, picture);
        }
        const auto label = static_cast<std::size_t>(shown_.labels[each]);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(classSign(label, palette()).colour, each == *current_ ? 3.0 : 1.5));
        painter.drawRect(place);
        auto under = palette().color(QPalette::Base);
        constexpr float veil = 0.8F;
        under.setAlphaF(veil);
        const QRectF below(x, y + side + 1.0, side + gap, fontMetrics().height());
        painter.fillRect(below, under);
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(below, Qt::AlignLeft | Qt::AlignTop,
                         fontMetrics().elidedText(shown_.classes[label], Qt::ElideRight, side + gap));
        x += side + gap;
    }
}

// --- pointer and keys

void PatchScatter::setCurrent(std::optional<std::size_t> point) {
    if (point != current_) {
        current_ = point;
        describe();
        update();
        emit pointedAt(current_);
    }
}

void PatchScatter::describe() {
    QStringList parts;
    if (!shown_.notice.isEmpty()) {
        parts << shown_.notice;
    } else {
        parts << tr("%1 points of %2 classes").arg(shown_.labels.size()).arg(shown_.classes.size());
    }
    if (current_) {
        parts << textOf(*current_);
    }
    if (!selection_.empty()) {
        parts << tr("%1 selected").arg(selection_.size());
    }
    setAccessibleDescription(parts.join(QStringLiteral(", ")));
}

void PatchScatter::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        pressed_ = event->position();
        box_ = event->modifiers().testFlag(Qt::ShiftModifier);
        lasso_.clear();
    }
}

void PatchScatter::mouseMoveEvent(QMouseEvent* event) {
    const auto at = event->position();
    if (!pressed_ || !event->buttons().testFlag(Qt::LeftButton)) {
        const auto point = pointAt(at);
        setCursor(point ? Qt::PointingHandCursor : Qt::CrossCursor);
        setCurrent(point);
        return;
    }
    if (lasso_.isEmpty() && (at - *pressed_).manhattanLength() < startOfDrag) {
        return;
    }
    if (box_) {
        lasso_ = QPolygonF(QRectF(*pressed_, at).normalized());
    } else {
        if (lasso_.isEmpty()) {
            lasso_ << *pressed_;
        }
        lasso_ << at;
    }
    update();
}

void PatchScatter::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !pressed_) {
        return;
    }
    if (lasso_.isEmpty()) {
        const auto point = pointAt(*pressed_);
        setCurrent(point);
        if (point) {
            emit pointChosen(*point);
        } else {
            setSelection({});
        }
    } else {
        select(lasso_);
    }
    pressed_.reset();
    lasso_.clear();
    update();
}

void PatchScatter::leaveEvent(QEvent* /*event*/) {
    setCurrent(std::nullopt);
}

void PatchScatter::select(const QPolygonF& area) {
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < shown_.labels.size(); ++i) {
        if (isShown(i) && area.containsPoint(pixelOf(i), Qt::OddEvenFill)) {
            points.push_back(i);
        }
    }
    setSelection(std::move(points));
}

void PatchScatter::setSelection(std::vector<std::size_t> points) {
    if (points != selection_) {
        selection_ = std::move(points);
        describe();
        update();
        emit selectionChanged();
    }
}

void PatchScatter::step(int patches, int classes) {
    if (shown_.labels.empty() || shown_.points.empty()) {
        return;
    }
    if (!current_) {
        for (std::size_t i = 0; i < shown_.labels.size(); ++i) {
            if (isShown(i)) {
                setCurrent(i);
                return;
            }
        }
        return;
    }
    const int count = static_cast<int>(shown_.classes.size());
    int label = shown_.labels[*current_];
    for (int tries = 0; classes != 0 && tries < count; ++tries) {
        label = (label + classes + count) % count;
        if (!shown_.hidden.contains(label)) {
            break;
        }
    }
    const int content = shown_.contents[*current_] + patches;
    for (std::size_t i = 0; i < shown_.labels.size(); ++i) {
        if (isShown(i) && shown_.labels[i] == label && shown_.contents[i] == content) {
            setCurrent(i);
            return;
        }
    }
}

/// Esc is the window's unless there is a selection.
bool PatchScatter::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && !selection_.empty()
        && dynamic_cast<const QKeyEvent&>(*event).key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void PatchScatter::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            step(-1, 0);
            break;
        case Qt::Key_Right:
            step(1, 0);
            break;
        case Qt::Key_Up:
            step(0, -1);
            break;
        case Qt::Key_Down:
            step(0, 1);
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (current_) {
                emit pointChosen(*current_);
            }
            break;
        case Qt::Key_Escape:
            if (selection_.empty()) {
                QWidget::keyPressEvent(event);
                return;
            }
            setSelection({});
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace lamscope::ui
