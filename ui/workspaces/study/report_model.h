// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QColor>
#include <QSortFilterProxyModel>
#include <map>
#include <string>
#include <vector>

#include "study/studies/report_table.h"

namespace lamscope::ui {

/// A table of a report as a window shows it: the columns that people see, in the words of cellsOf().
class ReportModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    static constexpr int SortRole = Qt::UserRole + 1;  ///< the number or the text; invalid where there is no value

    using QAbstractTableModel::QAbstractTableModel;

    /// A row that was there keeps its indexes, wherever it stands now: who has selected it keeps it selected.
    /// @param keys     what tells the rows apart, one a row; rows of equal keys are told apart by their order.
    /// @param colours  of the rows, by the text of the first column; may lack some.
    void setTable(const ReportTable& table, const std::vector<std::string>& keys,
                  const std::map<std::string, QColor>& colours = {});
    [[nodiscard]] const ReportTable& table() const { return table_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    void removeOthersThan(const std::map<std::string, std::size_t>& places);
    void appendNew(const ReportTable& table, const std::vector<std::string>& keys);
    [[nodiscard]] const ReportColumn& columnAt(int index) const;
    [[nodiscard]] QVariant colourOf(const std::string& name) const;

    ReportTable table_;
    std::vector<std::string> keys_;                ///< of its rows, all different
    std::vector<std::vector<std::string>> cells_;  ///< as cellsOf()
    std::vector<std::size_t> shown_;               ///< the columns that people see, indices in the table
    std::map<std::string, QColor> colours_;
};

/// Sorts by values; rows without a value stay last in both directions.
class ReportOrder final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit ReportOrder(ReportModel& model, QObject* parent = nullptr);

protected:
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

}  // namespace lamscope::ui
