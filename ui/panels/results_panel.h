// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <string>

#include "report/lam_json.h"
#include "session/session.h"

class QLabel;
class QTableView;

namespace lamscope::ui {

class CopyRow;
class MutedLabel;
class ResultsModel;
class ResultsOrder;

/// What was computed, warnings about the selected network's map, and the results as a sortable table that shows all its
/// columns at once. Copies the table to the clipboard in the order shown. `session` must outlive it.
class ResultsPanel final : public QWidget {
    Q_OBJECT

public:
    explicit ResultsPanel(Session& session, QWidget* parent = nullptr);

    /// The current results in the order of the table.
    [[nodiscard]] LamDocument document() const;

signals:
    void commandRequested();  ///< the command line that repeats the computation is wanted on the clipboard

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeTable();
    CopyRow* makeCopyRow();
    void copy(std::string (*format)(const LamDocument&), const QWidget* source) const;
    void followSession();
    void followSelection();
    void showWarnings();
    void fitColumns();
    void applyColours();
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString description() const;

    Session& session_;
    ResultsModel* model_;
    ResultsOrder* order_;
    MutedLabel* title_;
    QTableView* table_;
    MutedLabel* empty_;
    MutedLabel* description_;
    QLabel* warnings_;
    CopyRow* copyRow_;
};

}  // namespace lamscope::ui
