// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/linked_picture.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

constexpr double zoomOfNotch = 1.25;
constexpr int wheelNotch = 120;  // eighths of a degree
constexpr int sideOfTitle = 5;

}  // namespace

LinkedPicture::LinkedPicture(ViewTransform& transform, const QString& name, QWidget* parent)
    : QWidget(parent)
    , transform_(transform)
    , title_(name) {
    setObjectName(name);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(name);
    connect(&transform_, &ViewTransform::changed, this, qOverload<>(&QWidget::update));
}

void LinkedPicture::setTitle(const QString& title) {
    if (title != title_) {
        title_ = title;
        setAccessibleName(title);
        update();
    }
}

void LinkedPicture::setValue(const QString& value) {
    if (value != value_) {
        value_ = value;
        describe();
        update();
    }
}

void LinkedPicture::setHelp(const QString& help) {
    help_ = help;
    setToolTip(help);
    describe();
}

void LinkedPicture::describe() {
    QStringList parts{help_, value_, notice_};
    parts.removeAll(QString());
    setAccessibleDescription(parts.join(QStringLiteral(". ")));
}

void LinkedPicture::setPicture(const PanePicture& picture, bool newParts) {
    picture_ = picture;
    newParts_ = newParts;
    update();
}

void LinkedPicture::setNotice(const QString& notice) {
    if (notice != notice_) {
        notice_ = notice;
        describe();
        update();
    }
}

int LinkedPicture::titleHeight() const {
    return fontMetrics().height() + 4;
}

QRect LinkedPicture::imageRect() const {
    return rect().adjusted(0, titleHeight(), 0, 0);
}

SceneMapping LinkedPicture::mapping() const {
    const double ratio = devicePixelRatioF();
    const QPointF middle = QRectF(imageRect()).center() * ratio;
    return {transform_.zoom(), (middle - transform_.centre() * transform_.zoom()).toPoint()};
}

void LinkedPicture::paintEvent(QPaintEvent* /*event*/) {
    const double ratio = devicePixelRatioF();
    QPainter painter(this);
    painter.fillRect(rect(), palette().window());
    const QRect head(0, 0, width(), titleHeight());
    painter.fillRect(head, palette().base());
    const auto text = head.adjusted(sideOfTitle, 0, -sideOfTitle, 0);
    auto bold = font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics boldMetrics(bold);
    // A value that does not fit beside the title goes without its unit, or is left out.
    constexpr int apart = 8;
    const int room = text.width() - boldMetrics.horizontalAdvance(title_) - apart;
    auto value = value_;
    if (fontMetrics().horizontalAdvance(value) > room) {
        value = value.section(QLatin1Char(' '), 0, 0);
    }
    if (fontMetrics().horizontalAdvance(value) > room) {
        value.clear();
    }
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                     boldMetrics.elidedText(title_, Qt::ElideRight, text.width()));
    painter.setFont(font());
    painter.setPen(mutedText(palette()));
    painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, value);
    const auto image = imageRect();
    if (picture_.base) {
        painter.save();
        painter.scale(1.0 / ratio, 1.0 / ratio);
        const QRect viewport(
            static_cast<int>(std::floor(image.x() * ratio)), static_cast<int>(std::floor(image.y() * ratio)),
            static_cast<int>(std::ceil(image.width() * ratio)), static_cast<int>(std::ceil(image.height() * ratio)));
        paintPicture(painter, viewport, std::max(static_cast<int>(std::lround(ratio)), 1));
        painter.restore();
    } else if (!notice_.isEmpty()) {
        painter.setFont(font());
        painter.setPen(mutedText(palette()));
        painter.drawText(image.adjusted(6, 4, -6, -4), Qt::AlignCenter | Qt::TextWordWrap, notice_);
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void LinkedPicture::paintPicture(QPainter& painter, const QRect& viewport, int linePixels) const {
    const auto place = mapping();
    paintPanePicture(painter, picture_, place, viewport, linePixels);
    if (!picture_.dimmed) {
        return;
    }
    auto veil = palette().color(QPalette::Window);
    constexpr float opacity = 0.55F;
    veil.setAlphaF(opacity);
    painter.fillRect(viewport, veil);
    if (newParts_) {
        for (const auto& part : picture_.parts) {
            paintPanePicture(painter, picture_, place, place.toScreen(part.place).toAlignedRect() & viewport,
                             linePixels);
        }
    }
}

void LinkedPicture::mousePressEvent(QMouseEvent* event) {
    pan_ = event->position();
    setCursor(Qt::ClosedHandCursor);
}

void LinkedPicture::mouseMoveEvent(QMouseEvent* event) {
    if (pan_) {
        transform_.pan((event->position() - *pan_) * devicePixelRatioF());
        pan_ = event->position();
    }
}

void LinkedPicture::mouseReleaseEvent(QMouseEvent* /*event*/) {
    pan_.reset();
    unsetCursor();
}

void LinkedPicture::mouseDoubleClickEvent(QMouseEvent* /*event*/) {
    transform_.fit();
}

void LinkedPicture::wheelEvent(QWheelEvent* event) {
    const auto turned = event->angleDelta();
    const int delta = turned.y() != 0 ? turned.y() : turned.x();
    const double factor = std::pow(zoomOfNotch, static_cast<double>(delta) / wheelNotch);
    transform_.setZoom(transform_.zoom() * factor, mapping().toScene(event->position() * devicePixelRatioF()));
    event->accept();
}

void LinkedPicture::keyPressEvent(QKeyEvent* event) {
    constexpr double step = 24.0;
    switch (event->key()) {
        case Qt::Key_Left:
            transform_.pan({step, 0.0});
            break;
        case Qt::Key_Right:
            transform_.pan({-step, 0.0});
            break;
        case Qt::Key_Up:
            transform_.pan({0.0, step});
            break;
        case Qt::Key_Down:
            transform_.pan({0.0, -step});
            break;
        case Qt::Key_Plus:
            transform_.setZoom(transform_.zoom() * zoomOfNotch);
            break;
        case Qt::Key_Minus:
            transform_.setZoom(transform_.zoom() / zoomOfNotch);
            break;
        case Qt::Key_F:
            transform_.fit();
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace lamscope::ui
