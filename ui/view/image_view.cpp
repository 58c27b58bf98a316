// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/image_view.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "view/box_editing.h"
#include "view/overview.h"

namespace lamscope::ui {

namespace {

constexpr int wheelStep = 120;  // eighths of a degree: one notch
constexpr double zoomPerNotch = 1.25;
constexpr int largeSizeStep = 8;

QPointF middleOf(const Box& box) {
    return {box.x + 0.5 * box.size, box.y + 0.5 * box.size};
}

}  // namespace

ImageView::ImageView(Session& session, ViewTransform& transform, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , transform_(transform)
    , overview_(new Overview(transform, this)) {
    setMouseTracking(true);
    setContextMenuPolicy(Qt::PreventContextMenu);  // the right button pans
    setAttribute(Qt::WA_OpaquePaintEvent);
    connect(&transform_, &ViewTransform::changed, this, qOverload<>(&QWidget::update));
}

void ImageView::setPicture(PanePicture picture) {
    picture_ = std::move(picture);
    if (hasOverview_) {
        overview_->setPicture(picture_);
    }
    update();
}

void ImageView::setBox(const QRectF& box) {
    if (box != picture_.box) {
        picture_.box = box;
        if (hasOverview_) {
            overview_->setPicture(picture_);
        }
        update();
    }
}

void ImageView::setHasOverview(bool has) {
    if (has != hasOverview_) {
        hasOverview_ = has;
        overview_->setPicture(has ? picture_ : PanePicture());
    }
}

void ImageView::setNotice(const QString& text) {
    if (text != notice_) {
        notice_ = text;
        update();
    }
}

SceneMapping ImageView::mapping() const {
    const double ratio = devicePixelRatioF();
    const QPointF middle(0.5 * width() * ratio, 0.5 * height() * ratio);
    return {transform_.zoom(), (middle - transform_.centre() * transform_.zoom()).toPoint()};
}

QPointF ImageView::toScene(QPointF position) const {
    return mapping().toScene(position * devicePixelRatioF());
}

QPointF ImageView::fromScene(QPointF scene) const {
    return mapping().toScreen(scene) / devicePixelRatioF();
}

void ImageView::paintEvent(QPaintEvent* /*event*/) {
    const double ratio = devicePixelRatioF();
    QPainter painter(this);
    painter.fillRect(rect(), palette().window());
    painter.save();
    painter.scale(1.0 / ratio, 1.0 / ratio);
    const QRect viewport(0, 0, static_cast<int>(std::ceil(width() * ratio)),
                         static_cast<int>(std::ceil(height() * ratio)));
    paintPanePicture(painter, picture_, mapping(), viewport, std::max(static_cast<int>(std::lround(ratio)), 1));
    painter.restore();
    if (!notice_.isEmpty()) {
        drawNotice(painter);
    }
}

void ImageView::drawNotice(QPainter& painter) const {
    constexpr int margin = 8;
    constexpr int padding = 7;
    constexpr int flags = Qt::AlignHCenter | Qt::TextWordWrap;
    const QRect space = rect().adjusted(margin + padding, margin + padding, -margin - padding, -margin - padding);
    QRect text = painter.boundingRect(space, flags, notice_) & space;
    if (picture_.base) {
        text.moveBottom(space.bottom());
    } else {
        text.moveCenter(space.center());
    }
    QColor plate = palette().color(QPalette::Base);
    plate.setAlphaF(0.92F);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(plate);
    painter.drawRoundedRect(text.adjusted(-padding, -padding, padding, padding), 5.0, 5.0);
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(text, flags, notice_);
}

void ImageView::mousePressEvent(QMouseEvent* event) {
    emit pressed();
    if (!session_.hasImage()) {
        return;
    }
    if (event->button() == Qt::LeftButton) {
        const auto scene = toScene(event->position());
        const auto box = session_.box();
        grip_ = scene - middleOf(box);
        if (picture_.boxAt) {
            click_ = event->position();
        }
        if (!contains(box, scene)) {
            if (putBox(scene)) {
                grip_ = scene - middleOf(session_.box());
            } else {
                grip_ = QPointF();
                dragBox(event->position());
            }
        }
    } else if (event->button() == Qt::MiddleButton || event->button() == Qt::RightButton) {
        pan_ = event->position();
        setCursor(Qt::ClosedHandCursor);
    }
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    if (click_ && (event->position() - *click_).manhattanLength() >= QApplication::startDragDistance()) {
        click_.reset();
    }
    if (grip_) {
        if (!click_) {
            dragBox(event->position());
        }
    } else if (pan_) {
        transform_.pan((event->position() - *pan_) * devicePixelRatioF());
        pan_ = event->position();
    } else {
        updateCursor(event->position());
    }
    emit hovered(toScene(event->position()));
}

void ImageView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && grip_) {
        grip_.reset();
        if (click_) {
            putBox(toScene(event->position()));
        }
        click_.reset();
        session_.endDrag();
    } else if (event->button() != Qt::LeftButton) {
        pan_.reset();
    }
    updateCursor(event->position());
}

void ImageView::wheelEvent(QWheelEvent* event) {
    if (!session_.hasImage()) {
        return;
    }
    // Some systems turn the wheel sideways while a modifier is held.
    const auto turned = event->angleDelta();
    const int delta = turned.y() != 0 ? turned.y() : turned.x();
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        wheelRest_ += delta;
        const int steps = wheelRest_ / wheelStep;
        wheelRest_ -= steps * wheelStep;
        resizeBox(steps, event->modifiers().testFlag(Qt::ShiftModifier));
    } else {
        const double factor = std::pow(zoomPerNotch, static_cast<double>(delta) / wheelStep);
        transform_.setZoom(transform_.zoom() * factor, toScene(event->position()));
        emit hovered(toScene(event->position()));
    }
    event->accept();
}

void ImageView::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    emit left();
}

void ImageView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    overview_->place();
}

void ImageView::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    pan_.reset();
    click_.reset();
    if (grip_) {
        grip_.reset();
        session_.endDrag();
    }
}

void ImageView::dragBox(QPointF position) {
    session_.setBox(centredBox(session_.box(), toScene(position) - *grip_), true);
}

bool ImageView::putBox(QPointF scene) {
    const auto box = picture_.boxAt ? picture_.boxAt(scene) : std::nullopt;
    if (box) {
        session_.setBox(*box, true);
    }
    return box.has_value();
}

void ImageView::resizeBox(int steps, bool large) {
    const auto box = session_.box();
    const int largest = std::min(session_.gridWidth(), session_.gridHeight());
    const int size = std::clamp(box.size + steps * (large ? largeSizeStep : 1), 1, largest);
    if (size != box.size) {
        session_.setBox(resizedBox(box, size));
    }
}

void ImageView::updateCursor(QPointF position) {
    if (session_.hasImage()) {
        setCursor(contains(session_.box(), toScene(position)) ? Qt::SizeAllCursor : Qt::CrossCursor);
    }
}

}  // namespace lamscope::ui
