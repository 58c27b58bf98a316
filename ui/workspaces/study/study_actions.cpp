// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_actions.h"

#include <QAction>
#include <QObject>

namespace lamscope::ui {

StudyActions::StudyActions(WorkspaceMenus& menus)
    : exportReport(menus.exports.add(QObject::tr("Report of the study…")))
    , exportCsv(menus.exports.add(QObject::tr("Table of networks as CSV…")))
    , exportLatex(menus.exports.add(QObject::tr("Table of networks as LaTeX…")))
    , run(menus.tools.add(QObject::tr("Run"), QObject::tr("Ctrl+Return"), QStringLiteral("play")))
    , retry(menus.tools.add(QObject::tr("Retry what failed")))
    , open(menus.tools.add(QObject::tr("Open study…")))
    , saveAs(menus.tools.add(QObject::tr("Save study as…")))
    , begin(menus.tools.add(QObject::tr("New study"))) {
    menus.exports.addSeparator();
    menus.tools.addSeparator();
}

}  // namespace lamscope::ui
