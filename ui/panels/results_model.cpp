// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/results_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "panels/number_text.h"

namespace lamscope::ui {

namespace {

constexpr double notDefined = std::numeric_limits<double>::quiet_NaN();

/// How a column is headed, explained, computed and written.
struct ColumnKind {
    const char* heading;
    const char* explanation;
    double (*value)(const LamResult&);
    QString (*text)(double);
};

QString twoDecimals(double value) {
    return fixedText(value, 2);
}

QString percent(double value) {
    return signedText(value, 2) + QStringLiteral(" %");
}

QVariant alignmentOf(int column) {
    const Qt::Alignment side = column == ResultsModel::Network ? Qt::AlignLeft : Qt::AlignRight;
    return QVariant::fromValue(side | Qt::AlignVCenter);
}

// The name has no number, and the difference of two indices takes two results.
constexpr std::array<ColumnKind, ResultsModel::ColumnCount> kinds{{
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "network"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Shown networks in their colours"), nullptr, nullptr},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "DI"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel",
                       "Diffusion index, (1 − Gini) · 100, 0…100: how widely the network looks. Comparable only for "
                       "the same context"),
     [](const LamResult& result) { return result.diffusionIndex.value_or(notDefined); }, twoDecimals},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "ΔDI"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Diffusion index minus that of the reference network"), nullptr,
     [](double value) { return signedText(value, 2); }},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "95 % px"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Fewest LR pixels that carry 95 % of the map"),
     [](const LamResult& result) {
         return result.mass95Pixels ? static_cast<double>(*result.mass95Pixels) : notDefined;
     },
     [](double value) { return fixedText(value, 0); }},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "radius"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel",
                       "Radius of gyration of the map around the patch's centre, LR pixels"),
     [](const LamResult& result) { return result.radiusPixels.value_or(notDefined); },
     [](double value) { return fixedText(value, 1); }},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "D(F(I))"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Detector's value in the patch of the SR image"),
     [](const LamResult& result) { return result.detectorImage; }, twoDecimals},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "ΔD"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel",
                       "D(F(I)) − D(F(I′)): what the path from the baseline I′ adds, units of D"),
     [](const LamResult& result) { return result.detectorImage - result.detectorBaseline; }, twoDecimals},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "compl."),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel",
                       "Completeness error: sum of the attribution against ΔD, percent of ΔD"),
     [](const LamResult& result) { return 100.0 * result.completenessError.value_or(notDefined); }, percent},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "nodes"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Path images that were evaluated"),
     [](const LamResult& result) { return static_cast<double>(result.nodes); },
     [](double value) { return fixedText(value, 0); }},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "est. err"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Estimated error of the map, relative L1 norm (1 is 100 %)"),
     [](const LamResult& result) { return result.estimatedMapError.value_or(notDefined); },
     [](double value) { return fixedText(value, 3); }},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "PSNR patch"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "SR against HR in the patch, RGB, dB"),
     [](const LamResult& result) { return result.psnrPatch.value_or(notDefined); }, twoDecimals},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "PSNR"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "SR against HR over the context, RGB, dB"),
     [](const LamResult& result) { return result.psnr.value_or(notDefined); }, twoDecimals},
    {QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "time"),
     QT_TRANSLATE_NOOP("lamscope::ui::ResultsModel", "Wall time of the computation, seconds"),
     [](const LamResult& result) { return result.seconds; },
     [](double value) { return fixedText(value, 2) + QStringLiteral(" s"); }},
}};

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
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    }
}

int ResultsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

std::optional<double> ResultsModel::value(const NetworkEntry& entry, int column) const {
    if (column == Network || !entry.result) {
        return std::nullopt;
    }
    double number = notDefined;
    if (column == DiffusionIndexDifference) {
        const auto* reference = session_.network(session_.reference());
        // Maps of different boxes are not compared, and of two old ones nobody knows whether they were of the same.
        if (reference != nullptr && reference->currentResult() != nullptr && !entry.stale) {
            number = entry.result->diffusionIndex.value_or(notDefined)
                     - reference->result->diffusionIndex.value_or(notDefined);
        }
    } else {
        number = kinds.at(static_cast<std::size_t>(column)).value(*entry.result);
    }
    // Equal images have an infinite PSNR, which is a value.
    return std::isnan(number) ? std::nullopt : std::optional(number);
}

QVariant ResultsModel::data(const QModelIndex& index, int role) const {
    const auto* entry = session_.network(idAt(index.row()));
    if (!index.isValid() || entry == nullptr) {
        return {};
    }
    const int column = index.column();
    if (role == StaleRole) {
        return entry->stale;
    }
    if (role == Qt::TextAlignmentRole) {
        return alignmentOf(column);
    }
    if (column == Network) {
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
        if (column == DiffusionIndexDifference && entry->id == session_.reference()) {
            return tr("ref");
        }
        if (!number) {
            return QString(noValue);
        }
        return std::isinf(*number) ? QStringLiteral("∞") : kinds.at(static_cast<std::size_t>(column)).text(*number);
    }
    return {};
}

QVariant ResultsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    const auto& kind = kinds.at(static_cast<std::size_t>(section));
    switch (role) {
        case Qt::DisplayRole:
            return tr(kind.heading);
        case Qt::ToolTipRole:
            return tr(kind.explanation);
        case Qt::TextAlignmentRole:
            return alignmentOf(section);
        default:
            return {};
    }
}

bool ResultsModel::isUseful(int column) const {
    if (column == DiffusionIndexDifference) {
        // The others against the reference; which of them have a map changes all the time while the box moves.
        return rowCount() > 1 && session_.reference() != 0;
    }
    if (column != EstimatedError && column != PsnrPatch && column != Psnr) {
        return true;
    }
    return std::ranges::any_of(session_.networks(), [&](const NetworkEntry& entry) {
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
