// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/report_model.h"

#include <cmath>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

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

std::vector<std::size_t> shownColumns(const ReportTable& table) {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].heading != nullptr) {
            shown.push_back(i);
        }
    }
    return shown;
}

/// Numbers the keys that are there again.
std::vector<std::string> allDifferent(const std::vector<std::string>& keys) {
    std::map<std::string, int> counts;
    std::vector<std::string> different;
    for (const auto& key : keys) {
        different.push_back(fmt::format("{} {}", key, ++counts[key]));
    }
    return different;
}

}  // namespace

void ReportModel::setTable(const ReportTable& table, const std::vector<std::string>& keys,
                           const std::map<std::string, QColor>& colours) {
    colours_ = colours;
    auto shown = shownColumns(table);
    auto newKeys = allDifferent(keys);
    if (shown != shown_) {
        beginResetModel();
        table_ = table;
        cells_ = cellsOf(table);
        keys_ = std::move(newKeys);
        shown_ = std::move(shown);
        endResetModel();
        return;
    }
    std::map<std::string, std::size_t> places;
    for (std::size_t row = 0; row < newKeys.size(); ++row) {
        places[newKeys[row]] = row;
    }
    removeOthersThan(places);
    appendNew(table, newKeys);
    emit layoutAboutToBeChanged();
    const auto before = persistentIndexList();
    QModelIndexList now;
    for (const auto& index : before) {
        const auto row = places.at(keys_[static_cast<std::size_t>(index.row())]);
        now << this->index(static_cast<int>(row), index.column());
    }
    table_ = table;
    cells_ = cellsOf(table);
    keys_ = std::move(newKeys);
    changePersistentIndexList(before, now);
    emit layoutChanged();
}

/// @param places  the rows that stay, by their keys.
void ReportModel::removeOthersThan(const std::map<std::string, std::size_t>& places) {
    const auto stays = [&](std::size_t row) { return places.contains(keys_[row]); };
    const auto erase = [](auto& rows, std::size_t begin, std::size_t end) {
        rows.erase(std::next(rows.begin(), static_cast<std::ptrdiff_t>(begin)),
                   std::next(rows.begin(), static_cast<std::ptrdiff_t>(end)));
    };
    std::size_t end = keys_.size();
    while (end > 0) {
        if (stays(end - 1)) {
            --end;
            continue;
        }
        auto begin = end - 1;
        while (begin > 0 && !stays(begin - 1)) {
            --begin;
        }
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        erase(keys_, begin, end);
        erase(table_.rows, begin, end);
        erase(cells_, begin + 1, end + 1);  // the first are the headings
        endRemoveRows();
        end = begin;
    }
}

/// Appends the rows of a table that are not there yet.
void ReportModel::appendNew(const ReportTable& table, const std::vector<std::string>& keys) {
    const std::set<std::string> there(keys_.begin(), keys_.end());
    std::vector<std::size_t> added;
    for (std::size_t row = 0; row < keys.size(); ++row) {
        if (!there.contains(keys[row])) {
            added.push_back(row);
        }
    }
    if (added.empty()) {
        return;
    }
    const auto cells = cellsOf(table);
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(added.size()) - 1);
    for (const auto row : added) {
        keys_.push_back(keys[row]);
        table_.rows.push_back(table.rows[row]);
        cells_.push_back(cells[row + 1]);
    }
    endInsertRows();
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
