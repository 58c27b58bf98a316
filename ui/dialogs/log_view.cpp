// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/log_view.h"

#include <QClipboard>
#include <QEvent>
#include <QFileDialog>
#include <QFontDatabase>
#include <QFutureWatcher>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPromise>
#include <QPushButton>
#include <QSaveFile>
#include <QThreadPool>
#include <QVBoxLayout>
#include <memory>

#include "dialogs/icons.h"
#include "dialogs/theme.h"
#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

constexpr std::size_t mostEntries = 5000;

QString nameOf(LogView::Severity severity) {
    switch (severity) {
        case LogView::Severity::Info:
            return LogView::tr("info");
        case LogView::Severity::Note:
            return LogView::tr("note");
        case LogView::Severity::Trouble:
            break;
    }
    return LogView::tr("trouble");
}

constexpr int severityWidth = 9;

/// A text of several lines stays one entry to the eye.
QString indented(QString text, const QString& by) {
    return text.replace(QLatin1Char('\n'), QLatin1Char('\n') + by);
}

}  // namespace

LogView::LogView(QWidget* parent)
    : QWidget(parent)
    , lines_(new QPlainTextEdit(this))
    , outcome_(new QLabel(this)) {
    lines_->setReadOnly(true);
    lines_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    lines_->setPlaceholderText(tr("Nothing to report yet."));
    lines_->setAccessibleName(tr("Log"));
    lines_->setMaximumBlockCount(static_cast<int>(mostEntries));
    outcome_->setTextFormat(Qt::PlainText);
    outcome_->setWordWrap(true);
    outcome_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    lines_->setFrameShape(QFrame::NoFrame);
    lines_->setMinimumSize(160, 60);

    auto* copy = new QPushButton(icon(QStringLiteral("copy")), tr("&Copy all"), this);
    copy->setObjectName(QStringLiteral("copy"));
    auto* saveAs = new QPushButton(icon(QStringLiteral("save")), tr("&Save as…"), this);
    saveAs->setObjectName(QStringLiteral("save"));
    connect(copy, &QPushButton::clicked, this, &LogView::copyAll);
    connect(saveAs, &QPushButton::clicked, this, &LogView::chooseFile);

    // Beside the lines: the panel is wide and low.
    auto* buttons = new QVBoxLayout;
    buttons->addWidget(copy);
    buttons->addWidget(saveAs);
    buttons->addWidget(outcome_, 1);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(6, 4, 6, 6);
    row->addWidget(lines_, 1);
    row->addLayout(buttons);
}

void LogView::append(Severity severity, const QString& text) {
    if (entries_.size() == mostEntries) {
        entries_.erase(entries_.begin());
    }
    entries_.push_back({QTime::currentTime(), severity, text});
    addLine(entries_.back());
}

QString LogView::plainText() const {
    QString result;
    for (const auto& entry : entries_) {
        result += QStringLiteral("%1\t%2\t%3\n")
                      .arg(entry.time.toString(QStringLiteral("HH:mm:ss")), nameOf(entry.severity),
                           indented(entry.text, QStringLiteral("\t\t")));
    }
    return result;
}

void LogView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        lines_->clear();
        for (const auto& entry : entries_) {
            addLine(entry);
        }
    }
    QWidget::changeEvent(event);
}

void LogView::addLine(const Entry& entry) {
    const auto colours = statusColours(palette());
    const auto quiet = quietText(palette());
    const auto accent = entry.severity == Severity::Trouble ? colours.trouble
                        : entry.severity == Severity::Note  ? colours.note
                                                            : quiet;
    const auto coloured = [](const QColor& colour, const QString& text) {
        return QStringLiteral("<span style=\"white-space: pre-wrap; color: %1\">%2</span>")
            .arg(colour.name(), text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")));
    };
    const auto time = entry.time.toString(QStringLiteral("HH:mm:ss  "));
    const auto severity = nameOf(entry.severity).leftJustified(severityWidth);
    const QString margin(time.size() + severity.size(), QLatin1Char(' '));
    lines_->appendHtml(coloured(quiet, time) + coloured(accent, severity)
                       + coloured(palette().color(QPalette::Text), indented(entry.text, margin)));
}

void LogView::copyAll() {
    QGuiApplication::clipboard()->setText(plainText());
    outcome_->setText(tr("Copied."));
}

void LogView::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Save the log"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Text files (*.txt)"));
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    dialog->selectFile(QStringLiteral("lamscope-log.txt"));
    connect(dialog, &QFileDialog::fileSelected, this, &LogView::save);
    dialog->open();
}

void LogView::save(const QString& file) {
    auto* watcher = new QFutureWatcher<QString>(this);
    connect(watcher, &QFutureWatcher<QString>::finished, this, [this, watcher] {
        outcome_->setText(watcher->result());
        watcher->deleteLater();
    });
    // On a thread of the pool: the file may lie on a slow or absent network drive.
    const auto promise = std::make_shared<QPromise<QString>>();
    watcher->setFuture(promise->future());
    startOn(*QThreadPool::globalInstance(), [promise, file, bytes = plainText().toUtf8()] {
        promise->start();
        QSaveFile out(file);
        const bool saved =
            out.open(QIODevice::WriteOnly | QIODevice::Text) && out.write(bytes) == bytes.size() && out.commit();
        promise->addResult(saved ? tr("Saved to %1").arg(file)
                                 : tr("%1 was not written: %2. Choose another folder.").arg(file, out.errorString()));
        promise->finish();
    });
}

}  // namespace lamscope::ui
