// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "figure_editor/figure_dialog.h"
#include "figure_editor/figure_job.h"
#include "live/job_handle.h"
#include "scene/experiment.h"
#include "session/live_controller.h"
#include "session/session.h"

namespace lamscope::ui {

/// The paper figure of a session: shows its dialog, keeps layout and further images in the session, and brings what the
/// figure shows: the session's results, and what a job of the engine computes for further images or for several paths.
/// GUI thread only; `session` and `controller` must outlive it.
class FigureEditor final : public QObject {
    Q_OBJECT

public:
    FigureEditor(Session& session, LiveController& controller, QWidget& window);
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
    /// Goes on with what the user has stopped.
    void goOn();
    void receive(const FigureEnd& end);
    void takeEngine();
    void keepImage();
    void removeImage(int index);

    Session& session_;
    LiveController& controller_;
    QWidget& window_;
    QPointer<FigureDialog> dialog_;
    QTimer later_;                                              // one refresh for many changes
    std::map<std::string, std::vector<LamDocument>> computed_;  // of parts, by what they depend on, as text
    std::string computing_;    // the key of the part in work, or of one that has failed or was stopped
    QString message_;          // what the dialog says of that part
    std::int64_t number_ = 0;  // of that part
    bool atWork_ = false;      // that part is
    bool stopped_ = false;     // that part was, by the user
    std::optional<JobHandle<FigureJob>> job_;
};

}  // namespace lamscope::ui
