// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_start.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "dialogs/drop_zone.h"
#include "panels/muted_label.h"

namespace lamscope::ui {

namespace {

QLabel* centredLabel(QLabel* label) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    return label;
}

}  // namespace

FiltersStart::FiltersStart(QWidget* parent)
    : QWidget(parent) {
    constexpr int pageWidth = 640;
    auto* question = centredLabel(new QLabel(tr("Which filters of a network do one job?")));
    auto large = question->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setBold(true);
    question->setFont(large);
    auto* answer = centredLabel(
        new QLabel(tr("A target network was fine-tuned from a baseline so that it also removes blur and noise. FAIG "
                      "ranks its filters by what they have to do with one of the two, and shows what becomes of "
                      "pictures when just those are taken back to the baseline.")));
    auto* sample = largeButton(QStringLiteral("play"), tr("&Try it on the shipped pair"), QStringLiteral("tryFilters"));
    sample->setToolTip(tr("A small network before and after fine-tuning on blur and noise, on one scene"));
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(sample);
    buttons->addStretch(1);
    auto* own = centredLabel(new MutedLabel(
        tr("Your own: choose or drop baseline and target at the left, open an HR image or add images, Run.")));
    connect(sample, &QPushButton::clicked, this, &FiltersStart::sampleRequested);

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
    setAccessibleName(tr("Filters"));
}

}  // namespace lamscope::ui
