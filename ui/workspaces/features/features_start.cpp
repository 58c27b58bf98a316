// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/features_start.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "dialogs/drop_zone.h"
#include "panels/muted_label.h"

namespace lamscope::ui {

namespace {

QLabel* inTheMiddle(QLabel* label) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    return label;
}

}  // namespace

FeaturesStart::FeaturesStart(QWidget* parent)
    : QWidget(parent)
    , question_(inTheMiddle(new QLabel))
    , answer_(inTheMiddle(new QLabel))
    , sample_(largeButton(QStringLiteral("play"), tr("&Try it on the shipped scenes"), QStringLiteral("tryFeatures"))) {
    constexpr int pageWidth = 640;
    auto large = question_->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setBold(true);
    question_->setFont(large);
    sample_->setToolTip(tr("Two small networks on patches of all scenes, clean, blurred and noisy"));
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(sample_);
    buttons->addStretch(1);
    auto* own = inTheMiddle(
        new MutedLabel(tr("Your own: tick networks at the left, open an HR image or add images, write recipes, Run.")));
    connect(sample_, &QPushButton::clicked, this, &FeaturesStart::sampleRequested);

    auto* page = new QWidget;
    page->setMaximumWidth(pageWidth);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(14);
    column->addStretch(2);
    column->addWidget(question_);
    column->addWidget(answer_);
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
