// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/menu_section.h"

#include <QMenu>

#include "dialogs/icons.h"

namespace lamscope::ui {

QAction* MenuSection::add(const QString& text, const QKeySequence& key, const QString& iconName) {
    auto* action = new QAction(text, &menu_);
    action->setShortcut(key);
    if (!iconName.isEmpty()) {
        action->setIcon(icon(iconName));
    }
    menu_.insertAction(&before_, action);
    actions_ << action;
    return action;
}

QMenu* MenuSection::addMenu(const QString& text) {
    auto* menu = new QMenu(text, &menu_);
    actions_ << menu_.insertMenu(&before_, menu);
    return menu;
}

void MenuSection::addSeparator() {
    actions_ << menu_.insertSeparator(&before_);
}

void MenuSection::setVisible(bool visible) const {
    for (auto* action : actions_) {
        action->setVisible(visible);
    }
}

}  // namespace lamscope::ui
