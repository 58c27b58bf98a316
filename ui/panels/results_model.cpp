// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/results_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "panels/number_text.h"
#include "report/result_columns.h"

namespace lamscope::ui {

namespace {

constexpr std::string_view differenceKey = "di_difference";

/// The columns of resultColumns() that the window shows.
const std::vector<const ResultColumn*>& windowColumns() {
    static const auto shown = [] {
        std::vector<const ResultColumn*> columns;
        for (const auto& column : resultColumns()) {
            if (column.window.heading != nullptr) {
                columns.push_back(&column);
            }
        }
        return columns;
    }();
    return shown;
}

const ResultColumn& columnAt(int index) {
    return *windowColumns().at(static_cast<std::size_t>(index));
}

QVariant alignmentOf(const ResultColumn& column) {
    const Qt::Alignment side = column.side == ColumnSide::Left ? Qt::AlignLeft : Qt::AlignRight;
    return QVariant::fromValue(side | Qt::AlignVCenter);
}

QString cellText(const ResultColumn& column, double number) {
    if (std::isinf(number)) {
        return QStringLiteral("∞");
    }
    const auto digits =
        column.withSign ? signedText(number, column.window.decimals) : fixedText(number, column.window.decimals);
    return column.unitInWindowCells ? digits + u' ' + QString::fromUtf8(column.unit) : digits;
}

}  // namespace

ResultsModel::ResultsModel(Session& session, QObject* parent)
    : NetworkRows(parent)
    , session_(session) {
    connect(&session_, &Session::networkListChanged, this, &ResultsModel::sync);
    // Another network's result may change any row's difference to the reference.
    connect(&session_, &Session::networkChanged, this, &ResultsModel::sync);
    sync();
}

void ResultsModel::sync() {
    std::vector<NetworkId> ids;
    for (const auto& entry : session_.networks()) {
        if (entry.shown) {
            ids.push_back(entry.id);
        }
    }
    syncRows(ids);
    if (!ids.empty()) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
}

int ResultsModel::columnOf(std::string_view key) {
    const auto found = std::ranges::find(windowColumns(), key, &ResultColumn::key);
    return found == windowColumns().end() ? -1 : static_cast<int>(found - windowColumns().begin());
}

int ResultsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(windowColumns().size());
}

ResultRow ResultsModel::resultRowOf(const NetworkEntry& entry) const {
    const auto* reference = session_.network(session_.reference());
    // Maps of different boxes are not compared, and of two old ones nobody knows whether they were of the same.
    // DI of scale 1 and of others are not either.
    const bool isComparable = reference != nullptr && reference->currentResult() != nullptr && !entry.stale
                              && (reference->card.scale == 1) == (entry.card.scale == 1);
    const auto& [image, of, warnings, trouble, isOld] = entry.restoration;
    const bool isRestored = image && (!isOld || entry.stale);  // the row of old values is grey
    return {.card = entry.card,
            .result = *entry.result,
            .name = entry.card.name,
            .reference = isComparable ? reference->currentResult() : nullptr,
            .restoration = isRestored ? &image->measures : nullptr};
}

std::optional<double> ResultsModel::value(const NetworkEntry& entry, const ResultColumn& column) const {
    if (!entry.result) {
        return std::nullopt;
    }
    const double number = shownNumber(column, column.value(resultRowOf(entry)));
    // Equal images have an infinite PSNR, which is a value.
    return std::isnan(number) ? std::nullopt : std::optional(number);
}

QVariant ResultsModel::data(const QModelIndex& index, int role) const {
    const auto* entry = session_.network(idAt(index.row()));
    if (!index.isValid() || entry == nullptr) {
        return {};
    }
    const auto& column = columnAt(index.column());
    if (role == StaleRole) {
        return entry->stale;
    }
    if (role == Qt::TextAlignmentRole) {
        return alignmentOf(column);
    }
    if (index.column() == Network) {
        switch (role) {
            case Qt::DisplayRole:
            case SortRole:
                return entry->name();
            case Qt::DecorationRole:
                return entry->colour;
            case Qt::ToolTipRole:
                return entry->message.isEmpty() ? entry->name() : entry->message;
            default:
                return {};
        }
    }
    const auto number = value(*entry, column);
    if (role == SortRole) {
        return number ? QVariant(*number) : QVariant();
    }
    if (role == Qt::DisplayRole) {
        if (column.key == differenceKey && entry->id == session_.reference()) {
            return tr("ref");
        }
        if (column.word != nullptr && entry->result) {
            if (const auto word = column.word(resultRowOf(*entry)); !word.empty()) {
                return QString::fromUtf8(word);
            }
        }
        return number ? cellText(column, *number) : QString(noValue);
    }
    return {};
}

QVariant ResultsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return {};
    }
    const auto& column = columnAt(section);
    switch (role) {
        case Qt::DisplayRole:
            return tr(column.window.heading);
        case Qt::ToolTipRole:
            return tr(column.explanation);
        case Qt::TextAlignmentRole:
            return alignmentOf(column);
        default:
            return {};
    }
}

bool ResultsModel::isUseful(int index) const {
    const auto& column = columnAt(index);
    if (column.key == differenceKey) {
        // The others against the reference; which of them have a map changes all the time while the box moves.
        return rowCount() > 1 && session_.reference() != 0;
    }
    return !column.onlyWhereKnown || std::ranges::any_of(session_.networks(), [&](const NetworkEntry& entry) {
        return entry.shown && value(entry, column).has_value();
    });
}

ResultsOrder::ResultsOrder(ResultsModel& model, QObject* parent)
    : QSortFilterProxyModel(parent) {
    setSortRole(ResultsModel::SortRole);
    setSourceModel(&model);
}

bool ResultsOrder::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const auto first = left.data(sortRole());
    const auto second = right.data(sortRole());
    if (first.isValid() != second.isValid()) {
        return first.isValid() == (sortOrder() == Qt::AscendingOrder);
    }
    if (left.column() == ResultsModel::Network) {
        return QString::localeAwareCompare(first.toString(), second.toString()) < 0;
    }
    return first.toDouble() < second.toDouble();
}

}  // namespace lamscope::ui
