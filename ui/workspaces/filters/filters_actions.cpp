// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_actions.h"

#include <QAction>
#include <QObject>

namespace lamscope::ui {

FiltersActions::FiltersActions(WorkspaceMenus& menus)
    : exportJson(menus.exports.add(QObject::tr("Filters as JSON…")))
    , exportCsv(menus.exports.add(QObject::tr("Ranking as CSV…")))
    , exportMasking(menus.exports.add(QObject::tr("Masking curve as CSV…")))
    , exportOrder(menus.exports.add(QObject::tr("Order of the filters…")))
    , exportFigure(menus.exports.add(QObject::tr("Picture of map and curve…")))
    , exportCurve(menus.exports.add(QObject::tr("Masking curve as PDF…")))
    , exportArrays(menus.exports.add(QObject::tr("Scores as arrays…")))
    , fit(menus.view.add(QObject::tr("Show whole pictures"), QObject::tr("F"), QStringLiteral("fit")))
    , run(menus.tools.add(QObject::tr("Run"), QObject::tr("Ctrl+Return"), QStringLiteral("play")))
    , saveNetwork(menus.tools.add(QObject::tr("Save network…"), {}, QStringLiteral("save")))
    , sample(menus.tools.add(QObject::tr("Filters of the shipped pair")))
    , clear(menus.tools.add(QObject::tr("New filters"))) {
    menus.exports.addSeparator();
    menus.tools.addSeparator();
}

}  // namespace lamscope::ui
