// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <map>
#include <string>
#include <vector>

#include "panels/study_plot_view.h"

class QHBoxLayout;

namespace lamscope::ui {

class MutedLabel;

/// A plot of a study with the pictures beneath it and what a reader has to know.
class PlotPage final : public QWidget {
    Q_OBJECT

public:
    explicit PlotPage(QWidget* parent = nullptr);

    void show(const StudyPlot& plot, const std::vector<StudyPicture>& pictures,
              const std::map<std::string, NetworkSign>& signs);
    [[nodiscard]] StudyPlotView& view() const { return *view_; }

private:
    void showPictures(const StudyPlot& plot, const std::vector<StudyPicture>& pictures);

    StudyPlotView* view_;
    QWidget* pictures_;
    QHBoxLayout* pictureRow_;
    MutedLabel* remark_;
};

}  // namespace lamscope::ui
