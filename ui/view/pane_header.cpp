// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/pane_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <cmath>

#include "view/elided_label.h"

namespace lamscope::ui {

namespace {

constexpr int sideMargin = 6;
constexpr int swatch = 16;

/// Black or white, whichever is easier to read on a colour: at least 4.5 to 1, as relative luminance goes.
QColor inkOn(const QColor& colour) {
    const auto linear = [](float value) {
        return value <= 0.04045F ? value / 12.92F : std::pow((value + 0.055F) / 1.055F, 2.4F);
    };
    const float luminance =
        0.2126F * linear(colour.redF()) + 0.7152F * linear(colour.greenF()) + 0.0722F * linear(colour.blueF());
    constexpr float equallyFar = 0.1791F;  // (1.05)(0.05) = (L + 0.05)²
    return luminance > equallyFar ? Qt::black : Qt::white;
}

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

void PaneHeader::setTitle(const QColor& colour, const QString& name, const QString& digit) {
    colour_ = colour;
    digit_ = digit;
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
    const QRectF place(sideMargin, 0.5 * (height() - swatch), swatch, swatch);
    painter.drawRoundedRect(place, 3.0, 3.0);
    auto font = value_->font();  // bold
    font.setPixelSize(swatch - 4);
    painter.setFont(font);
    painter.setPen(inkOn(colour_));
    painter.drawText(place, Qt::AlignCenter, digit_);
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
