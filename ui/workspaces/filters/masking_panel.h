// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "panels/masking_plot.h"
#include "session/faig_controller.h"

class QCheckBox;
class QComboBox;

namespace lamscope::ui {

class MutedLabel;

/// The masking curve with its choices: PSNR or gradient MSE, rivals. A click in it chooses the share of filters that is
/// masked. The controller must outlive it.
class MaskingPanel final : public QWidget {
    Q_OBJECT

public:
    explicit MaskingPanel(FaigController& filters, QWidget* parent = nullptr);

    [[nodiscard]] MaskingPlot& plot() const { return *plot_; }

private:
    void follow();
    void followState();
    [[nodiscard]] MaskingCurves curves() const;

    FaigController& filters_;
    MaskingPlot* plot_;
    QComboBox* readout_;
    QCheckBox* rivals_;
    MutedLabel* state_;
};

}  // namespace lamscope::ui
