// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_start.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "dialogs/drop_zone.h"
#include "panels/muted_label.h"

namespace lamscope::ui {

namespace {

QLabel* centredText(QLabel* label) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    return label;
}

}  // namespace

StudyStart::StudyStart(QWidget* parent)
    : QWidget(parent) {
    constexpr int pageWidth = 640;
    auto* question = centredText(new QLabel(tr("Do networks that look further restore better?")));
    auto large = question->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setBold(true);
    question->setFont(large);
    auto* answer = centredText(
        new QLabel(tr("A study computes DI, PSNR and SSIM of many images by many networks, and says how they go "
                      "together: a table, plots, and the map behind every point.")));
    auto* sample =
        largeButton(QStringLiteral("play"), tr("&Try it on the shipped scenes"), QStringLiteral("trySample"));
    sample->setToolTip(tr("All shipped networks on all shipped scenes, with few nodes: about a minute"));
    auto* open = largeButton(QStringLiteral("open-image"), tr("Open a &study…"), QStringLiteral("openStudy"));
    open->setToolTip(tr("STUDY.sqlite or STUDY.json, of this machine or of a cluster, also while it grows"));
    connect(sample, &QPushButton::clicked, this, &StudyStart::sampleRequested);
    connect(open, &QPushButton::clicked, this, &StudyStart::openRequested);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    buttons->addStretch(1);
    buttons->addWidget(sample);
    buttons->addWidget(open);
    buttons->addStretch(1);
    auto* own = centredText(
        new MutedLabel(tr("Your own: drop images or folders here or choose them on the left, tick networks, Run.")));

    auto* page = new QWidget;
    page->setMaximumWidth(pageWidth);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(14);
    column->addStretch(2);
    column->addWidget(question);
    column->addWidget(answer);
    column->addSpacing(10);
    column->addLayout(buttons);
    column->addSpacing(6);
    column->addWidget(own);
    column->addStretch(3);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addStretch(1);
    all->addWidget(page, 1000);
    all->addStretch(1);
    setAccessibleName(tr("Study"));
}

}  // namespace lamscope::ui
