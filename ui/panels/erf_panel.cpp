// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/erf_panel.h"

#include <QAction>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPixmap>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "session/erf_controller.h"
#include "session/scale_words.h"

namespace lamscope::ui {

namespace {

constexpr int erfPanelMargin = 6;
constexpr int colourSide = 10;

/// What the table of the core writes for a value that is not defined.
QString shownText(const std::string& cell) {
    return cell == "-" ? QString(noValue) : QString::fromStdString(cell);
}

}  // namespace

ErfPanel::ErfPanel(Session& session, ErfController& fields, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , fields_(fields)
    , description_(new MutedLabel)
    , side_(new QComboBox)
    , progress_(new QProgressBar)
    , measure_(new QPushButton)
    , copyRow_(makeCopyRow())
    , troubles_(new QLabel)
    , empty_(new MutedLabel)
    , table_(new QTableWidget) {
    makeTable();
    description_->setShortened();
    for (const int side : {16, 24, 32, 48, 64, 96, 128, 192, 256}) {
        side_->addItem(tr("%1 px").arg(side), side);
    }
    side_->setCurrentIndex(side_->findData(fields_.options().side));
    side_->setAccessibleName(tr("Side"));
    side_->setToolTip(
        tr("Side of the crops that the networks see, LR pixels; fields of networks with a global reach "
           "grow with it"));
    progress_->setAccessibleName(tr("Measured"));
    progress_->setRange(0, 100);
    progress_->setMaximumHeight(fontMetrics().height() + 2);
    progress_->setMaximumWidth(150);
    measure_->setObjectName(QStringLiteral("measureField"));
    troubles_->setWordWrap(true);
    troubles_->setTextFormat(Qt::PlainText);
    troubles_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(description_, 1);
    line->addWidget(progress_);
    line->addWidget(new MutedLabel(tr("Side")));
    line->addWidget(side_);
    line->addWidget(measure_);
    line->addWidget(copyRow_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(erfPanelMargin, 0, erfPanelMargin, 4);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addWidget(troubles_);
    layout->addWidget(empty_, 1);
    layout->addWidget(table_, 1);
    connect(measure_, &QPushButton::clicked, this, &ErfPanel::startOrStop);
    connect(&fields_, &ErfController::changed, this, &ErfPanel::follow);
    applyColours();
    follow();
}

void ErfPanel::makeTable() {
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    table_->setFont(small);
    table_->setAccessibleName(tr("Receptive fields"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setIconSize({colourSide, colourSide});
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setTabKeyNavigation(false);  // the arrows move in it
    table_->setMinimumSize(160, 60);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(QFontMetrics(small).height() + 4);
    auto* header = table_->horizontalHeader();
    header->setFont(small);
    header->setHighlightSections(false);
    header->setSectionResizeMode(QHeaderView::ResizeToContents);

    auto* copyAction = new QAction(tr("Copy as text"), table_);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, [this] { copy(toText, table_); });
    table_->addAction(copyAction);
}

CopyRow* ErfPanel::makeCopyRow() {
    auto* row = new CopyRow;
    auto* text = row->add(tr("text"), QStringLiteral("copyFieldText"), tr("Aligned columns, rounded for reading"));
    auto* csv = row->add(tr("CSV"), QStringLiteral("copyFieldCsv"), tr("Every number in full, with standard errors"));
    connect(text, &QToolButton::clicked, this, [this, text] { copy(toText, text); });
    connect(csv, &QToolButton::clicked, this, [this, csv] { copy(toCsv, csv); });
    return row;
}

void ErfPanel::copy(std::string (*format)(const ErfDocument&), const QWidget* source) const {
    const auto document = fields_.document();
    if (!document.results.empty()) {
        copyTable(QString::fromStdString(format(document)), static_cast<int>(document.results.size()), *source);
    }
}

void ErfPanel::startOrStop() {
    if (fields_.isMeasuring()) {
        fields_.cancel();
    } else {
        fields_.measure(side_->currentData().toInt());
    }
}

void ErfPanel::follow() {
    const bool measuring = fields_.isMeasuring();
    progress_->setVisible(measuring);
    progress_->setValue(static_cast<int>(100.0 * fields_.shareDone()));
    measure_->setText(measuring ? tr("Cancel") : tr("Measure"));
    measure_->setToolTip(measuring ? tr("What is measured so far stays")
                                   : tr("Over crops of the open image, whenever no map is wanted"));
    side_->setEnabled(!measuring);
    fillTable();
}

void ErfPanel::fillTable() {
    const auto document = fields_.document();
    const auto ids = fields_.measuredNetworks();
    const auto cells = erfTable(document);
    std::vector<const NetworkEntry*> shown;
    for (const auto& entry : session_.networks()) {
        if (entry.shown) {
            shown.push_back(&entry);
        }
    }
    table_->setColumnCount(static_cast<int>(cells.front().size()));
    table_->setRowCount(static_cast<int>(shown.size()));
    for (int column = 0; column < table_->columnCount(); ++column) {
        auto* heading = new QTableWidgetItem(QString::fromStdString(cells.front()[static_cast<std::size_t>(column)]));
        heading->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        table_->setHorizontalHeaderItem(column, heading);
    }
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto place = std::ranges::find(ids, shown[i]->id);
        const std::vector<std::string> dashes(cells.front().size(), "-");
        fillRow(static_cast<int>(i), *shown[i],
                place == ids.end() ? dashes : cells[static_cast<std::size_t>(place - ids.begin()) + 1]);
    }
    const bool isEmpty = ids.empty() && !fields_.isMeasuring();
    empty_->setText(shown.empty() ? tr("How far do networks look, on average over an image? Open a network.")
                                  : tr("How far do the networks look, on average over this image? Press Measure."));
    empty_->setVisible(isEmpty);
    table_->setVisible(!isEmpty);
    copyRow_->setEnabled(!ids.empty());
    description_->setText(description(document));
    const auto text = troubles();
    troubles_->setText(text);
    troubles_->setVisible(!text.isEmpty());
}

void ErfPanel::fillRow(int row, const NetworkEntry& entry, const std::vector<std::string>& cells) {
    QStringList remarks;
    if (const auto* own = fields_.measured(entry.id)) {
        remarks += own->trouble;
        for (const auto& warning : own->result ? own->result->warnings : std::vector<std::string>()) {
            remarks += QString::fromStdString(warning);
        }
    }
    remarks.removeAll(QString());
    for (int column = 0; column < table_->columnCount(); ++column) {
        auto* item = new QTableWidgetItem;
        item->setToolTip(remarks.join(u'\n'));
        if (column == 0) {
            QPixmap colour(colourSide, colourSide);
            colour.fill(entry.colour);
            item->setIcon(QIcon(colour));
            item->setText(entry.name());
        } else {
            item->setText(shownText(cells[static_cast<std::size_t>(column)]));
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        }
        table_->setItem(row, column, item);
    }
}

QString ErfPanel::description(const ErfDocument& document) const {
    int crops = 0;
    for (const auto& named : document.results) {
        crops = std::max(crops, named.result.images);
    }
    return crops == 0
               ? QString()
               : inScaleWords(tr("%1, mean over %n crop(s) of %2 × %2 LR pixels", nullptr, crops), session_.keepsSize())
                     .arg(QString::fromUtf8(toString(document.options.preset)))
                     .arg(document.options.side);
}

QString ErfPanel::troubles() const {
    QStringList lines{fields_.remark()};
    lines.removeAll(QString());
    for (const auto& entry : session_.networks()) {
        const auto* own = fields_.measured(entry.id);
        if (entry.shown && own != nullptr && !own->trouble.isEmpty()) {
            lines += own->trouble;
        }
    }
    return lines.join(u'\n');
}

void ErfPanel::applyColours() {
    auto colours = palette();
    colours.setColor(QPalette::WindowText, warningText(colours));
    troubles_->setPalette(colours);
}

void ErfPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

}  // namespace lamscope::ui
