// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filter_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QTableView>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "method/faig/filter_ranking.h"
#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "study/faig/faig_tables.h"

namespace lamscope::ui {

namespace {

QString scoreText(double value) {
    if (std::isinf(value)) {
        return value > 0.0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    }
    if (std::isnan(value)) {
        return noValue;
    }
    auto text = QString::number(value, 'g', 4);
    return text.startsWith(QLatin1Char('-')) ? QChar(0x2212) + text.mid(1) : text;
}

}  // namespace

FilterTableModel::FilterTableModel(const FaigController& filters, QObject* parent)
    : QAbstractTableModel(parent)
    , filters_(filters) {}

void FilterTableModel::follow() {
    beginResetModel();
    ranked_ = filters_.ranked();
    results_ = filters_.results();
    top_ = filters_.top().size();
    if (const auto* opened = filters_.opened()) {
        index_ = opened->filters;
        changes_ = opened->changes;
    } else {
        ranked_ = nullptr;
    }
    order();
    endResetModel();
}

int FilterTableModel::rowOf(std::size_t filter) const {
    return filter < places_.size() ? static_cast<int>(places_[filter]) : -1;
}

int FilterTableModel::degradations() const {
    return static_cast<int>(results_.size());
}

int FilterTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int FilterTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : FirstScore + degradations() + 2;
}

double FilterTableModel::valueOf(std::size_t filter, int column) const {
    const auto place = index_.place(static_cast<int>(filter));
    const int score = column - FirstScore;
    switch (column) {
        case Rank:
            return static_cast<double>(ranked_->ranks[filter]);
        case Layer:
            return static_cast<double>(place.layer);
        case Out:
            return place.out;
        case In:
            return place.in;
        default:
            break;
    }
    if (score < degradations()) {
        const auto& scores = results_[static_cast<std::size_t>(score)].scores;
        return filter < scores.size() ? scores[filter] : std::nan("");
    }
    if (score == degradations()) {
        const auto& own = ranked_->ranking.score;  // may be infinite
        return own.empty() ? ranked_->values[filter] : own[filter];
    }
    return changes_ && filter < changes_->size() ? (*changes_)[filter] : std::nan("");
}

QVariant FilterTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !ranked_) {
        return {};
    }
    const auto filter = filterAt(index.row());
    switch (role) {
        case Qt::DisplayRole: {
            const double value = valueOf(filter, index.column());
            if (index.column() == Layer) {
                return QString::fromStdString(index_.layers()[static_cast<std::size_t>(value)].key);
            }
            if (index.column() == Rank) {
                return QString::number(static_cast<qint64>(value) + 1);
            }
            return index.column() < FirstScore ? QString::number(static_cast<int>(value)) : scoreText(value);
        }
        case Qt::TextAlignmentRole:
            return index.column() == Layer ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                           : QVariant(Qt::AlignRight | Qt::AlignVCenter);
        case Qt::FontRole: {
            QFont font;
            font.setBold(ranked_->ranks[filter] < top_);
            return index.column() == Rank ? QVariant(font) : QVariant();
        }
        case Qt::ToolTipRole:
            return ranked_->ranks[filter] < top_ ? FilterTable::tr("Among the top filters, which are masked")
                                                 : FilterTable::tr("Not among the top filters");
        default:
            return {};
    }
}

QVariant FilterTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    const int score = section - FirstScore;
    if (role == Qt::TextAlignmentRole) {
        return section == Layer ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole) {
        if (section >= FirstScore && score < degradations()) {
            return FilterTable::tr(
                "Σ of |attribution| over the weights of the filter, mean over images, in units of the "
                "loss");
        }
        return score == degradations() ? QVariant(ranked_ && ranked_->ranking.score.empty()
                                                      ? FilterTable::tr("By FAIG, not of the ranking")
                                                      : FilterTable::tr("What the filters are ranked by"))
               : score == degradations() + 1
                   ? QVariant(FilterTable::tr("How far the fine-tuning moved the weights of the filter"))
                   : QVariant();
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case Rank:
            return FilterTable::tr("rank");
        case Layer:
            return FilterTable::tr("layer");
        case Out:
            return FilterTable::tr("out");
        case In:
            return FilterTable::tr("in");
        default:
            break;
    }
    if (score < degradations()) {
        return FilterTable::tr("s %1").arg(
            QString::fromStdString(results_[static_cast<std::size_t>(score)].degradation.name));
    }
    if (score == degradations()) {
        return ranked_ && ranked_->valuesAgainst ? FilterTable::tr("difference") : FilterTable::tr("score");
    }
    return FilterTable::tr("Σ|Δθ|");
}

void FilterTableModel::sort(int column, Qt::SortOrder order) {
    emit layoutAboutToBeChanged();
    const auto before = persistentIndexList();
    QList<std::pair<std::size_t, int>> kept;
    for (const auto& index : before) {
        kept.append({filterAt(index.row()), index.column()});
    }
    sortedBy_ = column;
    sortOrder_ = order;
    this->order();
    QModelIndexList after;
    for (const auto& [filter, column_] : kept) {
        after << index(rowOf(filter), column_);
    }
    changePersistentIndexList(before, after);
    emit layoutChanged();
}

void FilterTableModel::order() {
    rows_ = ranked_ ? ranked_->order : std::vector<std::size_t>();
    if (ranked_ && sortedBy_ >= 0 && sortedBy_ < FirstScore + degradations() + 2) {
        std::vector<double> values(rows_.size());
        for (std::size_t filter = 0; filter < values.size(); ++filter) {
            const double value = valueOf(filter, sortedBy_);
            values[filter] = std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
        }
        const bool falls = sortOrder_ == Qt::DescendingOrder;
        std::ranges::stable_sort(
            rows_, [&](std::size_t a, std::size_t b) { return falls ? values[a] > values[b] : values[a] < values[b]; });
    }
    places_.assign(rows_.size(), 0);
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        places_[rows_[row]] = static_cast<std::uint32_t>(row);
    }
}

FilterTable::FilterTable(FaigController& filters, QWidget* parent)
    : QWidget(parent)
    , filters_(filters)
    , model_(new FilterTableModel(filters, this))
    , view_(new QTableView)
    , note_(new MutedLabel)
    , copyRow_(new CopyRow) {
    view_->setModel(model_);
    view_->setObjectName(QStringLiteral("filterTable"));
    view_->setAccessibleName(tr("Ranking of the filters"));
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setShowGrid(false);
    view_->setWordWrap(false);
    view_->setTextElideMode(Qt::ElideMiddle);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setTabKeyNavigation(false);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view_->verticalHeader()->setDefaultSectionSize(view_->fontMetrics().height() + 6);
    auto* header = view_->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::Interactive);
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    view_->setSortingEnabled(true);

    note_->setShortened();
    auto* text =
        copyRow_->add(tr("text"), QStringLiteral("copyFilterText"), tr("Aligned columns, rounded for reading"));
    auto* csv = copyRow_->add(tr("CSV"), QStringLiteral("copyFilterCsv"), tr("Every number in full"));
    auto* latex =
        copyRow_->add(tr("LaTeX"), QStringLiteral("copyFilterLatex"), tr("A tabular for the booktabs package"));
    auto* command = copyRow_->add(tr("command"), QStringLiteral("copyFilterCommand"),
                                  tr("The command line that computes the same"));
    connect(text, &QToolButton::clicked, this, [this, text] { copy(textOf, text); });
    connect(csv, &QToolButton::clicked, this, [this, csv] { copy(csvOf, csv); });
    connect(latex, &QToolButton::clicked, this, [this, latex] { copy(latexOf, latex); });
    connect(command, &QToolButton::clicked, this, &FilterTable::commandRequested);
    auto* copyAction = new QAction(tr("Copy as text"), view_);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, [this] { copy(textOf, view_); });
    view_->addAction(copyAction);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(note_, 1);
    line->addWidget(copyRow_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 4, 8, 4);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(view_, 1);
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (current.isValid() && !follows_) {
            filters_.select(model_->filterAt(current.row()));
        }
    });
    connect(&filters_, &FaigController::rankingChanged, this, &FilterTable::follow);
    connect(&filters_, &FaigController::lookChanged, this, &FilterTable::followSelection);
    follow();
}

void FilterTable::follow() {
    follows_ = true;
    const int columns = model_->columnCount();
    const bool wasEmpty = model_->rowCount() == 0;
    model_->follow();
    follows_ = false;
    const auto& ranked = filters_.ranked();
    copyRow_->setEnabled(ranked != nullptr);
    const auto top = static_cast<qint64>(filters_.top().size());
    note_->setText(ranked ? tr("%1. The top %2 of %3 in bold; what is copied are these, as they are sorted.")
                                .arg(QString::fromStdString(titleOf(ranked->ranking)), groupedText(top),
                                     groupedText(static_cast<qint64>(ranked->order.size())))
                          : tr("The ranking stands here when the first image is finished."));
    if (ranked && (wasEmpty || columns != model_->columnCount())) {
        view_->resizeColumnsToContents();
        for (int column = 0; column < model_->columnCount(); ++column) {
            view_->setColumnWidth(column, view_->columnWidth(column) + 14);
        }
        view_->horizontalHeader()->setStretchLastSection(false);
    }
    followSelection();
}

void FilterTable::followSelection() {
    const auto& filter = filters_.look().filter;
    const int row = filter ? model_->rowOf(*filter) : -1;
    follows_ = true;
    if (row < 0) {
        view_->clearSelection();
    } else if (view_->currentIndex().row() != row || !view_->selectionModel()->isRowSelected(row)) {
        const auto index = model_->index(row, 0);
        view_->selectionModel()->setCurrentIndex(index,
                                                 QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        view_->scrollTo(index);
    }
    follows_ = false;
}

ReportTable FilterTable::topTable() const {
    const auto document = filters_.document();
    const auto count = static_cast<int>(filters_.top().size());
    auto table = filterTable(document, std::max(count, 1), *filters_.opened()->changes);
    if (count == 0) {
        table.rows.clear();
    }
    std::vector<std::vector<ResultValue>> sorted;
    for (int row = 0; row < model_->rowCount(); ++row) {
        const auto rank = filters_.ranked()->ranks[model_->filterAt(row)];
        if (rank < table.rows.size()) {
            sorted.push_back(table.rows[rank]);
        }
    }
    table.rows = std::move(sorted);
    return table;
}

void FilterTable::copy(std::string (*format)(const ReportTable&), const QWidget* source) const {
    if (!filters_.ranked()) {
        return;
    }
    const auto table = topTable();
    QApplication::clipboard()->setText(QString::fromStdString(format(table)));
    QToolTip::showText(source->mapToGlobal(source->rect().bottomLeft()),
                       tr("Copied, %n filter(s)", nullptr, static_cast<int>(table.rows.size())));
}

}  // namespace lamscope::ui
