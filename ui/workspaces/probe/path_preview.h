// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QThreadPool>
#include <memory>

#include "session/session.h"

class QLabel;

namespace lamscope::ui {

/// The path image γ(α) of the selected network, in a small frame over another widget's corner. It is computed on a
/// thread of its own; while one is computed, newer positions wait and the last of them is next. GUI thread only.
class PathPreview final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PathPreview)

public:
    /// Lies over the lower left corner of `over`.
    PathPreview(Session& session, QWidget* over);
    ~PathPreview() override;

    void showAt(double alpha);
    void leave();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void compute();
    void present(const QImage& picture, double alpha);
    void presentTrouble(const QString& reason, double alpha);
    /// Shows what was made for `alpha`, and goes on where the pointer is elsewhere by now.
    void finish(double alpha);
    void place();

    Session& session_;
    QLabel* picture_;
    QLabel* caption_;
    QThreadPool pool_;  // one thread
    double wanted_ = -1.0;
    bool computing_ = false;
};

}  // namespace lamscope::ui
