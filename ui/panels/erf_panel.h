// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "method/erf/erf_document.h"
#include "session/session.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace lamscope::ui {

class CopyRow;
class ErfController;
class MutedLabel;

/// The effective receptive fields of all shown networks over the open image: the table of `lamscope-cli erf`, measured
/// when the user asks. A network that was not measured has a row of dashes. The arguments must outlive it.
class ErfPanel final : public QWidget {
    Q_OBJECT

public:
    ErfPanel(Session& session, ErfController& fields, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeTable();
    CopyRow* makeCopyRow();
    void copy(std::string (*format)(const ErfDocument&), const QWidget* source) const;
    void startOrStop();
    void follow();
    void fillTable();
    void fillRow(int row, const NetworkEntry& entry, const std::vector<std::string>& cells);
    void applyColours();
    /// What was measured, in a line.
    [[nodiscard]] QString description(const ErfDocument& document) const;
    /// Why the measurement has ended early and why networks have no field, a line each.
    [[nodiscard]] QString troubles() const;

    Session& session_;
    ErfController& fields_;
    MutedLabel* description_;
    QComboBox* side_;
    QProgressBar* progress_;
    QPushButton* measure_;
    CopyRow* copyRow_;
    QLabel* troubles_;
    MutedLabel* empty_;
    QTableWidget* table_;
};

}  // namespace lamscope::ui
