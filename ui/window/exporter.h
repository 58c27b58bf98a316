// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>
#include <functional>
#include <vector>

#include "base/atomic_file.h"
#include "report/lam_json.h"
#include "scene/experiment.h"
#include "session/session.h"

namespace lamscope::ui {

struct FigureFileOptions;

/// Writes what the window shows to files, each whole or not at all. What is written is what was shown when the export
/// was asked for; encoding and writing happen on another thread. GUI thread only.
class Exporter final : public QObject {
    Q_OBJECT

public:
    explicit Exporter(Session& session, QObject* parent = nullptr);

    /// NAME.map.png and NAME.signed.png of every shown network with a current map, as large as its SR context.
    void exportMaps(const QString& folder);
    /// NAME.attribution.npy and NAME.map.npy of the same, as `lamscope-cli lam --npy`.
    void exportArrays(const QString& folder);
    /// NAME.di.npy of every shown network with a finished DI map, and di.csv of all of them, as `lamscope-cli lam
    /// --grid`.
    void exportDiMaps(const QString& folder);
    /// The results as `lamscope-cli lam --csv` and `--json` write them, or as a LaTeX table.
    void exportCsv(const QString& file);
    void exportJson(const QString& file);
    void exportLatex(const QString& file);
    void exportPicture(const QString& file, const QImage& picture);
    /// The paper figure of `saved` with what it shows, in the format of the file's name. See addFigures().
    void exportFigure(const QString& file, const Experiment& saved, const std::vector<LamDocument>& documents,
                      const FigureFileOptions& options);

    /// Runs `write` on the exporter's thread and reports how it ended; `what` names it, e.g. a file.
    void inBackground(const QString& what, const std::function<void()>& write);

signals:
    void exported(const QString& what);

private:
    [[nodiscard]] bool hasResults();

    Session& session_;
    QThreadPool pool_;  // one thread
};

}  // namespace lamscope::ui
