// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineF>
#include <QRectF>
#include <QSizeF>
#include <optional>
#include <vector>

namespace lamscope::ui {

/// A point with a name, sheet points.
struct NamedPoint {
    QPointF point;
    QSizeF name;  ///< what the name's text covers
};

/// Where a name stands.
struct NamePlace {
    QRectF rect;                     ///< of the size that was asked for
    std::optional<QLineF> leader{};  ///< from the marker to a name that stands away from it
};

/// Chooses a place for each name: of candidates around its point, near ones first, one that lies on no marker and no
/// other name, whose leader crosses neither, and which avoids the line where it can (Christensen, Marks and Shieber,
/// "An empirical study of algorithms for point-feature label placement", 1995: greedy, here with names that found no
/// place going first in another trial).
/// @param radius  of the markers.
/// @param area    holds all names.
/// @param line    may be crossed by names, but rather not.
/// @return for each point its place; unset where there is none left. The same for the same points.
[[nodiscard]] std::vector<std::optional<NamePlace>> placeNames(const std::vector<NamedPoint>& points, double radius,
                                                               const QRectF& area, const std::optional<QLineF>& line);

}  // namespace lamscope::ui
