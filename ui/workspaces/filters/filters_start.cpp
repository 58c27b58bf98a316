// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_start.h"

#include <QLabel>
#include <QPushButton>

#include "dialogs/drop_zone.h"
#include "workspaces/empty_page.h"

namespace lamscope::ui {

FiltersStart::FiltersStart(QWidget* parent)
    : QWidget(parent) {
    auto* sample = largeButton(QStringLiteral("play"), tr("&Try it on the shipped pair"), QStringLiteral("tryFilters"));
    sample->setToolTip(tr("A small network before and after fine-tuning on blur and noise, on one scene"));
    connect(sample, &QPushButton::clicked, this, &FiltersStart::sampleRequested);
    layOutEmptyPage(
        *this, new QLabel(tr("Which filters of a network do one job?")),
        new QLabel(tr("A target network was fine-tuned from a baseline so that it also removes blur and noise. FAIG "
                      "ranks its filters by what they have to do with one of the two, and shows what becomes of "
                      "pictures when just those are taken back to the baseline.")),
        {sample}, tr("Your own: choose or drop baseline and target at the left, open an HR image or add images, Run."));
    setAccessibleName(tr("Filters"));
}

}  // namespace lamscope::ui
