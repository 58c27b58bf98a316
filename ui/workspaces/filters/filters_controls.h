// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>
#include <string_view>

#include "session/faig_controller.h"
#include "workspaces/compact_tool_bar.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;
class QToolButton;

namespace lamscope::ui {

/// The toolbar of the filters: which ability is looked for, how filters are ranked, how many are chosen, and how
/// exactly scores are computed. Each change is one step of the undo history. The controller must outlive the bar.
class FiltersControls final : public QObject {
    Q_OBJECT

public:
    /// Adds its controls to `bar`, which owns them.
    FiltersControls(FaigController& filters, CompactToolBar& bar);

private:
    void addAccuracy(CompactToolBar& bar);
    void addNumber(QFormLayout& form, QSpinBox* box, std::string_view option);
    void change(const QString& text, const std::function<void(FaigState&)>& what);
    void follow();

    FaigController& filters_;
    QComboBox* of_;
    QComboBox* against_;
    QComboBox* rank_;
    QDoubleSpinBox* percent_;
    QComboBox* preset_;
    QSpinBox* nodes_;
    QDoubleSpinBox* tolerance_;
    QComboBox* biases_;
    QToolButton* accuracy_ = nullptr;
};

}  // namespace lamscope::ui
