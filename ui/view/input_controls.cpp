// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/input_controls.h"

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "session/scale_words.h"
#include "view/elided_label.h"

namespace lamscope::ui {

namespace {

/// What the button says.
QString reductionTitle(Reduction reduction) {
    switch (reduction) {
        case Reduction::Pillow:
            return InputControls::tr("Pillow");
        case Reduction::Matlab:
            return InputControls::tr("MATLAB");
        case Reduction::Bilinear:
            return InputControls::tr("Bilinear");
    }
    return {};
}

/// What the menu says.
QString reductionDescription(Reduction reduction) {
    switch (reduction) {
        case Reduction::Pillow:
            return InputControls::tr("Pillow bicubic (as the LAM authors)");
        case Reduction::Matlab:
            return InputControls::tr("MATLAB bicubic (as the benchmarks)");
        case Reduction::Bilinear:
            return InputControls::tr("Bilinear, not antialiased (2\u00d72 means at \u00d72, as the FAIG authors)");
    }
    return {};
}

}  // namespace

InputControls::InputControls(Session& session, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , hr_(new QToolButton(this))
    , lr_(new QToolButton(this))
    , size_(new ElidedLabel(ElidedLabel::TooLong::Omit, this))
    , reduction_(new QToolButton(this))
    , degradation_(new QToolButton(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    addRole(hr_, ImageRole::Hr);
    addRole(lr_, ImageRole::Lr);
    layout->addWidget(hr_);
    layout->addWidget(lr_);
    layout->addSpacing(6);
    layout->addWidget(size_);
    layout->addSpacing(6);
    layout->addWidget(reduction_);
    layout->addWidget(degradation_);
    addReductions();
    degradation_->setAutoRaise(true);
    degradation_->setFocusPolicy(Qt::TabFocus);
    degradation_->setObjectName(QStringLiteral("inputDegradation"));
    connect(degradation_, &QToolButton::clicked, this, &InputControls::degradationRequested);
    refresh();
}

void InputControls::addRole(QToolButton* button, ImageRole role) {
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(button, &QToolButton::clicked, this, [this, role] {
        session_.setRole(role);
        refresh();
    });
}

void InputControls::addReductions() {
    reduction_->setAutoRaise(true);
    reduction_->setFocusPolicy(Qt::TabFocus);
    reduction_->setPopupMode(QToolButton::InstantPopup);
    reduction_->setToolTip(tr("Whose rule makes the LR images"));
    auto* menu = new QMenu(reduction_);
    auto* group = new QActionGroup(menu);
    const auto add = [&](Reduction reduction, const QString& text) {
        auto* action = group->addAction(text);
        action->setCheckable(true);
        menu->addAction(action);
        connect(action, &QAction::triggered, this, [this, reduction] { session_.setReduction(reduction); });
        connect(menu, &QMenu::aboutToShow, action,
                [this, action, reduction] { action->setChecked(session_.reduction() == reduction); });
    };
    for (const auto reduction : reductions) {
        add(reduction, reductionDescription(reduction));
    }
    reduction_->setMenu(menu);
}

void InputControls::refresh() {
    const bool isHr = session_.role() == ImageRole::Hr;
    hr_->setChecked(isHr);
    lr_->setChecked(!isHr);
    const bool keepsSize = session_.keepsSize();
    hr_->setText(inScaleWords(tr("HR"), keepsSize));
    lr_->setText(inScaleWords(tr("LR"), keepsSize));
    hr_->setToolTip(keepsSize ? tr("The image is the clean reference: a degradation makes the input of it")
                              : tr("The image is the truth: it is reduced for each network, and PSNR is known"));
    lr_->setToolTip(keepsSize ? tr("The image is what the networks get")
                              : tr("The image is what the networks enlarge"));
    for (auto* button : {hr_, lr_}) {
        button->setAccessibleDescription(button->toolTip());
    }
    reduction_->setVisible(isHr && !keepsSize);
    reduction_->setText(reductionTitle(session_.reduction()));
    reduction_->setAccessibleName(tr("Reduction: %1").arg(reduction_->text()));
    const auto recipe = QString::fromStdString(toString(session_.degradation()));
    constexpr int longestRecipe = 16;
    degradation_->setVisible(!session_.degradation().isClean());
    degradation_->setText(recipe.size() <= longestRecipe ? recipe : tr("degraded"));
    degradation_->setAccessibleName(tr("Degradation: %1").arg(recipe));
    degradation_->setToolTip(tr("The input is degraded by %1 (Ctrl+D)").arg(recipe));
    if (session_.hasImage()) {
        const auto& pixels = *session_.image().pixels;
        size_->setText(tr("%1 \u00d7 %2").arg(pixels.width()).arg(pixels.height()));
    }
    setVisible(session_.hasImage());
}

}  // namespace lamscope::ui
