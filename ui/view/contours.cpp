// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/contours.h"

#include <QLineF>
#include <QPolygonF>
#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lamscope::ui {

namespace {

/// The field with two rings around it: the values of the border at the border itself, and outside of them, at the same
/// place, zeros. So every outline is closed, and one that leaves the field runs along its border.
class PaddedField {
public:
    PaddedField(std::span<const double> field, int width, int height)
        : field_(field)
        , innerWidth_(width)
        , innerHeight_(height) {}

    [[nodiscard]] int width() const { return innerWidth_ + 4; }
    [[nodiscard]] int height() const { return innerHeight_ + 4; }

    [[nodiscard]] double at(int x, int y) const {
        if (x == 0 || y == 0 || x == width() - 1 || y == height() - 1) {
            return 0.0;
        }
        const auto column = static_cast<std::size_t>(std::clamp(x - 2, 0, innerWidth_ - 1));
        const auto row = static_cast<std::size_t>(std::clamp(y - 2, 0, innerHeight_ - 1));
        return field_[row * static_cast<std::size_t>(innerWidth_) + column];
    }

    [[nodiscard]] QPointF place(int x, int y) const {
        return {std::clamp(x - 1.5, 0.0, static_cast<double>(innerWidth_)),
                std::clamp(y - 1.5, 0.0, static_cast<double>(innerHeight_))};
    }

private:
    std::span<const double> field_;
    int innerWidth_;
    int innerHeight_;
};

/// The sides of a cell between four samples, clockwise from the top.
enum Side { Top, Right, Bottom, Left };

struct Segment {
    Side from;
    Side to;
};

/// The segments of a cell with the inside on their right. Bits of `inside`: 1 top left, 2 top right, 4 bottom right,
/// 8 bottom left; the diagonal cases are joined or parted by the mean of the four samples.
std::vector<Segment> segmentsOf(int inside, bool middleInside) {
    switch (inside) {
        case 1:
            return {{Top, Left}};
        case 2:
            return {{Right, Top}};
        case 3:
            return {{Right, Left}};
        case 4:
            return {{Bottom, Right}};
        case 5:
            return middleInside ? std::vector<Segment>{{Top, Right}, {Bottom, Left}}
                                : std::vector<Segment>{{Top, Left}, {Bottom, Right}};
        case 6:
            return {{Bottom, Top}};
        case 7:
            return {{Bottom, Left}};
        case 8:
            return {{Left, Bottom}};
        case 9:
            return {{Top, Bottom}};
        case 10:
            return middleInside ? std::vector<Segment>{{Left, Top}, {Right, Bottom}}
                                : std::vector<Segment>{{Left, Bottom}, {Right, Top}};
        case 11:
            return {{Right, Bottom}};
        case 12:
            return {{Left, Right}};
        case 13:
            return {{Top, Right}};
        case 14:
            return {{Left, Top}};
        default:
            return {};
    }
}

/// Where the level is crossed on an edge between two samples.
struct Crossing {
    QPointF place;
    qint64 next = -1;  ///< the edge that the outline goes to
};

class Tracer {
public:
    Tracer(const PaddedField& field, double level)
        : field_(field)
        , level_(level) {}

    QPainterPath trace() {
        for (int y = 0; y + 1 < field_.height(); ++y) {
            for (int x = 0; x + 1 < field_.width(); ++x) {
                addCell(x, y);
            }
        }
        QPainterPath path;
        path.setFillRule(Qt::OddEvenFill);
        for (const auto start : order_) {
            QPolygonF loop;
            for (auto edge = start; edge >= 0;) {
                auto& crossing = crossings_[edge];
                if (crossing.next < 0) {
                    break;
                }
                loop.push_back(crossing.place);
                edge = std::exchange(crossing.next, -1);
            }
            addRounded(path, loop);
        }
        return path;
    }

private:
    [[nodiscard]] qint64 edgeOf(int x, int y, Side side) const {
        const auto horizontal = [&](int ex, int ey) { return 2 * (qint64{ey} * field_.width() + ex); };
        switch (side) {
            case Top:
                return horizontal(x, y);
            case Bottom:
                return horizontal(x, y + 1);
            case Left:
                return horizontal(x, y) + 1;
            default:
                return horizontal(x + 1, y) + 1;
        }
    }

    [[nodiscard]] QPointF placeOn(int x, int y, Side side) const {
        const bool lower = side == Bottom;
        const bool righter = side == Right;
        const bool alongX = side == Top || side == Bottom;
        const int x0 = x + (righter ? 1 : 0);
        const int y0 = y + (lower ? 1 : 0);
        const int x1 = alongX ? x0 + 1 : x0;
        const int y1 = alongX ? y0 : y0 + 1;
        const double from = field_.at(x0, y0);
        const double part = (level_ - from) / (field_.at(x1, y1) - from);
        return field_.place(x0, y0) * (1.0 - part) + field_.place(x1, y1) * part;
    }

    void addCell(int x, int y) {
        const std::array<double, 4> corners{field_.at(x, y), field_.at(x + 1, y), field_.at(x + 1, y + 1),
                                            field_.at(x, y + 1)};
        int inside = 0;
        double sum = 0.0;
        for (int i = 0; i < 4; ++i) {
            const double corner = corners[static_cast<std::size_t>(i)];
            inside |= corner >= level_ ? 1 << i : 0;
            sum += corner;
        }
        if (inside == 0 || inside == 15) {
            return;
        }
        for (const auto& segment : segmentsOf(inside, sum / 4.0 >= level_)) {
            const auto edge = edgeOf(x, y, segment.from);
            crossings_[edge] = {placeOn(x, y, segment.from), edgeOf(x, y, segment.to)};
            order_.push_back(edge);
        }
    }

    /// Quadratic curves through the middles of the sides, with the corners as control points. Corners that all but
    /// coincide are joined first: their short sides would show as kinks.
    static void addRounded(QPainterPath& path, const QPolygonF& corners) {
        constexpr double shortest = 0.5;
        QPolygonF loop;
        for (const auto& corner : corners) {
            if (loop.isEmpty()
                || (QLineF(loop.back(), corner).length() >= shortest
                    && QLineF(loop.front(), corner).length() >= shortest)) {
                loop.push_back(corner);
            }
        }
        if (loop.size() < 3) {
            return;
        }
        path.moveTo((loop.back() + loop.front()) / 2.0);
        for (qsizetype i = 0; i < loop.size(); ++i) {
            path.quadTo(loop[i], (loop[i] + loop[(i + 1) % loop.size()]) / 2.0);
        }
        path.closeSubpath();
    }

    const PaddedField& field_;
    double level_;
    std::unordered_map<qint64, Crossing> crossings_;
    std::vector<qint64> order_;
};

}  // namespace

QPainterPath contour(std::span<const double> field, int width, int height, double level) {
    return Tracer(PaddedField(field, width, height), level).trace();
}

}  // namespace lamscope::ui
