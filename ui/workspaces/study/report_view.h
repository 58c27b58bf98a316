// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QTableView>
#include <map>
#include <string>
#include <vector>

#include "study/studies/report_table.h"
#include "workspaces/study/report_model.h"

namespace lamscope::ui {

/// A sortable table of a report. A click on a row, or Enter, chooses it.
class ReportView final : public QTableView {
    Q_OBJECT

public:
    explicit ReportView(const QString& name, QWidget* parent = nullptr);

    /// Keeps the order, and what is selected. Keys and colours: see ReportModel::setTable().
    void setTable(const ReportTable& table, const std::vector<std::string>& keys,
                  const std::map<std::string, QColor>& colours = {});
    /// The rows in the order in which they are shown.
    [[nodiscard]] ReportTable sortedTable() const;

signals:
    void rowChosen(int row);  ///< its place in the table that was set

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void choose(const QModelIndex& index);

    ReportModel* model_;
    ReportOrder* order_;
};

}  // namespace lamscope::ui
