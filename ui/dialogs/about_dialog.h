// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace lamscope::ui {

/// The paper that defines what the program computes, as an entry for a bibliography.
[[nodiscard]] QString paperBibTeX();

/// Versions, licence, and what to cite.
class AboutDialog : public QDialog {
    Q_OBJECT

public:
    explicit AboutDialog(QWidget* parent = nullptr);
};

}  // namespace lamscope::ui
