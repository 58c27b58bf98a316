// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

#include "method/lam/path_curve.h"

class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCPPainter;
class QCPTextElement;
class QCustomPlot;

namespace lamscope::ui {

/// One network's curve along the path.
struct Curve {
    QString name;
    QString digit;  ///< of the network, written at the end of the curve; may be empty
    QColor colour;
    bool stale = false;            ///< of an older box: drawn faintly
    bool selected = false;         ///< drawn thicker and above the others
    PathCurve points;              ///< NaN leaves a gap
    std::optional<double> target;  ///< a dashed level that the curve should reach
};

/// A plot over the path position α in 0…1 with a vertical cursor. Colours follow the palette, repaints are queued.
class CurvePlot final : public QWidget {
    Q_OBJECT

public:
    CurvePlot(const QString& title, const QString& valueLabel, QWidget* parent = nullptr);

    /// Copies the numbers; the value axis fits them.
    void setCurves(const std::vector<Curve>& curves);
    /// A thin vertical line at this α; nullopt removes it.
    void setCursor(std::optional<double> alpha);
    /// A dotted vertical line where the path comes to rest; nullopt removes it.
    void setRest(std::optional<double> alpha);
    /// Says in a word what the line of setRest() is.
    void setRestNamed(bool named);
    /// Allows a legend; it appears while there is room for it.
    void setLegendAllowed(bool allowed);

    /// Draws the plot for print into (0, 0, size), black on white, without the cursor.
    void paintForPrint(QCPPainter& painter, QSize size);

    [[nodiscard]] QSize sizeHint() const override { return {300, 140}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 90}; }

signals:
    void hovered(double alpha);  ///< the mouse is over the plot's inside
    void left();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Chooses labels and legend that fit a plot of this size.
    void layOut(QSize size);
    void addCurve(const Curve& curve);
    void addDigit(const Curve& curve);
    /// At the ends of the curves, moved apart where they would lie on each other, and above the axis.
    void placeDigits();
    void applyColours(const QPalette& palette);
    [[nodiscard]] bool hasLegendRoom(QSize size) const;
    void updateLegend();
    void trackMouse(QPointF position);

    QString titleText_;
    QString valueLabel_;
    QCustomPlot* plot_;
    QCPTextElement* title_;
    QCPItemStraightLine* cursor_;
    QCPItemStraightLine* rest_;
    QCPItemText* restName_;
    struct Digit {
        QCPItemText* item;
        double alpha;
        double value;
    };
    std::vector<Digit> digits_;
    bool restNamed_ = false;
    bool inside_ = false;
    bool legendAllowed_ = false;
};

}  // namespace lamscope::ui
