// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/results_panel.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "panels/results_document.h"
#include "panels/results_model.h"
#include "report/result_tables.h"

namespace lamscope::ui {

namespace {

constexpr int sideMargin = 6;

/// Greys the rows whose values are not of now.
class ResultsDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        option->state.setFlag(QStyle::State_HasFocus, false);
        // The network's colour stays what it is in a selected row.
        const auto colour = option->icon.pixmap(option->decorationSize);
        option->icon.addPixmap(colour, QIcon::Selected);
        const bool stale = index.data(ResultsModel::StaleRole).toBool();
        const auto text = stale ? staleText(option->palette) : option->palette.color(QPalette::Active, QPalette::Text);
        option->palette.setColor(QPalette::Text, text);
        // A selected row is tinted, so that stale and current stay apart there as well.
        option->palette.setColor(QPalette::HighlightedText, text);
        option->palette.setColor(QPalette::Highlight,
                                 mixedColour(option->palette.color(QPalette::Active, QPalette::Highlight),
                                             option->palette.color(QPalette::Base), 0.22));
    }
};

QString contextText(const Session& session) {
    for (const auto& entry : session.networks()) {
        if (const auto* result = entry.currentResult(); result != nullptr && entry.shown) {
            return (session.keepsSize() ? ResultsPanel::tr("%1 × %2 pixels") : ResultsPanel::tr("LR %1 × %2"))
                .arg(result->context.width)
                .arg(result->context.height);
        }
    }
    const int side = makePlan(session.options()).context;
    if (session.keepsSize()) {
        return side == 0 ? ResultsPanel::tr("whole input") : ResultsPanel::tr("%1 × %1 pixels").arg(side);
    }
    return side == 0 ? ResultsPanel::tr("whole LR image") : ResultsPanel::tr("LR %1 × %1").arg(side);
}

/// Networks of scale 1 are shown beside others.
bool hasBothScales(const Session& session) {
    const auto shows = [&](bool one) {
        return std::ranges::any_of(session.networks(), [one](const NetworkEntry& entry) {
            return entry.shown && entry.card.scale > 0 && (entry.card.scale == 1) == one;
        });
    };
    return shows(true) && shows(false);
}

QString pathText(const LamOptions& options) {
    auto blur = ResultsPanel::tr("σ %1, %2 × %2 kernel").arg(options.sigma).arg(options.kernel);
    switch (options.path) {
        case PathKind::Blur:
            return blur;
        case PathKind::Black:
            return ResultsPanel::tr("linear from black");
        case PathKind::BlurredLinear:
            return ResultsPanel::tr("linear from blur %1").arg(blur);
        case PathKind::Rain:
            return ResultsPanel::tr("linear from the clean image");
    }
    return {};
}

/// The largest estimate among the rows; NaN without one.
/// The rules of the results shown; before there are any, that of the options.
QString rulesText(const Session& session, IntegrationRule asked) {
    std::set<IntegrationRule> rules;
    for (const auto& entry : session.networks()) {
        if (const auto* result = entry.currentResult(); result != nullptr && entry.shown) {
            rules.insert(result->rule);
        }
    }
    if (rules.empty()) {
        rules.insert(asked);
    }
    QStringList texts;
    if (rules.contains(IntegrationRule::Secant)) {
        texts += ResultsPanel::tr("secant rule");
    }
    if (rules.contains(IntegrationRule::Midpoints)) {
        texts += ResultsPanel::tr("arc-length midpoints");
    }
    return texts.join(ResultsPanel::tr(" or "));
}

double largestEstimate(const Session& session) {
    double largest = std::nan("");
    for (const auto& entry : session.networks()) {
        if (const auto* result = entry.currentResult(); result != nullptr && entry.shown && result->estimatedMapError) {
            largest = std::fmax(largest, *result->estimatedMapError);
        }
    }
    return largest;
}

}  // namespace

ResultsPanel::ResultsPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , model_(new ResultsModel(session, this))
    , order_(new ResultsOrder(*model_, this))
    , title_(new MutedLabel)
    , table_(new QTableView)
    , empty_(new MutedLabel(tr("The numbers of every shown network appear here")))
    , description_(new MutedLabel)
    , warnings_(new QLabel)
    , copyRow_(makeCopyRow()) {
    makeTable();
    title_->setHeading();
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    description_->setShortened();
    warnings_->setWordWrap(true);
    warnings_->setTextFormat(Qt::PlainText);
    warnings_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    // One line over the table, which gets the rest of a panel that is wide and low.
    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(title_);
    line->addWidget(description_, 1);
    line->addWidget(copyRow_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(sideMargin, 0, sideMargin, 4);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addWidget(warnings_);
    layout->addWidget(empty_, 1);
    layout->addWidget(table_, 1);

    // After the model's own connections, so that its rows are those of the session.
    connect(&session_, &Session::networkListChanged, this, &ResultsPanel::followSession);
    connect(&session_, &Session::networkChanged, this, &ResultsPanel::followSession);
    connect(&session_, &Session::imageChanged, this, &ResultsPanel::followSession);
    connect(&session_, &Session::boxChanged, this, &ResultsPanel::followSession);
    connect(&session_, &Session::optionsChanged, this, &ResultsPanel::followSession);
    connect(&session_, &Session::selectionChanged, this, &ResultsPanel::followSelection);
    applyColours();
    followSession();
}

void ResultsPanel::makeTable() {
    table_->setModel(order_);
    table_->setItemDelegate(new ResultsDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    table_->setFont(small);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setIconSize({10, 10});
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setMinimumSize(160, 60);
    table_->setAccessibleName(tr("Results"));
    table_->setTabKeyNavigation(false);  // the arrows move in it
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(QFontMetrics(small).height() + 4);
    auto* header = table_->horizontalHeader();
    header->setFont(small);
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::DescendingOrder);
    header->setMinimumSectionSize(30);
    table_->setSortingEnabled(true);
    connect(header, &QHeaderView::sortIndicatorChanged, this, &ResultsPanel::fitColumns);

    auto* copyAction = new QAction(tr("Copy as text"), table_);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, [this] { copy(toText, table_); });
    table_->addAction(copyAction);

    connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (!model_->isSyncing() && current.isValid()) {
            session_.select(model_->idAt(order_->mapToSource(current).row()));
        }
    });
}

CopyRow* ResultsPanel::makeCopyRow() {
    auto* row = new CopyRow;
    auto* text = row->add(tr("text"), QStringLiteral("copyText"), tr("Aligned columns, rounded for reading"));
    auto* csv = row->add(tr("CSV"), QStringLiteral("copyCsv"), tr("Every number in full"));
    auto* latex = row->add(tr("LaTeX"), QStringLiteral("copyLatex"), tr("A tabular for the booktabs package"));
    auto* command =
        row->add(tr("command"), QStringLiteral("copyCommand"), tr("The command line that computes the same"));
    connect(text, &QToolButton::clicked, this, [this, text] { copy(toText, text); });
    connect(csv, &QToolButton::clicked, this, [this, csv] { copy(toCsv, csv); });
    connect(latex, &QToolButton::clicked, this, [this, latex] { copy(toLatex, latex); });
    connect(command, &QToolButton::clicked, this, &ResultsPanel::commandRequested);
    return row;
}

LamDocument ResultsPanel::document() const {
    std::vector<NetworkId> ids;
    for (int row = 0; row < order_->rowCount(); ++row) {
        ids.push_back(model_->idAt(order_->mapToSource(order_->index(row, 0)).row()));
    }
    return resultsDocument(session_, ids);
}

void ResultsPanel::copy(std::string (*format)(const LamDocument&), const QWidget* source) const {
    const auto results = document();
    if (results.results.empty()) {
        return;
    }
    copyTable(QString::fromStdString(format(results)), static_cast<int>(results.results.size()), *source);
}

void ResultsPanel::followSession() {
    title_->setText(title());
    for (int column = 0; column < model_->columnCount(); ++column) {
        table_->setColumnHidden(column, !model_->isUseful(column));
    }
    fitColumns();
    description_->setText(description());
    const bool any = std::ranges::any_of(
        session_.networks(), [](const NetworkEntry& entry) { return entry.shown && entry.currentResult() != nullptr; });
    copyRow_->setEnabled(any);
    const bool hasRows = model_->rowCount() > 0;
    empty_->setHidden(hasRows);
    for (QWidget* part : std::initializer_list<QWidget*>{table_, title_, description_, copyRow_}) {
        part->setVisible(hasRows);
    }
    followSelection();
}

void ResultsPanel::followSelection() {
    const int row = model_->rowOf(session_.selected());
    const auto index = row < 0 ? QModelIndex() : order_->mapFromSource(model_->index(row, 0));
    if (table_->currentIndex().row() != index.row()) {
        table_->selectionModel()->setCurrentIndex(index,
                                                  QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }
    showWarnings();
}

void ResultsPanel::showWarnings() {
    QStringList lines;
    if (const auto* entry = session_.network(session_.selected())) {
        if (!entry->message.isEmpty()) {
            lines += entry->message;
        }
        if (const auto* result = entry->currentResult()) {
            for (const auto& warning : result->warnings) {
                lines += QStringLiteral("%1: %2").arg(entry->name(), QString::fromStdString(warning));
            }
        }
    }
    warnings_->setText(lines.join(u'\n'));
    warnings_->setVisible(!lines.isEmpty());
}

/// All columns side by side: each as wide as its longest text and a margin, which shares the room that is left. In a
/// narrow panel names are shortened.
void ResultsPanel::fitColumns() {
    constexpr int leastMargin = 8;
    constexpr int mostMargin = 66;
    constexpr int leastName = 70;
    constexpr int indicatorWidth = 14;
    const QFontMetrics metrics(table_->font());
    std::vector<std::pair<int, int>> columns;  // column, width of its text
    int all = 0;
    for (int column = 0; column < model_->columnCount(); ++column) {
        if (table_->isColumnHidden(column)) {
            continue;
        }
        int needed = metrics.horizontalAdvance(order_->headerData(column, Qt::Horizontal).toString());
        needed += column == table_->horizontalHeader()->sortIndicatorSection() ? indicatorWidth : 0;
        for (int row = 0; row < order_->rowCount(); ++row) {
            needed = std::max(needed, metrics.horizontalAdvance(order_->index(row, column).data().toString()));
        }
        needed += column == ResultsModel::Network ? table_->iconSize().width() + 6 : 0;
        columns.emplace_back(column, needed);
        all += needed;
    }
    // A scroll bar for more rows may come and go.
    const int room = width() - 2 * sideMargin - style()->pixelMetric(QStyle::PM_ScrollBarExtent);
    const int count = static_cast<int>(columns.size());
    const int missing = all + count * leastMargin - room;
    const int margin = std::clamp((room - all) / std::max(count, 1), leastMargin, mostMargin);
    for (const auto& [column, needed] : columns) {
        const bool shortened = column == ResultsModel::Network && missing > 0;
        table_->setColumnWidth(column, (shortened ? std::max(needed - missing, leastName) : needed) + margin);
    }
}

void ResultsPanel::applyColours() {
    auto colours = palette();
    colours.setColor(QPalette::WindowText, warningText(colours));
    warnings_->setPalette(colours);
}

void ResultsPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitColumns();
}

void ResultsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

QString ResultsPanel::title() const {
    if (!session_.hasImage()) {
        return {};
    }
    const auto box = session_.box();
    return tr("Patch (%1, %2) %3 × %3").arg(box.x).arg(box.y).arg(box.size);
}

QString ResultsPanel::description() const {
    const auto& options = session_.options();
    const auto plan = makePlan(options);
    QStringList parts;
    if (hasBothScales(session_)) {
        parts += tr("DI at scale 1 is not comparable with that of networks that enlarge");
    }
    parts += {contextText(session_), pathText(options)};
    parts += plan.rule == IntegrationRule::RightEndpoints ? tr("%1 right endpoints").arg(plan.nodes)
                                                          : rulesText(session_, plan.rule);
    parts += tr("%1 detector").arg(QString::fromUtf8(toString(options.detector)));
    if (const double error = largestEstimate(session_); std::isfinite(error)) {
        parts += tr("largest estimated map error %1").arg(fixedText(error, 3));
    }
    return parts.join(QStringLiteral(", "));
}

}  // namespace lamscope::ui
