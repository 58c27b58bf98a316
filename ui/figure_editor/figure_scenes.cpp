// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_scenes.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace lamscope::ui {

FigureScenes::FigureScenes(QWidget* parent)
    : QGroupBox(tr("Further images"), parent)
    , list_(new QListWidget(this))
    , remove_(new QPushButton(tr("Remo&ve"), this)) {
    constexpr int lines = 3;
    list_->setFixedHeight(lines * list_->fontMetrics().lineSpacing() + 2 * list_->frameWidth() + lines);
    list_->setTextElideMode(Qt::ElideMiddle);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setAccessibleName(tr("Further images of the figure"));
    auto* keep = new QPushButton(tr("&Keep the open image"), this);
    keep->setToolTip(tr("It stays in the figure, with its box, when another image or place is looked at"));
    remove_->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(keep, 1);
    buttons->addWidget(remove_);
    auto* column = new QVBoxLayout(this);
    column->addWidget(list_);
    column->addLayout(buttons);
    connect(keep, &QPushButton::clicked, this, &FigureScenes::keepRequested);
    connect(remove_, &QPushButton::clicked, this, [this] { emit removeRequested(list_->currentRow()); });
    connect(list_, &QListWidget::currentRowChanged, this, [this](int row) { remove_->setEnabled(row >= 0); });
}

void FigureScenes::setNames(const QStringList& names) {
    if (names == names_) {
        return;  // what is selected stays so
    }
    names_ = names;
    list_->clear();
    list_->addItems(names);
    for (int row = 0; row < list_->count(); ++row) {
        list_->item(row)->setToolTip(names[row]);
    }
    remove_->setEnabled(false);
}

}  // namespace lamscope::ui
