// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>
#include <map>
#include <memory>
#include <stop_token>

#include "figure_editor/figure_dialog.h"
#include "scene/experiment.h"
#include "session/session.h"

namespace lamscope::ui {

/// The paper figure of a session: shows its dialog, keeps layout and further images in the session, and brings what the
/// figure shows: the session's results, and what is computed in the background for further images or for several paths.
/// GUI thread only; `session` must outlive it.
class FigureEditor final : public QObject {
    Q_OBJECT

public:
    FigureEditor(Session& session, QWidget& window);
    FigureEditor(const FigureEditor&) = delete;
    FigureEditor& operator=(const FigureEditor&) = delete;
    ~FigureEditor() override;

    void show();
    [[nodiscard]] FigureDialog* dialog() const { return dialog_; }

    /// What an export writes: the session with the layout, and the results that the dialog shows.
    [[nodiscard]] Experiment session() const;

signals:
    /// The user wants the figure that the dialog shows written to a file.
    void exportRequested();

private:
    void refresh();
    [[nodiscard]] std::vector<Experiment> parts() const;
    void compute(const Experiment& part, const std::string& key);
    void stopComputing();
    void keepImage();
    void removeImage(int index);

    Session& session_;
    QWidget& window_;
    QPointer<FigureDialog> dialog_;
    QTimer later_;                                              // one refresh for many changes
    std::map<std::string, std::vector<LamDocument>> computed_;  // of parts, by what they depend on, as text
    std::string computing_;                                     // the key of the part in work, or of one that failed
    std::stop_source stop_;
    QThreadPool pool_;  // one thread
};

}  // namespace lamscope::ui
