// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

class QAction;
class QMenu;

namespace lamscope::ui {

/// Commands of a workspace in a menu of the window. They stand together, and show together: while they are hidden,
/// their keys do nothing. GUI thread only.
class MenuSection {
public:
    /// The commands go before `before`, an action of `menu`.
    MenuSection(QMenu& menu, QAction& before)
        : menu_(menu)
        , before_(before) {}

    /// @param iconName  see icon().
    QAction* add(const QString& text, const QKeySequence& key = {}, const QString& iconName = {});
    QMenu* addMenu(const QString& text);
    void addSeparator();

    void setVisible(bool visible) const;

private:
    QMenu& menu_;
    QAction& before_;
    QList<QAction*> actions_;
};

}  // namespace lamscope::ui
