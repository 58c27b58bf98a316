// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/pane_picture.h"

#include <QPainterPath>
#include <QPen>
#include <algorithm>
#include <cmath>

namespace lamscope::ui {

namespace {

constexpr double dimmedOpacity = 0.45;

/// Draws only the pixels in view: Qt steps through a picture in 1/65536 of its pixels, so that a large one would drift.
void drawImage(QPainter& painter, const QImage& image, const QRectF& target, const QRect& viewport) {
    const double stepX = target.width() / image.width();
    const double stepY = target.height() / image.height();
    const auto first = [](double from, double step) { return static_cast<int>(std::floor(from / step)); };
    const int left = std::clamp(first(viewport.left() - target.left(), stepX), 0, image.width());
    const int top = std::clamp(first(viewport.top() - target.top(), stepY), 0, image.height());
    const int right = std::clamp(first(viewport.right() + 1 - target.left(), stepX) + 1, left, image.width());
    const int bottom = std::clamp(first(viewport.bottom() + 1 - target.top(), stepY) + 1, top, image.height());
    if (left == right || top == bottom) {
        return;
    }
    const QRectF place(target.left() + left * stepX, target.top() + top * stepY, (right - left) * stepX,
                       (bottom - top) * stepY);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, std::min(stepX, stepY) < 1.0);
    painter.drawImage(place, image, QRect(left, top, right - left, bottom - top));
}

/// Pushes back what the network did not see.
void veilOutside(QPainter& painter, const PanePicture& picture, const SceneMapping& mapping) {
    QPainterPath outside;
    outside.addRect(mapping.toScreen(picture.basePlace));
    QPainterPath seen;
    seen.addRect(mapping.toScreen(picture.map.place));
    outside = outside.subtracted(seen);
    painter.fillPath(outside, picture.opaqueMap ? QColor(240, 240, 242, 205) : QColor(128, 128, 128, 96));
}

/// What the network saw.
void drawContext(QPainter& painter, const QRectF& context, int linePixels) {
    painter.setPen(QPen(QColor(110, 110, 115), linePixels, Qt::DashLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(context);
}

void drawAreas(QPainter& painter, const PanePicture& picture, const SceneMapping& mapping) {
    const auto place = mapping.toScreen(picture.map.place);
    const double step = place.width() / picture.map.width;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(place.topLeft());
    painter.scale(step, step);
    for (const auto& area : picture.map.areas) {
        QColor colour = QColor::fromRgb(area.colour);
        QPen pen(picture.dimmed ? QColor(120, 120, 120) : colour.darker(120), 1.5);
        pen.setCosmetic(true);
        painter.setPen(pen);
        if (picture.dimmed) {
            const int level = qGray(colour.rgb());
            colour.setRgb(level, level, level);
        }
        colour.setAlphaF(0.4F);
        painter.setBrush(colour);
        painter.drawPath(area.outline);
    }
    painter.restore();
}

QPainterPath onScreen(const QPainterPath& path, const SceneMapping& mapping) {
    auto toScreen = QTransform::fromTranslate(mapping.origin.x(), mapping.origin.y());
    toScreen.scale(mapping.zoom, mapping.zoom);
    return toScreen.map(path);
}

/// Says that there is no value, not a low one.
void hatch(QPainter& painter, const QPainterPath& area, const SceneMapping& mapping) {
    painter.fillPath(onScreen(area, mapping), QBrush(QColor(90, 90, 95), Qt::BDiagPattern));
}

/// A line that is seen on light and on dark.
void drawOutline(QPainter& painter, const QPainterPath& outline, const SceneMapping& mapping, int linePixels) {
    const auto path = onScreen(outline, mapping);
    painter.strokePath(path, QPen(Qt::white, 3 * linePixels));
    painter.strokePath(path, QPen(QColor(30, 30, 35), linePixels));
}

/// A frame of strips, not of pen strokes: whole device pixels at any zoom.
void drawFrame(QPainter& painter, const QRect& outer, int width, const QColor& colour) {
    const QRect inner = outer.adjusted(width, width, -width, -width);
    if (!inner.isValid()) {
        painter.fillRect(outer, colour);
        return;
    }
    painter.fillRect(QRect(outer.left(), outer.top(), outer.width(), width), colour);
    painter.fillRect(QRect(outer.left(), inner.bottom() + 1, outer.width(), width), colour);
    painter.fillRect(QRect(outer.left(), inner.top(), width, inner.height()), colour);
    painter.fillRect(QRect(inner.right() + 1, inner.top(), width, inner.height()), colour);
}

void drawBox(QPainter& painter, const QRectF& box, int linePixels) {
    const QPoint from(static_cast<int>(std::lround(box.left())), static_cast<int>(std::lround(box.top())));
    const QPoint to(static_cast<int>(std::lround(box.right())), static_cast<int>(std::lround(box.bottom())));
    const QRect inside(from, QSize(std::max(to.x() - from.x(), 1), std::max(to.y() - from.y(), 1)));
    drawFrame(painter, inside.adjusted(-linePixels, -linePixels, linePixels, linePixels), linePixels, Qt::white);
    // Twice as wide where the box is not too small for it: one red line is lost on a dark image.
    const bool small = inside.width() < 16 * linePixels;
    drawFrame(painter, inside, small ? linePixels : 2 * linePixels, QColor(225, 25, 35));
}

}  // namespace

void dim(PanePicture& picture) {
    picture.dimmed = true;
    if (!picture.map.picture.isNull()) {
        picture.map.picture = desaturated(picture.map.picture);
    }
}

void paintPanePicture(QPainter& painter, const PanePicture& picture, const SceneMapping& mapping, const QRect& viewport,
                      int linePixels) {
    painter.save();
    painter.setClipRect(viewport);
    if (picture.base) {
        const auto target = mapping.toScreen(picture.basePlace);
        drawImage(painter, picture.base->levelFor(target.width() / picture.base->size().width()), target, viewport);
    }
    for (const auto& part : picture.parts) {
        if (picture.base && part.base) {
            const auto target = mapping.toScreen(part.place);
            drawImage(painter, part.base->levelFor(target.width() / part.base->size().width()), target, viewport);
        }
    }
    const bool hasMap = !picture.map.picture.isNull();
    const bool hasAreas = !picture.map.areas.empty();
    if (hasMap || hasAreas) {
        const auto target = mapping.toScreen(picture.map.place);
        if (picture.mapOfWhole) {  // tiles can be wider than their patches
            painter.setClipRect(mapping.toScreen(picture.basePlace).toAlignedRect(), Qt::IntersectClip);
        }
        const bool seesPart = !picture.mapOfWhole && !picture.map.place.contains(picture.basePlace);
        if (seesPart) {
            veilOutside(painter, picture, mapping);
        }
        if (hasMap) {
            if (picture.opaqueMap) {
                painter.fillRect(target, Qt::white);
            }
            painter.setOpacity(picture.dimmed ? dimmedOpacity : 1.0);
            drawImage(painter, picture.map.picture, target, viewport);
        } else {
            painter.setOpacity(picture.dimmed ? dimmedOpacity : 1.0);
            drawAreas(painter, picture, mapping);
        }
        painter.setOpacity(1.0);
        hatch(painter, picture.map.undefined, mapping);
        if (seesPart) {
            drawContext(painter, target, linePixels);
        }
    }
    drawOutline(painter, picture.map.outline, mapping, linePixels);
    painter.setClipRect(viewport);
    if (!picture.interest.isNull()) {
        painter.setOpacity(picture.dimmed ? dimmedOpacity : 1.0);
        drawImage(painter, picture.interest, mapping.toScreen(picture.interestPlace), viewport);
        painter.setOpacity(1.0);
    }
    if (picture.base && !picture.box.isEmpty()) {
        drawBox(painter, mapping.toScreen(picture.box), linePixels);
    }
    painter.restore();
}

}  // namespace lamscope::ui
