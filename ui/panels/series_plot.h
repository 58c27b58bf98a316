// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QString>
#include <QWidget>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

class QCPItemRect;
class QCPItemText;
class QCPTextElement;
class QCustomPlot;
class QKeyEvent;

namespace lamscope::ui {

/// A line of a SeriesPlot with its points.
struct PlotSeries {
    QString name{};
    QString digit{};  ///< of the network, written at the end of the line; may be empty
    QColor colour{};
    bool selected = false;    ///< drawn thicker
    std::vector<double> x{};  ///< rising; what is not finite, or not above 0 on a logarithmic axis, has no point
    std::vector<double> y{};
    std::vector<double> lowest{};  ///< of a band around it; empty: none
    std::vector<double> highest{};
    std::vector<QString> texts{};  ///< of each point, under the pointer
};

/// A grey strip over the whole width.
struct PlotStrip {
    double from = 0.0;
    double to = 0.0;
    QString name;
};

struct PlotAxis {
    QString title{};
    bool logarithmic = false;
    bool reversed = false;
    std::vector<std::pair<double, QString>> ticks{};  ///< empty: round numbers
};

struct PlottedSeries {
    QString title{};
    PlotAxis x{};
    PlotAxis y{};
    std::vector<PlotSeries> series{};
    std::vector<PlotStrip> strips{};
    std::optional<std::pair<std::size_t, std::size_t>> chosen{};  ///< series and point
};

/// Lines with points that can be chosen by a click, or by the arrow keys and Enter. Colours follow the palette,
/// repaints are queued. GUI thread only.
class SeriesPlot final : public QWidget {
    Q_OBJECT

public:
    explicit SeriesPlot(const QString& name, QWidget* parent = nullptr);

    void setPlot(const PlottedSeries& plotted);
    [[nodiscard]] const PlottedSeries& plotted() const { return plotted_; }
    /// The pixel of a point: for tests.
    [[nodiscard]] QPoint placeOf(std::size_t series, std::size_t point) const;
    /// The plot for print, black on white. Throws Error(WriteFailed).
    void savePdf(const std::filesystem::path& file, QSize size);

    [[nodiscard]] QSize sizeHint() const override { return {360, 170}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 90}; }

signals:
    void pointChosen(std::size_t series, std::size_t point);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    using Place = std::pair<std::size_t, std::size_t>;

    void draw();
    void addSeries(const PlotSeries& series);
    void fitAxes();
    void placeDigits();
    void applyColours(const QPalette& palette);
    void describe();
    void choose(const Place& place);
    bool takeKey(const QKeyEvent& key);
    [[nodiscard]] bool isDrawn(const PlotSeries& series, std::size_t point) const;
    [[nodiscard]] std::optional<Place> nearest(QPointF position, double reach) const;

    PlottedSeries plotted_;
    QCustomPlot* plot_;
    QCPTextElement* title_;
    QCPItemRect* ring_;  ///< around the chosen point
    struct Digit {
        QCPItemText* item;
        double x;
        double y;
    };
    std::vector<Digit> digits_;
    std::vector<QCPItemRect*> strips_;
    std::vector<QCPItemText*> stripNames_;
};

}  // namespace lamscope::ui
