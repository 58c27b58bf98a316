// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/overview.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace lamscope::ui {

namespace {

constexpr int cornerDistance = 8;      // from the edges of the pane, logical pixels
constexpr int edgeWidth = 1;           // logical pixels
constexpr double largestSide = 170;    // logical pixels
constexpr double largestShare = 0.36;  // of the pane's sides
constexpr double smallestBox = 5.0;    // so that it can be found, logical pixels

}  // namespace

Overview::Overview(ViewTransform& transform, QWidget* parent)
    : QWidget(parent)
    , transform_(transform) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Overview"));
    setAccessibleDescription(tr("The whole image with the part that the panes show; a click moves the panes there"));
    setToolTip(tr("The whole image. Click or drag to move the panes; F shows it large"));
    hide();
    connect(&transform_, &ViewTransform::changed, this, &Overview::follow);
}

void Overview::setPicture(const PanePicture& picture) {
    picture_.base = picture.base;
    picture_.basePlace = picture.basePlace;
    picture_.box = picture.box;
    place();
    follow();
}

void Overview::place() {
    if (picture_.basePlace.isEmpty() || parentWidget() == nullptr) {
        return;
    }
    const auto space = parentWidget()->size();
    const QSizeF most(std::min(largestShare * space.width(), largestSide),
                      std::min(largestShare * space.height(), largestSide));
    const auto size =
        picture_.basePlace.size().scaled(most, Qt::KeepAspectRatio).toSize() + QSize(2 * edgeWidth, 2 * edgeWidth);
    setGeometry(
        QRect({space.width() - cornerDistance - size.width(), space.height() - cornerDistance - size.height()}, size));
}

void Overview::follow() {
    setVisible(picture_.base != nullptr && !transform_.showsAll());
    update();
}

SceneMapping Overview::mapping() const {
    const double ratio = devicePixelRatioF();
    const double zoom = (width() - 2 * edgeWidth) * ratio / std::max(picture_.basePlace.width(), 1.0);
    const int edge = static_cast<int>(std::lround(edgeWidth * ratio));
    return {zoom, {edge, edge}};
}

void Overview::paintEvent(QPaintEvent* /*event*/) {
    const double ratio = devicePixelRatioF();
    const auto place = mapping();
    const QRect all(0, 0, static_cast<int>(std::ceil(width() * ratio)), static_cast<int>(std::ceil(height() * ratio)));
    QPainter painter(this);
    painter.scale(1.0 / ratio, 1.0 / ratio);
    painter.fillRect(all, palette().color(QPalette::WindowText));
    auto picture = picture_;
    const double least = smallestBox * ratio / place.zoom;
    const double grown = std::max(0.5 * (least - picture.box.width()), 0.0);
    picture.box.adjust(-grown, -grown, grown, grown);
    const QRect inside = all.adjusted(place.origin.x(), place.origin.y(), -place.origin.x(), -place.origin.y());
    paintPanePicture(painter, picture, place, inside, 1);

    // What is not in view is darker; a white line inside a black one is seen on any image.
    const auto visible = place.toScreen(transform_.visible()).toAlignedRect() & inside;
    painter.setClipRegion(QRegion(inside).subtracted(visible));
    painter.fillRect(inside, QColor(0, 0, 0, 90));
    painter.setClipRect(inside);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::black, 1));
    painter.drawRect(visible.adjusted(-1, -1, 0, 0));
    painter.setPen(QPen(Qt::white, 1));
    painter.drawRect(visible.adjusted(0, 0, -1, -1));
}

void Overview::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        mouseMoveEvent(event);
    }
}

void Overview::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton)) {
        transform_.centreOn(mapping().toScene(event->position() * devicePixelRatioF()));
    }
}

}  // namespace lamscope::ui
