// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "dialogs/settings.h"

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace lamscope::ui {

/// Edits Settings. Show it with open(): it never blocks; what was chosen arrives by settingsChosen().
class SettingsDialog : public QDialog {
    Q_OBJECT

public:
    explicit SettingsDialog(const Settings& settings, QWidget* parent = nullptr);

    /// What the fields say now.
    [[nodiscard]] Settings settings() const;

signals:
    /// OK or Apply was pressed.
    void settingsChosen(const Settings& settings);

private:
    void fill(const Settings& settings);

    QComboBox* theme_;
    QComboBox* device_;
    QSpinBox* threads_;
    QSpinBox* cache_;
    QCheckBox* live_;
    QCheckBox* autosave_;
    QSpinBox* recent_;
};

}  // namespace lamscope::ui
