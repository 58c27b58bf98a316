// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QColor>
#include <QString>
#include <QWidget>
#include <vector>

class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCPPainter;
class QCPTextElement;
class QCustomPlot;

namespace lamscope::ui {

/// A readout over the share of masked filters.
struct MaskingSeries {
    QString name;
    QColor colour;
    bool rival = false;           ///< drawn thin, without points
    int mark = 0;                 ///< which shape of points, 0…3: one a degradation
    int dash = 0;                 ///< of rivals: which pattern of dashes tells them apart, 0…2
    std::vector<double> percent;  ///< above 0, rising
    std::vector<double> values;   ///< one a percent; NaN leaves a gap
    std::vector<double> lowest;   ///< of a band around it; empty: none
    std::vector<double> highest;
};

/// A readout that does not depend on the share: a dashed line.
struct MaskingLevel {
    QString name;
    QColor colour;
    double value = 0.0;
    int mark = 0;  ///< as MaskingSeries::mark: stands before the name
};

struct MaskingCurves {
    QString title;
    QString valueLabel;  ///< with its unit
    std::vector<MaskingSeries> series;
    std::vector<MaskingLevel> levels;
};

/// What masking the first filters of a ranking does, over the share of masked filters (logarithmic, 0.1…100 %). A click
/// chooses the share there. Colours follow the palette, repaints are queued.
class MaskingPlot final : public QWidget {
    Q_OBJECT

public:
    explicit MaskingPlot(QWidget* parent = nullptr);

    void setCurves(const MaskingCurves& curves);
    [[nodiscard]] const MaskingCurves& curves() const { return curves_; }
    /// The share that is chosen: a thin vertical line.
    void setPercent(double percent);

    /// The plot for print, black on white, without the line: a PDF.
    [[nodiscard]] QByteArray pdf(QSize size);

    /// The pixel of a share at the middle of the plot: for tests.
    [[nodiscard]] QPoint placeOf(double percent) const;

    [[nodiscard]] QSize sizeHint() const override { return {480, 200}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 100}; }

signals:
    void percentChosen(double percent);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void addSeries(const MaskingSeries& series);
    void addLevel(const MaskingLevel& level);
    void fitValues();
    void placeLevelNames();
    void applyColours(const QPalette& palette);
    void layOut(QSize size);
    void describe();
    [[nodiscard]] QString textAt(double percent) const;
    /// Runs `paint` while the plot looks as for print.
    template <typename Paint>
    void asForPrint(QSize size, const Paint& paint);

    MaskingCurves curves_;
    QCustomPlot* plot_;
    QCPTextElement* title_;
    QCPItemStraightLine* chosen_;
    struct LevelName {
        QCPItemText* item;
        double value;
    };
    std::vector<LevelName> levelNames_;
    double percent_ = 1.0;
};

}  // namespace lamscope::ui
