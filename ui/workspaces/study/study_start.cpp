// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_start.h"

#include <QLabel>
#include <QPushButton>

#include "dialogs/drop_zone.h"
#include "workspaces/empty_page.h"

namespace lamscope::ui {

StudyStart::StudyStart(QWidget* parent)
    : QWidget(parent) {
    auto* sample =
        largeButton(QStringLiteral("play"), tr("&Try it on the shipped scenes"), QStringLiteral("trySample"));
    sample->setToolTip(tr("All shipped networks on all shipped scenes, with few nodes: about a minute"));
    auto* open = largeButton(QStringLiteral("open-image"), tr("Open a &study…"), QStringLiteral("openStudy"));
    open->setToolTip(tr("STUDY.sqlite or STUDY.json, of this machine or of a cluster, also while it grows"));
    connect(sample, &QPushButton::clicked, this, &StudyStart::sampleRequested);
    connect(open, &QPushButton::clicked, this, &StudyStart::openRequested);
    layOutEmptyPage(
        *this, new QLabel(tr("Do networks that look further restore better?")),
        new QLabel(tr("A study computes DI, PSNR and SSIM of many images by many networks, and says how they go "
                      "together: a table, plots, and the map behind every point.")),
        {sample, open}, tr("Your own: drop images or folders here or choose them on the left, tick networks, Run."));
    setAccessibleName(tr("Study"));
}

}  // namespace lamscope::ui
