// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

class QCustomPlot;

namespace lamscope::ui {

/// A network among others, or a blur in place of one.
struct RestorationPoint {
    QString name;
    QString digit{};  ///< of the network; may be empty
    QColor colour{};
    bool stale = false;          ///< of another input: drawn hollow
    std::optional<double> er{};  ///< E_R, E_B and τ of RestorationMeasures; unset: not defined
    std::optional<double> eb{};
    std::optional<double> transmission{};

    friend bool operator==(const RestorationPoint&, const RestorationPoint&) = default;
};

struct RestorationPoints {
    std::vector<RestorationPoint> networks{};
    std::vector<RestorationPoint> blurs{};  ///< from the narrowest to the widest; empty: not known
    std::optional<double> rain{};           ///< E_R of the clean image

    friend bool operator==(const RestorationPoints&, const RestorationPoints&) = default;
};

/// The τ of a blur that spoils the background as much, by linear interpolation along the blur line; unset beside it.
[[nodiscard]] std::optional<double> transmissionOfBlur(const std::vector<RestorationPoint>& blurs, double eb);

/// What networks remove and what they spoil: E_R over E_B, a point each, with the line of Gaussian blurs and the level
/// of the clean image; and their transmissions as bars, each with a mark at that of a blur that spoils the background
/// as much. Colours follow the palette, repaints are queued.
class RestorationPlot final : public QWidget {
    Q_OBJECT

public:
    explicit RestorationPlot(QWidget* parent = nullptr);

    void setPoints(const RestorationPoints& points);
    [[nodiscard]] const RestorationPoints& points() const { return points_; }

    [[nodiscard]] QSize sizeHint() const override { return {560, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {260, 90}; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void draw();
    void drawScatter();
    void drawBars();
    void describe();

    RestorationPoints points_;
    QCustomPlot* scatter_;
    QCustomPlot* bars_;
};

}  // namespace lamscope::ui
