// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/copy_row.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QToolButton>
#include <QToolTip>

#include "panels/muted_label.h"

namespace lamscope::ui {

CopyRow::CopyRow(QWidget* parent)
    : QWidget(parent)
    , layout_(new QHBoxLayout(this)) {
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(2);
    layout_->addWidget(new MutedLabel(tr("Copy as:")));
}

QToolButton* CopyRow::add(const QString& text, const QString& name, const QString& help) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setObjectName(name);
    button->setToolTip(help);
    button->setAutoRaise(true);
    layout_->addWidget(button);
    applyColours();
    return button;
}

void CopyRow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

/// On the buttons, not on the row: the row keeps the palette that it inherits.
void CopyRow::applyColours() {
    auto colours = palette();
    const auto link = colours.color(QPalette::Active, QPalette::Link);
    colours.setColor(QPalette::Active, QPalette::ButtonText, link);
    colours.setColor(QPalette::Inactive, QPalette::ButtonText, link);
    for (auto* button : findChildren<QToolButton*>()) {
        button->setPalette(colours);
    }
}

void copyTable(const QString& text, int networks, const QWidget& button) {
    QApplication::clipboard()->setText(text);
    QToolTip::showText(button.mapToGlobal(button.rect().bottomLeft()),
                       CopyRow::tr("Copied, %n network(s)", nullptr, networks));
}

}  // namespace lamscope::ui
