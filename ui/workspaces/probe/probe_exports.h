// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "figure_editor/figure_editor.h"
#include "workspaces/probe/exporter.h"
#include "workspaces/probe/probe_actions.h"
#include "workspaces/workspace.h"

namespace lamscope::ui {

class CurvesPanel;

/// What the probe's export commands do: they ask for a file or a folder and write it. GUI thread only.
class ProbeExports final : public QObject {
    Q_OBJECT

public:
    /// All must outlive this; `curves` is used when a command is triggered.
    ProbeExports(const WorkspaceHost& host, const ProbeActions& actions, CurvesPanel& curves);

    [[nodiscard]] FigureEditor& figureEditor() { return figureEditor_; }

private:
    void connectFigure(const ProbeActions& actions);
    void connectFolders(const ProbeActions& actions);
    void connectFiles(const ProbeActions& actions, CurvesPanel& curves);

    const WorkspaceHost& host_;
    Exporter exporter_;
    FigureEditor figureEditor_;
};

}  // namespace lamscope::ui
