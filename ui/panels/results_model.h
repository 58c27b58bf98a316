// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <optional>
#include <string_view>

#include "panels/network_rows.h"
#include "report/result_columns.h"
#include "session/session.h"

namespace lamscope {
struct ResultColumn;
}

namespace lamscope::ui {

/// The numbers of every shown network, a row each, in the session's order; the columns are those of resultColumns()
/// that have a heading in the window. `session` must outlive it.
class ResultsModel final : public NetworkRows<QAbstractTableModel> {
    Q_OBJECT

public:
    static constexpr int Network = 0;  ///< the column of the names, the first of resultColumns()
    enum Role {
        SortRole = Qt::UserRole + 1,  ///< the raw number (double) or the name; invalid where there is no value
        StaleRole,                    ///< bool: the values are of an older box or older options
    };

    explicit ResultsModel(Session& session, QObject* parent = nullptr);

    /// The place of a column by its key in resultColumns(); -1 for one that the window does not show.
    [[nodiscard]] static int columnOf(std::string_view key);
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;
    /// False for a column that says nothing here: no row has an error estimate, HR is not known, nothing to compare.
    [[nodiscard]] bool isUseful(int index) const;

private:
    void sync();
    /// Of a network with a result.
    [[nodiscard]] ResultRow resultRowOf(const NetworkEntry& entry) const;
    [[nodiscard]] std::optional<double> value(const NetworkEntry& entry, const ResultColumn& column) const;

    Session& session_;
};

/// Sorts the results by their raw values; rows without a value stay last in both directions.
class ResultsOrder final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit ResultsOrder(ResultsModel& model, QObject* parent = nullptr);

protected:
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

}  // namespace lamscope::ui
