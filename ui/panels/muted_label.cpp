// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/muted_label.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>

#include "panels/panel_colours.h"

namespace lamscope::ui {

MutedLabel::MutedLabel(const QString& text, QWidget* parent)
    : QLabel(text, parent) {
    applyColour();
}

void MutedLabel::setHeading() {
    auto heading = font();
    heading.setBold(true);
    heading.setPointSizeF(heading.pointSizeF() * 0.9);
    heading.setCapitalization(QFont::AllUppercase);
    setFont(heading);
}

void MutedLabel::setShortened() {
    shortened_ = true;
    setWordWrap(false);
    setTextInteractionFlags(Qt::NoTextInteraction);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    updateGeometry();
}

QSize MutedLabel::minimumSizeHint() const {
    constexpr int letters = 4;
    const auto hint = QLabel::minimumSizeHint();
    return shortened_ ? QSize(letters * fontMetrics().averageCharWidth(), hint.height()) : hint;
}

bool MutedLabel::event(QEvent* event) {
    if (shortened_ && event->type() == QEvent::ToolTip) {
        setToolTip(sizeHint().width() > width() ? text() : QString());
    }
    return QLabel::event(event);
}

void MutedLabel::paintEvent(QPaintEvent* event) {
    if (!shortened_) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(contentsRect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()));
}

void MutedLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ParentChange) {
        applyColour();
    }
}

void MutedLabel::applyColour() {
    const auto muted = mutedText(parentWidget() != nullptr ? parentWidget()->palette() : QApplication::palette());
    auto colours = palette();
    // Setting it announces a change again.
    if (colours.color(QPalette::Active, QPalette::WindowText) != muted) {
        colours.setColor(QPalette::WindowText, muted);
        setPalette(colours);
    }
}

}  // namespace lamscope::ui
