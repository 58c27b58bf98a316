// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/features_actions.h"

#include <QAction>
#include <QObject>

namespace lamscope::ui {

FeaturesActions::FeaturesActions(WorkspaceMenus& menus)
    : exportJson(menus.exports.add(QObject::tr("Features as JSON…")))
    , exportCsv(menus.exports.add(QObject::tr("Features as CSV…")))
    , exportFigure(menus.exports.add(QObject::tr("Picture of the features…")))
    , exportCurve(menus.exports.add(QObject::tr("Curve as PDF…")))
    , exportScores(menus.exports.add(QObject::tr("Densities as PDF…")))
    , exportArrays(menus.exports.add(QObject::tr("Features as arrays…")))
    , generalization(menus.view.add(QObject::tr("Generalization"), QObject::tr("G")))
    , representations(menus.view.add(QObject::tr("Representations"), QObject::tr("R")))
    , run(menus.tools.add(QObject::tr("Run"), QObject::tr("Ctrl+Return"), QStringLiteral("play")))
    , sample(menus.tools.add(QObject::tr("Features on the shipped scenes")))
    , clear(menus.tools.add(QObject::tr("New features"))) {
    menus.exports.addSeparator();
    menus.tools.addSeparator();
}

}  // namespace lamscope::ui
