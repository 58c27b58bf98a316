// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/sanity_dialog.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "dialogs/icons.h"
#include "dialogs/theme.h"
#include "method/lam/parameter_randomisation.h"

namespace lamscope::ui {

namespace {

enum Column { NetworkColumn, LayersColumn, CorrelationColumn, CompletenessColumn, VerdictColumn };

bool passes(const SanityRow& row) {
    return row.correlation && dependsOnWeights(*row.correlation);
}

QString verdictOf(const SanityRow& row) {
    if (!row.trouble.isEmpty()) {
        return row.trouble;
    }
    if (!row.correlation) {
        return {};
    }
    return passes(row) ? SanityDialog::tr("depends on them") : SanityDialog::tr("hardly changes");
}

/// Digits as everywhere in the program: a point, and a true minus sign.
QString number(double value, int decimals) {
    return QLocale::c().toString(value, 'f', decimals).replace(QLatin1Char('-'), QChar(0x2212));
}

}  // namespace

SanityDialog::SanityDialog(QWidget* parent)
    : QDialog(parent)
    , subject_(new QLabel(this))
    , table_(new QTreeWidget(this))
    , verdict_(new QLabel(this))
    , remark_(new QLabel(this))
    , progress_(new QProgressBar(this))
    , run_(new QPushButton(icon(QStringLiteral("play")), tr("&Run"), this))
    , cancel_(new QPushButton(icon(QStringLiteral("cancel")), tr("&Cancel"), this)) {
    setWindowTitle(tr("Sanity check"));
    auto* explanation = new QLabel(
        tr("A map should say something about what the network has learnt. Here weights are replaced by random "
           "ones of the same spread, and the map is computed again: if it stays the same, it shows the image "
           "and not the network. Below %1, the correlation of the signed attributions is low enough; where "
           "the box is and how far the network can look, unsigned maps share in any case.")
            .arg(number(acceptedCorrelation, 1)),
        this);
    explanation->setWordWrap(true);
    table_->setHeaderLabels(
        {tr("Network"), tr("Randomised layers"), tr("Correlation"), tr("Completeness error"), tr("The map")});
    table_->setRootIsDecorated(false);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setAccessibleName(tr("Results of the sanity check"));
    table_->header()->setStretchLastSection(true);
    for (const int column : {CorrelationColumn, CompletenessColumn}) {
        table_->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    for (auto* label : {subject_, verdict_, remark_}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    setSubject({});
    setRemark({});
    progress_->setFormat(tr("%v of %m maps"));
    cancel_->setToolTip(tr("Ends the check (Esc)"));

    auto* close = new QPushButton(tr("Close"), this);
    connect(run_, &QPushButton::clicked, this, &SanityDialog::runRequested);
    connect(cancel_, &QPushButton::clicked, this, &SanityDialog::cancelRequested);
    connect(close, &QPushButton::clicked, this, &QDialog::close);

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(progress_, 1);
    buttons->addStretch(0);
    buttons->addWidget(run_);
    buttons->addWidget(cancel_);
    buttons->addWidget(close);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(10);
    column->addWidget(explanation);
    column->addWidget(subject_);
    column->addWidget(table_, 1);
    column->addWidget(verdict_);
    column->addWidget(remark_);
    column->addLayout(buttons);
    resize(760, 460);
    showRows();
    setRunning(false);
    run_->setFocus();
}

void SanityDialog::setRows(const std::vector<SanityRow>& rows) {
    rows_ = rows;
    showRows();
}

void SanityDialog::setSubject(const QString& text) {
    subject_->setText(text);
    subject_->setVisible(!text.isEmpty());
}

void SanityDialog::setRemark(const QString& text) {
    remark_->setText(text);
    remark_->setVisible(!text.isEmpty());
}

void SanityDialog::setProgress(int done, int total) {
    progress_->setRange(0, total);
    progress_->setValue(done);
}

void SanityDialog::setRunning(bool running) {
    running_ = running;
    progress_->setVisible(running);
    cancel_->setVisible(running);
    run_->setVisible(!running);
}

void SanityDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        showRows();
    }
    QDialog::changeEvent(event);
}

void SanityDialog::keyPressEvent(QKeyEvent* event) {
    if (running_ && event->matches(QKeySequence::Cancel)) {
        emit cancelRequested();
    } else {
        QDialog::keyPressEvent(event);
    }
}

void SanityDialog::showRows() {
    const auto colours = statusColours(palette());
    table_->clear();
    for (const auto& row : rows_) {
        auto* item = new QTreeWidgetItem(table_);
        item->setText(NetworkColumn, row.network);
        item->setText(LayersColumn, row.layers);
        item->setText(CorrelationColumn, row.correlation ? number(*row.correlation, 3) : QString());
        item->setText(CompletenessColumn,
                      row.completenessError ? tr("%1 %").arg(number(100.0 * *row.completenessError, 1)) : QString());
        item->setText(VerdictColumn, verdictOf(row));
        item->setToolTip(VerdictColumn, row.trouble);
        for (const int column : {CorrelationColumn, CompletenessColumn}) {
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        }
        item->setSizeHint(VerdictColumn, {0, fontMetrics().lineSpacing() + 8});
        if (row.correlation || !row.trouble.isEmpty()) {
            const auto colour = passes(row) ? colours.good : colours.trouble;
            item->setForeground(CorrelationColumn, colour);
            item->setForeground(VerdictColumn, colour);
        }
    }
    for (int column = NetworkColumn; column < VerdictColumn; ++column) {
        table_->resizeColumnToContents(column);
        table_->setColumnWidth(column, table_->columnWidth(column) + 18);
    }
    const auto computed =
        std::count_if(rows_.begin(), rows_.end(), [](const auto& row) { return row.correlation.has_value(); });
    const auto passed = std::count_if(rows_.begin(), rows_.end(), passes);
    verdict_->setText(computed == 0
                          ? tr("Nothing has been checked yet.")
                          : tr("%1 of %2 maps depend on the weights that were randomised.").arg(passed).arg(computed));
}

}  // namespace lamscope::ui
