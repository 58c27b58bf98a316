// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>
#include <array>

#include "session/figure_layout.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFontComboBox;
class QPushButton;
class QSpinBox;

namespace lamscope::ui {

/// Fields for every setting of a FigureLayout.
class FigureForm final : public QWidget {
    Q_OBJECT

public:
    explicit FigureForm(QWidget* parent = nullptr);

    /// Fills the fields without a word.
    void setFigureLayout(const FigureLayout& layout);
    [[nodiscard]] const FigureLayout& figureLayout() const { return layout_; }

signals:
    /// The user changed a field.
    void changed(const lamscope::ui::FigureLayout& layout);

private:
    void makeFields();
    void arrange();
    void readFields();
    void chooseKind();
    void chooseColour();
    void showColour();
    void enableWhatCounts();

    FigureLayout layout_;
    bool filling_ = false;
    QComboBox* kind_;
    QComboBox* width_;
    QDoubleSpinBox* millimetres_;
    std::array<QCheckBox*, figureCells.size()> cells_{};  ///< in the order of FigureCell
    QComboBox* direction_;
    QComboBox* colourMap_;
    QCheckBox* colourBar_;
    QDoubleSpinBox* opacity_;
    QCheckBox* shared_;
    QSpinBox* crop_;
    QDoubleSpinBox* surroundings_;
    QCheckBox* inset_;
    QPushButton* boxColour_;
    QColor chosenColour_;
    QDoubleSpinBox* boxWidth_;
    QCheckBox* labels_;
    QCheckBox* letters_;
    QSpinBox* decimals_;
    QComboBox* decimalMark_;
    QFontComboBox* font_;
    QDoubleSpinBox* fontSize_;
    QDoubleSpinBox* smallFontSize_;
    QDoubleSpinBox* lineWidth_;
    QCheckBox* gradients_;
};

}  // namespace lamscope::ui
