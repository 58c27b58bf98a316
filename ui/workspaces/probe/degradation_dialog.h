// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <array>
#include <functional>

#include "session/session.h"
#include "workspaces/file_choice.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace lamscope::ui {

class RecipeRows;

/// What makes the input of networks worse than the open image: the recipe, and controls for its steps, above all for
/// rain, whose amplitude everything follows while it slides. Not modal; each change is one step of the session's undo
/// history. Both arguments must outlive it.
class DegradationDialog final : public QDialog {
    Q_OBJECT

public:
    DegradationDialog(Session& session, const FileChoice& choice, QWidget* parent = nullptr);
    Q_DISABLE_COPY_MOVE(DegradationDialog)
    ~DegradationDialog() override;

protected:
    void changeEvent(QEvent* event) override;

private:
    void addSteps(QHBoxLayout& row);
    void addRain(QFormLayout& form);
    /// Makes a change of the session's degradation, and says what is wrong with it.
    void change(const std::function<void(Degradation&)>& what, bool dragging = false);
    void takeRecipe();
    void chooseRain();
    void follow();
    void followRain(const Degradation& degradation);
    void applyColours();

    Session& session_;
    const FileChoice& choice_;
    RecipeRows* recipe_;
    std::array<QCheckBox*, 4> steps_{};
    QWidget* rainPart_;
    QComboBox* range_;
    QSlider* amplitude_;
    QLabel* amplitudeText_;
    QLabel* streaks_;
    QSpinBox* seed_;
    QLabel* remark_;
    QPushButton* none_;
    bool follows_ = false;
};

/// What the rain of an image is in numbers: how long a streak is, how much of it there is, and what that means.
/// @param rain   as drawn for the image, see drawnFor().
/// @param cover  share of the pixels that the rain covers, 0…1; below 0: not known.
[[nodiscard]] QString rainText(const RainRange& rain, double cover);

}  // namespace lamscope::ui
