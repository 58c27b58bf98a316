// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/elided_label.h"

#include <QPainter>
#include <algorithm>

namespace lamscope::ui {

ElidedLabel::ElidedLabel(TooLong tooLong, QWidget* parent)
    : QWidget(parent)
    , tooLong_(tooLong) {
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    setForegroundRole(QPalette::Text);
}

void ElidedLabel::setText(const QString& text) {
    if (text == text_) {
        return;
    }
    text_ = text;
    setAccessibleName(text);
    updateToolTip();
    updateGeometry();
    update();
}

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(text_) + 1, fontMetrics().height()};
}

QSize ElidedLabel::minimumSizeHint() const {
    constexpr int letters = 6;
    const int least = tooLong_ == TooLong::Omit ? 0 : letters * fontMetrics().averageCharWidth();
    return {std::min(sizeHint().width(), least), fontMetrics().height()};
}

void ElidedLabel::updateToolTip() {
    setToolTip(sizeHint().width() > width() ? text_ : QString());
}

void ElidedLabel::paintEvent(QPaintEvent* /*event*/) {
    if (tooLong_ == TooLong::Omit && sizeHint().width() > width()) {
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text_, Qt::ElideMiddle, width()));
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateToolTip();
}

}  // namespace lamscope::ui
