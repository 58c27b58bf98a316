// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/pane_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>

#include "view/elided_label.h"

namespace lamscope::ui {

namespace {

constexpr int sideMargin = 6;
constexpr int swatch = 11;

}  // namespace

PaneHeader::PaneHeader(QWidget* parent)
    : QWidget(parent)
    , layout_(new QHBoxLayout(this))
    , name_(new ElidedLabel(ElidedLabel::TooLong::Shorten, this))
    , detail_(new QLabel(this))
    , value_(new QLabel(this)) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    layout_->setContentsMargins(sideMargin + swatch + 6, 0, sideMargin, 0);
    layout_->setSpacing(6);
    layout_->addWidget(name_);
    layout_->addStretch(1);
    layout_->addWidget(detail_);
    layout_->addWidget(value_);

    auto bold = font();
    bold.setBold(true);
    value_->setFont(bold);
    auto half = font();
    half.setWeight(QFont::DemiBold);
    name_->setFont(half);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    detail_->setFont(small);
    detail_->setForegroundRole(QPalette::PlaceholderText);
    for (auto* label : {detail_, value_}) {
        label->setTextFormat(Qt::PlainText);
        label->hide();
    }
}

void PaneHeader::setTitle(const QColor& colour, const QString& name) {
    colour_ = colour;
    name_->setText(name);
    update();
}

void PaneHeader::setValue(const QString& value, const QString& detail, bool greyed) {
    value_->setText(value);
    value_->setForegroundRole(greyed ? QPalette::PlaceholderText : QPalette::Text);
    detail_->setText(detail);
    value_->setVisible(!value.isEmpty());
    detail_->setVisible(!detail.isEmpty());
}

void PaneHeader::addWidget(QWidget* widget) {
    layout_->insertWidget(layout_->indexOf(name_) + 1, widget);
}

QString PaneHeader::value() const {
    return value_->text();
}

QString PaneHeader::detail() const {
    return detail_->text();
}

void PaneHeader::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour_);
    painter.drawRoundedRect(QRectF(sideMargin, 0.5 * (height() - swatch), swatch, swatch), 2.5, 2.5);
}

void PaneHeader::mousePressEvent(QMouseEvent* /*event*/) {
    emit pressed();
}

void PaneHeader::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        emit doubleClicked();
    }
}

}  // namespace lamscope::ui
