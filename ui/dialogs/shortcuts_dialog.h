// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>
#include <QString>
#include <utility>
#include <vector>

class QAction;
class QLineEdit;
class QTreeWidget;

namespace lamscope::ui {

/// The actions of one menu.
struct ShortcutGroup {
    QString title;
    QList<QAction*>
        actions;  ///< those without a shortcut and hidden ones are left out; those of a submenu are taken in
};

/// "Keyboard and mouse": every shortcut of the given menus and what the mouse does in the panes, with a filter.
class ShortcutsDialog : public QDialog {
    Q_OBJECT

public:
    explicit ShortcutsDialog(const std::vector<ShortcutGroup>& groups, QWidget* parent = nullptr);

private:
    void addGroup(const QString& title, const std::vector<std::pair<QString, QString>>& rows);
    void filter(const QString& words);

    QLineEdit* filter_;
    QTreeWidget* table_;
};

}  // namespace lamscope::ui
