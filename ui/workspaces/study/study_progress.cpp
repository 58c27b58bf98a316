// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_progress.h"

#include <QAction>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "study/studies/place_tables.h"
#include "workspaces/study/report_view.h"

namespace lamscope::ui {

namespace {

QString fileNameOf(const std::string& file) {
    return QFileInfo(QString::fromStdString(file)).fileName();
}

/// Maps a second, of slow networks a minute.
QString rateText(const StudyRunProgress& progress) {
    const double rate = progress.seconds > 0.0 ? static_cast<double>(progress.maps) / progress.seconds : 0.0;
    if (rate <= 0.0) {
        return {};
    }
    return rate >= 0.1 ? StudyProgress::tr("%1 maps/s").arg(fixedText(rate, rate < 10.0 ? 1 : 0))
                       : StudyProgress::tr("%1 maps/min").arg(fixedText(60.0 * rate, 1));
}

}  // namespace

StudyProgress::StudyProgress(StudyController& study, QAction& run, QWidget* parent)
    : QWidget(parent)
    , study_(study)
    , bar_(new QProgressBar)
    , state_(new QLabel)
    , atWork_(new MutedLabel)
    , retry_(new QPushButton(tr("Retry failed")))
    , noFailures_(new MutedLabel(tr("What fails is listed here, with the reason; the rest goes on.")))
    , failures_(new ReportView(tr("Failures"))) {
    constexpr int margin = 6;
    bar_->setAccessibleName(tr("Tasks done"));
    bar_->setTextVisible(false);
    bar_->setMaximumHeight(fontMetrics().height());
    bar_->setFixedWidth(180);
    atWork_->setShortened();
    retry_->setObjectName(QStringLiteral("retryFailed"));
    auto* runButton = new QToolButton;
    runButton->setDefaultAction(&run);
    runButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    runButton->setAutoRaise(true);
    noFailures_->setAlignment(Qt::AlignCenter);
    noFailures_->setWordWrap(true);
    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(bar_);
    line->addWidget(state_);
    line->addWidget(atWork_, 1);
    line->addWidget(retry_);
    line->addWidget(runButton);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(margin, 2, margin, 4);
    column->setSpacing(4);
    column->addLayout(line);
    column->addWidget(noFailures_, 1);
    column->addWidget(failures_, 1);
    connect(retry_, &QPushButton::clicked, this, [this] { study_.run(/*retryFailed=*/true); });
    connect(&study_, &StudyController::descriptionChanged, this, &StudyProgress::follow);
    connect(&study_, &StudyController::progressChanged, this, &StudyProgress::follow);
    connect(&study_, &StudyController::runChanged, this, &StudyProgress::follow);
    connect(&study_, &StudyController::snapshotChanged, this, &StudyProgress::follow);
    connect(&study_, &StudyController::snapshotChanged, this, &StudyProgress::followFailures);
    follow();
    followFailures();
}

QString StudyProgress::stateText() const {
    QStringList parts;
    const auto& run = study_.progress();
    if (run && (study_.isRunning() || study_.snapshot() == nullptr)) {
        parts += tr("%1 of %2 tasks").arg(run->done + run->failed).arg(run->tasks);
        if (run->failed > 0) {
            parts += tr("%1 failed").arg(run->failed);
        }
        parts += rateText(*run);
        if (run->secondsLeft) {
            parts += tr("%1 left").arg(QString::fromStdString(durationText(*run->secondsLeft)));
        }
    } else if (study_.isRunning()) {
        parts += tr("Reading images and networks…");
    } else if (study_.snapshot() != nullptr) {
        const auto& status = study_.snapshot()->status;
        parts += tr("%1 of %2 tasks").arg(status.done + status.failed).arg(status.tasks);
        if (status.failed > 0) {
            parts += tr("%1 failed").arg(status.failed);
        }
        if (status.left > 0 && run) {  // of a run here: another program may be filling the file
            parts += tr("paused");
        }
    } else {
        parts += tr("Not begun");
    }
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

void StudyProgress::follow() {
    const auto& run = study_.progress();
    const bool running = study_.isRunning();
    int tasks = 0;
    int ended = 0;
    if (running && run) {
        tasks = static_cast<int>(run->tasks);
        ended = static_cast<int>(run->done + run->failed);
    } else if (study_.snapshot() != nullptr) {
        const auto& status = study_.snapshot()->status;
        tasks = static_cast<int>(status.tasks);
        ended = static_cast<int>(status.done + status.failed);
    }
    bar_->setRange(0, running && !run ? 0 : std::max(tasks, 1));
    bar_->setValue(ended);
    state_->setText(stateText());
    atWork_->setText(running && run && !run->network.empty()
                         ? tr("%1 · %2").arg(fileNameOf(run->image), QString::fromStdString(run->network))
                         : QString());
    retry_->setEnabled(!running && study_.tasks() > 0);
}

void StudyProgress::followFailures() {
    const auto failures =
        study_.snapshot() != nullptr ? study_.snapshot()->status.failures : std::vector<StudyFailure>();
    std::vector<std::string> keys;
    for (const auto& [image, network, error] : failures) {
        keys.push_back(fmt::format("{}\n{}\n{}", image, network, error));
    }
    failures_->setTable(failureTable(failures), keys);
    failures_->setVisible(!failures.empty());
    noFailures_->setVisible(failures.empty());
    retry_->setVisible(!failures.empty());
}

}  // namespace lamscope::ui
