// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/name_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace lamscope::ui {

namespace {

constexpr double clearance = 0.75;  // between a name and what is beside it

/// Where the name's rectangle lies about its point: its middle is moved from there by half its size times these.
struct Direction {
    double x;
    double y;
    double cost;  // right of the point is read best
};

constexpr double corner = 0.7;
constexpr std::array<Direction, 14> directions{{{1.0, 0.0, 0.0},
                                                {1.0, -1.0, 0.2},
                                                {1.0, 1.0, 0.25},
                                                {0.0, -1.0, 0.3},
                                                {-1.0, 0.0, 0.35},
                                                {0.0, 1.0, 0.4},
                                                {-1.0, -1.0, 0.45},
                                                {-1.0, 1.0, 0.5},
                                                {0.5, -1.0, 0.3},
                                                {-0.5, -1.0, 0.45},
                                                {0.5, 1.0, 0.4},
                                                {-0.5, 1.0, 0.5},
                                                {1.0, -0.5, 0.3},
                                                {-1.0, -0.5, 0.5}}};

/// Between the marker and the name, points; from the second but one on, a leader shows what belongs together.
constexpr std::array<double, 8> distances{1.0, 2.5, 6.0, 10.0, 15.0, 22.0, 31.0, 42.0};
constexpr std::size_t firstWithLeader = 2;

constexpr double lineCost = 1.9;    // less than a leader: names hide the line behind them
constexpr double nearerCost = 1.2;  // another marker is as near as its own

bool crosses(const QLineF& line, const QRectF& rect) {
    if (rect.contains(line.p1()) || rect.contains(line.p2())) {
        return true;
    }
    const std::array<QLineF, 4> sides{{{rect.topLeft(), rect.topRight()},
                                       {rect.topRight(), rect.bottomRight()},
                                       {rect.bottomRight(), rect.bottomLeft()},
                                       {rect.bottomLeft(), rect.topLeft()}}};
    return std::ranges::any_of(
        sides, [&](const QLineF& side) { return line.intersects(side, nullptr) == QLineF::BoundedIntersection; });
}

QPointF nearestIn(const QRectF& rect, const QPointF& point) {
    return {std::clamp(point.x(), rect.left(), rect.right()), std::clamp(point.y(), rect.top(), rect.bottom())};
}

double distanceTo(const QRectF& rect, const QPointF& point) {
    return QLineF(point, nearestIn(rect, point)).length();
}

class Placement {
public:
    Placement(const std::vector<NamedPoint>& points, double radius, const QRectF& area,
              const std::optional<QLineF>& line)
        : points_(points)
        , radius_(radius)
        , area_(area)
        , line_(line)
        , places_(points.size()) {}

    /// Places the names in this order. @return those that found no place.
    std::vector<std::size_t> place(const std::vector<std::size_t>& order) {
        std::vector<std::size_t> without;
        for (const auto index : order) {
            places_[index] = best(index);
            if (!places_[index]) {
                without.push_back(index);
            }
        }
        return without;
    }

    [[nodiscard]] const std::vector<std::optional<NamePlace>>& places() const { return places_; }

private:
    [[nodiscard]] NamePlace candidate(std::size_t index, const Direction& direction, std::size_t level) const {
        const auto& [point, name] = points_[index];
        const double away = radius_ + distances[level];
        const bool diagonal = std::abs(direction.x) == 1.0 && std::abs(direction.y) == 1.0;
        // Only where a whole half of the name lies beside the point, the marker has to be kept clear on that side.
        const auto beside = [&](double side) { return std::abs(side) == 1.0 ? (diagonal ? corner : 1.0) * away : 0.0; };
        const QPointF middle(
            point.x() + std::copysign(beside(direction.x), direction.x) + direction.x * name.width() / 2.0,
            point.y() + std::copysign(beside(direction.y), direction.y) + direction.y * name.height() / 2.0);
        NamePlace place{.rect = QRectF(middle - QPointF(name.width(), name.height()) / 2.0, name)};
        if (level >= firstWithLeader) {
            QLineF leader(point, nearestIn(place.rect, point));
            const double length = leader.length();
            place.leader = QLineF(leader.pointAt(radius_ / length), leader.pointAt(1.0 - 0.5 / length));
        }
        return place;
    }

    /// Infinite where it may not be.
    [[nodiscard]] double cost(std::size_t index, const NamePlace& place) const {
        constexpr double never = std::numeric_limits<double>::infinity();
        if (!area_.contains(place.rect)) {
            return never;
        }
        const auto wide = place.rect.adjusted(-clearance, -clearance, clearance, clearance);
        const double own = distanceTo(place.rect, points_[index].point);
        double sum = 0.0;
        for (std::size_t other = 0; other < points_.size(); ++other) {
            const auto& marker = points_[other].point;
            const double distance = distanceTo(place.rect, marker);
            if (other != index
                && (distance < radius_ + clearance
                    || (place.leader && distanceToLine(*place.leader, marker) < radius_ + 0.5))) {
                return never;
            }
            if (other != index && !place.leader && distance < own + 1.0) {
                sum += nearerCost;
            }
            if (const auto& taken = places_[other]; other != index && taken) {
                if (wide.intersects(taken->rect) || (taken->leader && crosses(*taken->leader, wide))
                    || (place.leader && crosses(*place.leader, taken->rect.adjusted(-0.5, -0.5, 0.5, 0.5)))
                    || (place.leader && taken->leader
                        && place.leader->intersects(*taken->leader, nullptr) == QLineF::BoundedIntersection)) {
                    return never;
                }
            }
        }
        return sum + (line_ && crosses(*line_, wide) ? lineCost : 0.0);
    }

    static double distanceToLine(const QLineF& line, const QPointF& point) {
        const auto along = line.p2() - line.p1();
        const double squared = QPointF::dotProduct(along, along);
        const double share =
            squared > 0.0 ? std::clamp(QPointF::dotProduct(point - line.p1(), along) / squared, 0.0, 1.0) : 0.0;
        return QLineF(point, line.pointAt(share)).length();
    }

    [[nodiscard]] std::optional<NamePlace> best(std::size_t index) const {
        std::optional<NamePlace> found;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t level = 0; level < distances.size(); ++level) {
            for (const auto& direction : directions) {
                const auto place = candidate(index, direction, level);
                const double sum = cost(index, place) + static_cast<double>(level) + direction.cost;
                if (sum < least) {
                    least = sum;
                    found = place;
                }
            }
        }
        return found;
    }

    const std::vector<NamedPoint>& points_;
    double radius_;
    QRectF area_;
    std::optional<QLineF> line_;
    std::vector<std::optional<NamePlace>> places_;
};

/// The most crowded first: there is least choice.
std::vector<std::size_t> crowdedFirst(const std::vector<NamedPoint>& points) {
    std::vector<double> crowd;
    for (const auto& one : points) {
        double sum = 0.0;
        for (const auto& other : points) {
            const double x = std::abs(one.point.x() - other.point.x());
            const double y = std::abs(one.point.y() - other.point.y());
            sum += x < one.name.width() + other.name.width() && y < one.name.height() + other.name.height() ? 1.0 : 0.0;
        }
        crowd.push_back(-sum);
    }
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t index) { return crowd[index]; });
    return order;
}

}  // namespace

std::vector<std::optional<NamePlace>> placeNames(const std::vector<NamedPoint>& points, double radius,
                                                 const QRectF& area, const std::optional<QLineF>& line) {
    constexpr int trials = 24;
    auto order = crowdedFirst(points);
    std::vector<std::optional<NamePlace>> best(points.size());
    auto fewest = points.size() + 1;
    for (int trial = 0; trial < trials && fewest > 0; ++trial) {
        Placement placement(points, radius, area, line);
        const auto without = placement.place(order);
        if (without.size() < fewest) {
            fewest = without.size();
            best = placement.places();
        }
        std::ranges::stable_partition(
            order, [&](std::size_t index) { return std::ranges::find(without, index) != without.end(); });
    }
    return best;
}

}  // namespace lamscope::ui
