// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/report_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lamscope::ui {

namespace {

QVariant sortValue(const ResultValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return QVariant(static_cast<double>(*whole));
    }
    if (const auto* number = std::get_if<double>(&value)) {
        return std::isfinite(*number) ? QVariant(*number) : QVariant();
    }
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr || text->empty() ? QVariant() : QVariant(QString::fromStdString(*text));
}

/// A column of texts stands away from the numbers before it.
QString indented(const QString& text, ColumnSide side, int column) {
    return side == ColumnSide::Left && column > 0 ? QStringLiteral("   ") + text : text;
}

}  // namespace

void ReportModel::setTable(const ReportTable& table, const std::map<std::string, QColor>& colours) {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].heading != nullptr) {
            shown.push_back(i);
        }
    }
    // A row that is selected stays so while numbers come in.
    const bool isOfOldSize = shown == shown_ && table.rows.size() == table_.rows.size();
    if (!isOfOldSize) {
        beginResetModel();
    }
    table_ = table;
    cells_ = cellsOf(table);
    shown_ = std::move(shown);
    colours_ = colours;
    if (!isOfOldSize) {
        endResetModel();
    } else if (!table_.rows.empty()) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
}

int ReportModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.rows.size());
}

int ReportModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

const ReportColumn& ReportModel::columnAt(int index) const {
    return table_.columns[shown_[static_cast<std::size_t>(index)]];
}

QVariant ReportModel::colourOf(const std::string& name) const {
    const auto found = colours_.find(name);
    return found == colours_.end() ? QVariant() : QVariant(found->second);
}

QVariant ReportModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const auto row = static_cast<std::size_t>(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    const auto& cell = cells_[row + 1][column];
    switch (role) {
        case Qt::DisplayRole:
            return indented(QString::fromStdString(cell), columnAt(index.column()).side, index.column());
        case Qt::ToolTipRole:  // of one that is cut
            return QString::fromStdString(cell);
        case Qt::TextAlignmentRole:
            return static_cast<int>((columnAt(index.column()).side == ColumnSide::Left ? Qt::AlignLeft : Qt::AlignRight)
                                    | Qt::AlignVCenter);
        case Qt::DecorationRole:
            return index.column() == 0 ? colourOf(cell) : QVariant();
        case SortRole:
            return sortValue(table_.rows[row][shown_[column]]);
        default:
            return {};
    }
}

QVariant ReportModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section >= columnCount()) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return indented(QString::fromUtf8(columnAt(section).heading), columnAt(section).side, section);
    }
    if (role == Qt::TextAlignmentRole) {
        return static_cast<int>((columnAt(section).side == ColumnSide::Left ? Qt::AlignLeft : Qt::AlignRight)
                                | Qt::AlignVCenter);
    }
    return {};
}

ReportOrder::ReportOrder(ReportModel& model, QObject* parent)
    : QSortFilterProxyModel(parent) {
    setSourceModel(&model);
    setSortRole(ReportModel::SortRole);
}

bool ReportOrder::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const auto a = left.data(ReportModel::SortRole);
    const auto b = right.data(ReportModel::SortRole);
    if (!a.isValid() || !b.isValid()) {
        return a.isValid() != b.isValid() && a.isValid() == (sortOrder() == Qt::AscendingOrder);
    }
    return QSortFilterProxyModel::lessThan(left, right);
}

}  // namespace lamscope::ui
