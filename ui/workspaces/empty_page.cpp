// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/empty_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "panels/muted_label.h"

namespace lamscope::ui {

void layOutEmptyPage(QWidget& page, QLabel* question, QLabel* answer, const std::vector<QPushButton*>& buttons,
                     const QString& own) {
    constexpr int pageWidth = 640;
    auto* ownFiles = new MutedLabel(own);
    for (QLabel* label : {question, answer, static_cast<QLabel*>(ownFiles)}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
    }
    auto large = question->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setBold(true);
    question->setFont(large);
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    row->addStretch(1);
    for (auto* button : buttons) {
        row->addWidget(button);
    }
    row->addStretch(1);

    auto* middle = new QWidget;
    middle->setMaximumWidth(pageWidth);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(14);
    column->addStretch(2);
    column->addWidget(question);
    column->addWidget(answer);
    column->addSpacing(10);
    column->addLayout(row);
    column->addSpacing(6);
    column->addWidget(ownFiles);
    column->addStretch(3);
    auto* all = new QHBoxLayout(&page);
    all->setContentsMargins(0, 0, 0, 0);
    all->addStretch(1);
    all->addWidget(middle, 1000);
    all->addStretch(1);
}

}  // namespace lamscope::ui
