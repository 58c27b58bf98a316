// SPDX-License-Identifier: GPL-3.0-or-later
// What a workspace shows as long as it has nothing to show.
#pragma once

#include <QString>
#include <vector>

class QLabel;
class QPushButton;
class QWidget;

namespace lamscope::ui {

/// Lays out an empty page: the question that the workspace answers, how it does that, buttons to begin with, and in
/// words how to begin with one's own files. The labels and buttons become the page's.
void layOutEmptyPage(QWidget& page, QLabel* question, QLabel* answer, const std::vector<QPushButton*>& buttons,
                     const QString& own);

}  // namespace lamscope::ui
