// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/muted_label.h"

#include <QApplication>
#include <QEvent>

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
