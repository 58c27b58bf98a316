// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QWidget>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "session/faig_controller.h"
#include "study/studies/report_table.h"

class QTableView;

namespace lamscope::ui {

class CopyRow;
class MutedLabel;

/// All filters of a pair, a row each. Cells are made when they are shown: there can be a million filters.
class FilterTableModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    explicit FilterTableModel(const FaigController& filters, QObject* parent = nullptr);

    /// Takes over the controller's results; the order of the rows stays that of the column chosen last.
    void follow();
    [[nodiscard]] std::size_t filterAt(int row) const { return rows_[static_cast<std::size_t>(row)]; }
    /// −1: there is no such row.
    [[nodiscard]] int rowOf(std::size_t filter) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;
    /// Column −1: by rank.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    enum Column { Rank, Layer, Out, In, FirstScore };

    [[nodiscard]] int degradations() const;
    [[nodiscard]] double valueOf(std::size_t filter, int column) const;
    void order();

    const FaigController& filters_;
    std::shared_ptr<const FaigRanked> ranked_;
    std::vector<FaigDegradationResult> results_;
    FilterIndex index_;
    std::shared_ptr<const std::vector<double>> changes_;
    std::size_t top_ = 0;
    std::vector<std::size_t> rows_;      ///< filters
    std::vector<std::uint32_t> places_;  ///< rows by filter
    int sortedBy_ = -1;
    Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
};

/// The table of the ranking: sortable, copied as text, CSV and LaTeX. A row selects its filter everywhere. The
/// controller must outlive it.
class FilterTable final : public QWidget {
    Q_OBJECT

public:
    explicit FilterTable(FaigController& filters, QWidget* parent = nullptr);

    [[nodiscard]] QTableView& view() const { return *view_; }
    /// The top filters as they are sorted.
    [[nodiscard]] ReportTable topTable() const;

signals:
    void commandRequested();

private:
    void follow();
    void followSelection();
    void copy(std::string (*format)(const ReportTable&), const QWidget* source) const;

    FaigController& filters_;
    FilterTableModel* model_;
    QTableView* view_;
    MutedLabel* note_;
    CopyRow* copyRow_;
    bool follows_ = false;
};

}  // namespace lamscope::ui
