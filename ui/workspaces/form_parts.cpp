// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/form_parts.h"

#include <QHBoxLayout>
#include <QToolButton>

#include "panels/muted_label.h"

namespace lamscope::ui {

QToolButton* formButton(const QString& text, const QString& help, const QString& name) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setToolTip(help);
    button->setAccessibleName(help);
    button->setObjectName(name);
    button->setAutoRaise(true);
    return button;
}

std::pair<MutedLabel*, QHBoxLayout*> formTitle(const QString& text) {
    auto* title = new MutedLabel(text);
    title->setHeading();
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(title, 1);
    return {title, row};
}

}  // namespace lamscope::ui
