// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/input_controls.h"

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

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
    , reduction_(new QToolButton(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    addRole(hr_, ImageRole::Hr, tr("The image is the truth: it is reduced for each network, and PSNR is known"));
    addRole(lr_, ImageRole::Lr, tr("The image is what the networks enlarge"));
    hr_->setText(tr("HR"));
    lr_->setText(tr("LR"));
    layout->addWidget(hr_);
    layout->addWidget(lr_);
    layout->addSpacing(6);
    layout->addWidget(size_);
    layout->addSpacing(6);
    layout->addWidget(reduction_);
    addReductions();
    refresh();
}

void InputControls::addRole(QToolButton* button, ImageRole role, const QString& toolTip) {
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(toolTip);
    button->setAccessibleDescription(toolTip);
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
    reduction_->setVisible(isHr);
    reduction_->setText(reductionTitle(session_.reduction()));
    reduction_->setAccessibleName(tr("Reduction: %1").arg(reduction_->text()));
    if (session_.hasImage()) {
        const auto& pixels = *session_.image().pixels;
        size_->setText(tr("%1 \u00d7 %2").arg(pixels.width()).arg(pixels.height()));
    }
    setVisible(session_.hasImage());
}

}  // namespace lamscope::ui
