// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <string>

#include "session/restoration_controller.h"
#include "session/session.h"

class QLabel;

namespace lamscope::ui {

class CopyRow;
class MutedLabel;
class RestorationPlot;

/// What the shown networks of scale 1 remove of the input's degradation and what they spoil, as a plot, with the table
/// of `lamscope-cli derain` to copy. Where nothing can be measured it says what it answers, and what is missing. The
/// arguments must outlive it.
class RestorationPanel final : public QWidget {
    Q_OBJECT

public:
    RestorationPanel(Session& session, RestorationController& restoration, QWidget* parent = nullptr);

signals:
    /// The command line that measures the same was asked for.
    void commandRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    CopyRow* makeCopyRow();
    void copy(std::string (*format)(const DerainDocument&), const QWidget* source) const;
    void follow();
    [[nodiscard]] QString description(const DerainDocument& document) const;
    [[nodiscard]] QString remarks(const DerainDocument& document) const;
    void applyColours();

    Session& session_;
    RestorationController& restoration_;
    MutedLabel* description_;
    CopyRow* copyRow_;
    QLabel* remarks_;
    MutedLabel* empty_;
    RestorationPlot* plot_;
};

}  // namespace lamscope::ui
