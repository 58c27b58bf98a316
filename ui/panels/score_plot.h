// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include "metrics/generalised_gaussian.h"

class QCPTextElement;
class QCustomPlot;

namespace lamscope::ui {

/// The scores of one set.
struct ScoreSeries {
    QString name{};
    std::vector<double> densities{};  ///< of bars of one width from the left end of the axis
    std::optional<GeneralisedGaussian> fitted{};
};

/// Two sets on one axis.
struct ScoreDensities {
    QString title{};
    double reach = 1.0;                 ///< the axis is −reach … reach
    std::array<ScoreSeries, 2> sets{};  ///< reference and candidate
};

/// The histograms of the pooled principal scores of two sets with the distributions that are fitted to them; the
/// reference is blue and solid, the candidate orange and dashed. Colours follow the palette, repaints are queued.
class ScorePlot final : public QWidget {
    Q_OBJECT

public:
    explicit ScorePlot(QWidget* parent = nullptr);

    void setDensities(const std::optional<ScoreDensities>& densities);
    [[nodiscard]] const std::optional<ScoreDensities>& densities() const { return densities_; }
    void setLogarithmic(bool logarithmic);
    [[nodiscard]] bool isLogarithmic() const { return logarithmic_; }
    /// The plot for print, black on white. Throws Error(WriteFailed).
    void savePdf(const std::filesystem::path& file, QSize size);

    /// Legible as text on the palette's base.
    [[nodiscard]] static QColor colourOf(std::size_t set, const QPalette& palette);

    [[nodiscard]] QSize sizeHint() const override { return {420, 200}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 90}; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void draw(const QPalette& palette);

    std::optional<ScoreDensities> densities_;
    bool logarithmic_ = true;
    QCustomPlot* plot_;
    QCPTextElement* title_;
};

}  // namespace lamscope::ui
