// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPointF>
#include <QPolygonF>
#include <QString>
#include <QWidget>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "figure/study_plot_figure.h"

namespace lamscope::ui {

/// The sign of a class: colour and shape, legible on the palette's base.
[[nodiscard]] NetworkSign classSign(std::size_t classIndex, const QPalette& palette);

/// Patches as points of the plane.
struct ScatterPoints {
    std::vector<double> points{};    ///< x0, y0, …
    std::vector<int> labels{};       ///< the class of each point
    std::vector<int> contents{};     ///< the patch of its class; the content where that is shared
    bool contentShared = false;      ///< points of one content are siblings
    std::vector<QString> classes{};  ///< names
    std::set<int> hidden{};          ///< classes
    QString horizontal{};            ///< names of the axes
    QString vertical{};
    QString notice{};  ///< in place of points
};

/// Patches as points with the colour and the shape of their class. The siblings of the point under the pointer are
/// joined by lines. A click chooses a point; a drag draws a lasso, with Shift a box, that selects points; Esc selects
/// none. Left and right go through the patches of a class, up and down through the classes, Enter is a click. GUI
/// thread only.
class PatchScatter final : public QWidget {
    Q_OBJECT

public:
    explicit PatchScatter(QWidget* parent = nullptr);

    /// Keeps the current point and the selection where points are as many as before.
    void setPoints(const ScatterPoints& points);
    [[nodiscard]] const ScatterPoints& points() const { return shown_; }
    [[nodiscard]] std::optional<std::size_t> current() const { return current_; }
    [[nodiscard]] const std::vector<std::size_t>& selection() const { return selection_; }
    /// The pixel of a point.
    [[nodiscard]] QPoint placeOf(std::size_t point) const;
    /// The current point and its siblings in the classes that are shown.
    [[nodiscard]] std::vector<std::size_t> siblingsOf(std::size_t point) const;

    /// A picture of a point, drawn small beside the points; a null image for none.
    void setPictures(std::function<QImage(std::size_t point)> pictures) { pictures_ = std::move(pictures); }

    [[nodiscard]] QSize sizeHint() const override { return {420, 340}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 140}; }

signals:
    void pointedAt(std::optional<std::size_t> point);
    void pointChosen(std::size_t point);
    void selectionChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] bool isShown(std::size_t point) const;
    [[nodiscard]] QRectF inside() const;
    [[nodiscard]] QPointF pixelOf(std::size_t point) const;
    [[nodiscard]] std::optional<std::size_t> pointAt(QPointF position) const;
    [[nodiscard]] QString textOf(std::size_t point) const;
    void fitRange();
    void setCurrent(std::optional<std::size_t> point);
    void select(const QPolygonF& area);
    void setSelection(std::vector<std::size_t> points);
    void describe();
    void step(int patches, int classes);
    void paintPictures(QPainter& painter) const;

    ScatterPoints shown_;
    double x_ = 0.0;  ///< the middle of the points
    double y_ = 0.0;
    double half_ = 1.0;  ///< of the larger of both extents
    std::function<QImage(std::size_t point)> pictures_;
    std::optional<std::size_t> current_;
    std::vector<std::size_t> selection_;
    QPolygonF lasso_;  ///< empty: none is drawn
    std::optional<QPointF> pressed_;
    bool box_ = false;
};

}  // namespace lamscope::ui
