// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/report_view.h"

#include <QAction>
#include <QHeaderView>
#include <QKeyEvent>
#include <QStyledItemDelegate>

#include "panels/copy_row.h"
#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

/// Gives columns some room between them; a selected row is tinted, so that colours in it stay what they are.
class ReportDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        constexpr int room = 16;
        return QStyledItemDelegate::sizeHint(option, index) + QSize(room, 0);
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        option->decorationSize = {10, 10};
        option->state.setFlag(QStyle::State_HasFocus, false);
        auto& palette = option->palette;
        if (!option->icon.isNull()) {
            option->icon.addPixmap(option->icon.pixmap(option->decorationSize), QIcon::Selected);
        }
        palette.setColor(QPalette::HighlightedText, palette.color(QPalette::Active, QPalette::Text));
        palette.setColor(QPalette::Highlight, mixedColour(palette.color(QPalette::Active, QPalette::Highlight),
                                                          palette.color(QPalette::Base), 0.22));
    }
};

}  // namespace

ReportView::ReportView(const QString& name, QWidget* parent)
    : QTableView(parent)
    , model_(new ReportModel(this))
    , order_(new ReportOrder(*model_, this)) {
    setModel(order_);
    setItemDelegate(new ReportDelegate(this));
    setAccessibleName(name);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);  // the arrows move in it
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    auto* header = horizontalHeader();
    constexpr int rowsToMeasure = 100;
    header->setResizeContentsPrecision(rowsToMeasure);
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setStretchLastSection(true);
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::DescendingOrder);
    setSortingEnabled(true);
    connect(this, &QTableView::clicked, this, &ReportView::choose);

    auto* copyAction = new QAction(tr("Copy as text"), this);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, [this] {
        const auto table = sortedTable();
        copyTable(QString::fromStdString(textOf(table)), static_cast<int>(table.rows.size()), *this);
    });
    addAction(copyAction);
}

void ReportView::setTable(const ReportTable& table, const std::vector<std::string>& keys,
                          const std::map<std::string, QColor>& colours) {
    model_->setTable(table, keys, colours);
}

ReportTable ReportView::sortedTable() const {
    ReportTable sorted{.columns = model_->table().columns, .rows = {}};
    for (int row = 0; row < order_->rowCount(); ++row) {
        const auto source = order_->mapToSource(order_->index(row, 0)).row();
        sorted.rows.push_back(model_->table().rows[static_cast<std::size_t>(source)]);
    }
    return sorted;
}

void ReportView::choose(const QModelIndex& index) {
    if (index.isValid()) {
        emit rowChosen(order_->mapToSource(index).row());
    }
}

void ReportView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        choose(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

}  // namespace lamscope::ui
