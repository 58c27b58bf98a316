// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/shortcuts_dialog.h"

#include <QAction>
#include <QKeySequence>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace lamscope::ui {

namespace {

using Rows = std::vector<std::pair<QString, QString>>;  // what, how

QString plain(QString text) {
    static const QRegularExpression mnemonic(QStringLiteral("&(.)"));  // "&&" is an ampersand
    return text.replace(mnemonic, QStringLiteral("\\1")).remove(QStringLiteral("…"));
}

void collect(const QList<QAction*>& actions, Rows& rows) {
    for (const auto* action : actions) {
        if (!action->isVisible()) {
            continue;  // of another workspace: its keys do nothing
        }
        if (action->menu() != nullptr) {
            collect(action->menu()->actions(), rows);
        } else if (!action->shortcuts().isEmpty()) {
            QStringList keys;
            for (const auto& sequence : action->shortcuts()) {
                keys << sequence.toString(QKeySequence::NativeText);
            }
            rows.emplace_back(plain(action->text()), keys.join(ShortcutsDialog::tr(" or ")));
        }
    }
}

Rows boxRows() {
    return {
        {ShortcutsDialog::tr("Move the box"), ShortcutsDialog::tr("Drag it")},
        {ShortcutsDialog::tr("Bring the box to a place"), ShortcutsDialog::tr("Click there")},
        {ShortcutsDialog::tr("Move the box by one SR pixel"), ShortcutsDialog::tr("Arrow keys")},
        {ShortcutsDialog::tr("Move the box by its own size"), ShortcutsDialog::tr("Shift+Arrow keys")},
        {ShortcutsDialog::tr("Change the size of the box by one pixel"), ShortcutsDialog::tr("Ctrl+Wheel")},
        {ShortcutsDialog::tr("Change the size of the box by eight pixels"), ShortcutsDialog::tr("Ctrl+Shift+Wheel")}};
}

Rows paneRows() {
    return {{ShortcutsDialog::tr("Zoom all panes at the pointer"), ShortcutsDialog::tr("Wheel")},
            {ShortcutsDialog::tr("Move all panes"), ShortcutsDialog::tr("Drag with the middle or the right button")},
            {ShortcutsDialog::tr("Move all panes to a place of the image"),
             ShortcutsDialog::tr("Click or drag in the small picture of the whole image")},
            {ShortcutsDialog::tr("Another network's picture in the pane under the pointer"),
             ShortcutsDialog::tr("Hold the network's digit")},
            {ShortcutsDialog::tr("One pane alone, and back"), ShortcutsDialog::tr("Double click on its title")}};
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(const std::vector<ShortcutGroup>& groups, QWidget* parent)
    : QDialog(parent)
    , filter_(new QLineEdit(this))
    , table_(new QTreeWidget(this)) {
    setWindowTitle(tr("Keyboard and mouse"));
    filter_->setPlaceholderText(tr("Filter, e.g. “box” or “Ctrl”"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter"));
    table_->setAccessibleName(tr("Keys and mouse"));
    table_->setColumnCount(2);
    table_->setHeaderHidden(true);
    table_->setRootIsDecorated(false);
    table_->setItemsExpandable(false);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setIndentation(12);

    addGroup(tr("The box"), boxRows());
    addGroup(tr("The panes"), paneRows());
    for (const auto& group : groups) {
        Rows rows;
        collect(group.actions, rows);
        addGroup(plain(group.title), rows);
    }
    table_->expandAll();
    table_->resizeColumnToContents(0);
    table_->setColumnWidth(0, table_->columnWidth(0) + 24);

    connect(filter_, &QLineEdit::textChanged, this, &ShortcutsDialog::filter);
    auto* column = new QVBoxLayout(this);
    column->addWidget(filter_);
    column->addWidget(table_, 1);
    resize(560, 620);
}

void ShortcutsDialog::addGroup(const QString& title, const Rows& rows) {
    if (rows.empty()) {
        return;
    }
    auto* group = new QTreeWidgetItem(table_, {title});
    group->setFirstColumnSpanned(true);
    auto bold = table_->font();
    bold.setBold(true);
    group->setFont(0, bold);
    group->setSizeHint(1, {0, 2 * fontMetrics().lineSpacing()});
    for (const auto& [what, how] : rows) {
        auto* row = new QTreeWidgetItem(group, {what, how});
        row->setSizeHint(1, {0, fontMetrics().lineSpacing() + 6});
    }
}

void ShortcutsDialog::filter(const QString& words) {
    const auto wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (int i = 0; i < table_->topLevelItemCount(); ++i) {
        auto* group = table_->topLevelItem(i);
        bool any = false;
        for (int j = 0; j < group->childCount(); ++j) {
            auto* row = group->child(j);
            const auto text = group->text(0) + QLatin1Char(' ') + row->text(0) + row->text(1);
            const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const QString& word) {
                return text.contains(word, Qt::CaseInsensitive);
            });
            row->setHidden(!fits);
            any = any || fits;
        }
        group->setHidden(!any);
    }
}

}  // namespace lamscope::ui
