// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/probe_exports.h"

#include <QAction>
#include <functional>

#include "panels/curves_panel.h"

namespace lamscope::ui {

ProbeExports::ProbeExports(const WorkspaceHost& host, const ProbeActions& actions, CurvesPanel& curves)
    : host_(host)
    , exporter_(host.session, host.writer)
    , figureEditor_(host.session, host.controller, host.window) {
    connectFigure(actions);
    connectFolders(actions);
    connectFiles(actions, curves);
}

void ProbeExports::connectFigure(const ProbeActions& actions) {
    connect(actions.exportFigure, &QAction::triggered, &figureEditor_, &FigureEditor::show);
    connect(&figureEditor_, &FigureEditor::exportRequested, this, [this] {
        const auto* dialog = figureEditor_.dialog();
        host_.choice.target(
            tr("Export figure"), tr("Figures (*.pdf *.svg *.png *.tif *.tiff)"), QStringLiteral("pdf"),
            [this, saved = figureEditor_.session(), documents = dialog->documents(), options = dialog->fileOptions()](
                const QString& file) { exporter_.exportFigure(file, saved, documents, options); });
    });
}

void ProbeExports::connectFolders(const ProbeActions& actions) {
    connect(actions.exportMaps, &QAction::triggered, this, [this] {
        host_.choice.folder(tr("Folder for the maps"), [this](const QString& folder) { exporter_.exportMaps(folder); });
    });
    connect(actions.exportArrays, &QAction::triggered, this, [this] {
        host_.choice.folder(tr("Folder for the arrays"),
                            [this](const QString& folder) { exporter_.exportArrays(folder); });
    });
    connect(actions.exportDiMaps, &QAction::triggered, this, [this] {
        host_.choice.folder(tr("Folder for the DI maps"),
                            [this](const QString& folder) { exporter_.exportDiMaps(folder); });
    });
}

void ProbeExports::connectFiles(const ProbeActions& actions, CurvesPanel& curves) {
    const auto toFile = [this](QAction* action, const QString& suffix,
                               const std::function<void(const QString&)>& write) {
        connect(action, &QAction::triggered, this, [this, action, suffix, write] {
            host_.choice.target(action->text().remove(QStringLiteral("…")),
                                QStringLiteral("%1 (*.%2)").arg(suffix.toUpper(), suffix), suffix, write);
        });
    };
    toFile(actions.exportCsv, QStringLiteral("csv"), [this](const QString& file) { exporter_.exportCsv(file); });
    toFile(actions.exportLatex, QStringLiteral("tex"), [this](const QString& file) { exporter_.exportLatex(file); });
    toFile(actions.exportJson, QStringLiteral("json"), [this](const QString& file) { exporter_.exportJson(file); });
    toFile(actions.exportCurvesPng, QStringLiteral("png"),
           [this, &curves](const QString& file) { host_.writer.writePicture(file, curves.picture()); });
    toFile(actions.exportCurvesPdf, QStringLiteral("pdf"), [this, &curves](const QString& file) {
        try {
            curves.savePdf(file.toStdString());
            host_.session.reportNote(tr("Saved %1").arg(file));
        } catch (const std::exception& error) {
            host_.session.reportTrouble(QString::fromStdString(error.what()));
        }
    });
}

}  // namespace lamscope::ui
