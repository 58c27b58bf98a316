// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/features_start.h"

#include <QLabel>
#include <QPushButton>

#include "dialogs/drop_zone.h"
#include "workspaces/empty_page.h"

namespace lamscope::ui {

FeaturesStart::FeaturesStart(QWidget* parent)
    : QWidget(parent)
    , question_(new QLabel)
    , answer_(new QLabel)
    , sample_(largeButton(QStringLiteral("play"), tr("&Try it on the shipped scenes"), QStringLiteral("tryFeatures"))) {
    sample_->setToolTip(tr("Two small networks on patches of all scenes, clean, blurred and noisy"));
    connect(sample_, &QPushButton::clicked, this, &FeaturesStart::sampleRequested);
    layOutEmptyPage(*this, question_, answer_, {sample_},
                    tr("Your own: tick networks at the left, open an HR image or add images, write recipes, Run."));
    setAccessibleName(tr("Features"));
    ask(true);
}

void FeaturesStart::ask(bool generalization) {
    question_->setText(generalization ? tr("Does a network treat other degradations as it treats its own?")
                                      : tr("What do a network's features sort images by?"));
    answer_->setText(
        generalization ? tr(
            "SRGA compares the distribution of a network's deepest features on clean patches with that on blurred, "
            "noisy or compressed ones: 0 is the same distribution, lower is better. No HR image is needed to judge.")
                       : tr("Deep degradation representations: the same patches clean, blurred and noisy, as points in "
                            "the space of "
                            "a layer. Where they group by degradation and not by content, the layer knows the "
                            "degradation."));
}

}  // namespace lamscope::ui
