// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QString>
#include <vector>

#include "report/lam_json.h"
#include "scene/experiment.h"
#include "session/session.h"
#include "workspaces/file_writer.h"

namespace lamscope::ui {

struct FigureFileOptions;

/// Writes what the probe shows to files, each whole or not at all. What is written is what was shown when the export
/// was asked for; encoding and writing happen on another thread. GUI thread only.
class Exporter final {
    Q_DECLARE_TR_FUNCTIONS(Exporter)

public:
    /// Both must outlive this.
    Exporter(Session& session, FileWriter& writer)
        : session_(session)
        , writer_(writer) {}

    /// NAME.map.png and NAME.signed.png of every shown network with a current map, as large as its SR context.
    void exportMaps(const QString& folder);
    /// NAME.attribution.npy and NAME.map.npy of the same, as `lamscope-cli lam --npy`.
    void exportArrays(const QString& folder);
    /// NAME.di.npy of every shown network with a finished DI map, and di.csv of all of them, as `lamscope-cli lam
    /// --grid`. The shown networks without one are named in a note.
    void exportDiMaps(const QString& folder);
    /// The results as `lamscope-cli lam --csv` and `--json` write them, or as a LaTeX table.
    void exportCsv(const QString& file);
    void exportJson(const QString& file);
    void exportLatex(const QString& file);
    /// The paper figure of `saved` with what it shows, in the format of the file's name. See addFigures().
    void exportFigure(const QString& file, const Experiment& saved, const std::vector<LamDocument>& documents,
                      const FigureFileOptions& options);

private:
    [[nodiscard]] bool hasResults();

    Session& session_;
    FileWriter& writer_;
};

}  // namespace lamscope::ui
