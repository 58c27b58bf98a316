// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/study_plot_figure.h"

#include <QObject>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "figure/figure_file.h"
#include "figure/figure_formats.h"
#include "figure/figure_grid.h"
#include "figure/name_places.h"
#include "figure/round_axis.h"
#include "view/pyramid.h"

namespace lamscope::ui {

namespace {

constexpr double pageMargin = 0.5;
constexpr double axisTick = 2.0;
constexpr double areaShape = 0.72;  // height of the plot's area, in its widths
const QColor axisInk(60, 60, 60);
const QColor faintLine(205, 205, 205);
const QColor fitColour(110, 110, 110);

/// A polygon with `corners` corners on a circle, the first one at the top.
QPainterPath polygon(int corners, double radius, double turn) {
    constexpr double circle = 2.0 * 3.14159265358979323846;
    QPainterPath path;
    for (int i = 0; i < corners; ++i) {
        const double angle = (static_cast<double>(i) / corners + turn) * circle;
        const QPointF point(radius * std::sin(angle), -radius * std::cos(angle));
        if (i == 0) {
            path.moveTo(point);
        } else {
            path.lineTo(point);
        }
    }
    path.closeSubpath();
    return path;
}

/// A cross of two bars, turned.
QPainterPath cross(double degrees) {
    constexpr double half = 0.58;
    constexpr double bar = 0.17;
    QPolygonF outline;
    for (const auto& [x, y] :
         {std::pair(bar, -half), std::pair(bar, -bar), std::pair(half, -bar), std::pair(half, bar), std::pair(bar, bar),
          std::pair(bar, half), std::pair(-bar, half), std::pair(-bar, bar), std::pair(-half, bar),
          std::pair(-half, -bar), std::pair(-bar, -bar), std::pair(-bar, -half)}) {
        outline << QPointF(x, y);
    }
    QPainterPath path;
    path.addPolygon(QTransform().rotate(degrees).map(outline));
    path.closeSubpath();
    return path;
}

std::vector<QPainterPath> shapes() {
    QPainterPath circle;
    circle.addEllipse(QPointF(0.0, 0.0), 0.5, 0.5);
    return {circle,
            polygon(4, 0.63, 0.125),  // square
            polygon(3, 0.68, 0.0),    // triangle
            polygon(4, 0.66, 0.0),    // diamond
            polygon(3, 0.68, 0.5),    // triangle, point down
            cross(0.0),
            cross(45.0),
            polygon(5, 0.6, 0.0)};  // pentagon
}

/// The names of the files, without an ending that all have ("_SRF_4_HR"), so that what differs is what there is room
/// for.
std::vector<QString> shortNames(const std::vector<StudyPlotImage>& images) {
    std::vector<QString> names;
    for (const auto& image : images) {
        names.push_back(QString::fromStdString(std::filesystem::path(image.file).stem().string()));
    }
    const auto first = names.front();
    for (qsizetype start = 1; start < first.size() && names.size() > 1; ++start) {
        const auto ending = first.mid(start);
        const bool separated = !first[start].isLetterOrNumber();
        if (separated && std::ranges::all_of(names, [&](const QString& name) {
                return name.size() > ending.size() && name.endsWith(ending);
            })) {
            std::ranges::for_each(names, [&](QString& name) { name.chop(ending.size()); });
            break;
        }
    }
    return names;
}

/// A plot while it is laid out.
class PlotFigure {
public:
    PlotFigure(const StudyPlot& plot, const std::vector<StudyPicture>& pictures, const FigureLayout& layout)
        : plot_(plot)
        , pictures_(pictures)
        , layout_(layout)
        , small_(numberStyle(layout))
        , label_(labelStyle(layout))
        , width_(layout.widthMm * pointsPerInch / 25.4)
        , radius_(plot.namesAtPoints ? 2.1 : 1.5) {}

    FigureSheet sheet() {
        double y = placeHeading(pageMargin);
        y = placeArea(y);
        if (!inLegend_.empty()) {
            y = placeLegend(y + figureGap);
        }
        y = placePictures(y);
        sheet_.size = {width_, std::ceil(y + pageMargin)};
        return std::move(sheet_);
    }

private:
    /// Title and numbers. Returns where they end.
    double placeHeading(double y) {
        if (layout_.labels) {
            addLine(y, QString::fromStdString(plot_.title), label_);
        }
        QStringList lines;
        for (const auto& line : numbersOf(plot_)) {
            lines << withMark(line);
        }
        const auto joined = lines.join(QStringLiteral(";  "));
        if (SheetFont(small_).width(joined) <= width_ - 2.0 * pageMargin) {
            lines = joined.isEmpty() ? QStringList() : QStringList{joined};
        }
        for (const auto& line : lines) {
            addLine(y, line, small_);
        }
        return y;
    }

    void addLine(double& y, const QString& text, const SheetStyle& style) {
        sheet_.addText({pageMargin, y, width_ - 2.0 * pageMargin, lineHeight(style)}, Qt::AlignHCenter, text, style);
        y += lineHeight(style);
    }

    [[nodiscard]] QString withMark(const std::string& text) const {
        return QString::fromStdString(text).replace(u'.', QString::fromStdString(layout_.decimalMark));
    }

    /// The axes with everything between them. Returns where they end.
    double placeArea(double top) {
        const SheetFont font(small_);
        const double capitals = font.capHeight();
        std::vector<double> xs;
        std::vector<double> ys;
        for (const auto& point : plot_.points) {
            xs.push_back(point.x);
            ys.push_back(point.y);
        }
        constexpr std::size_t mostUp = 6;
        y_ = RoundAxis::around(ys, plot_.y.logarithmic, mostUp);
        double numberWidth = 0.0;
        for (const double number : y_.numbers) {
            numberWidth = std::max(numberWidth, font.width(y_.label(number, layout_)));
        }
        const double left = onGrid(pageMargin + lineHeight(label_) + numberWidth + axisTick + 2.0);
        const double right = downToGrid(width_ - pageMargin - 3.0);
        area_ = QRectF(left, onGrid(top + capitals), right - left, onGrid(areaShape * (right - left)));
        x_ = chooseX(xs);
        placeAxes();
        placeFit();
        placePoints();
        const double end = area_.bottom() + axisTick + 2.0 + capitals + 1.5;
        sheet_.addText({area_.left(), end, area_.width(), lineHeight(label_)}, Qt::AlignHCenter,
                       QString::fromStdString(plot_.x.title), label_);
        return end + lineHeight(label_);
    }

    /// With as many numbers as stand beside each other.
    [[nodiscard]] RoundAxis chooseX(const std::vector<double>& values) const {
        constexpr std::size_t most = 7;
        for (std::size_t count = most; count > 2; --count) {
            auto axis = RoundAxis::around(values, plot_.x.logarithmic, count);
            double end = -width_;
            bool fits = true;
            for (const double number : axis.numbers) {
                const double half = SheetFont(small_).width(axis.label(number, layout_)) / 2.0;
                const double x = axis.share(number) * area_.width();
                fits = fits && x - half > end + 3.0;
                end = x + half;
            }
            if (fits) {
                return axis;
            }
        }
        return RoundAxis::around(values, plot_.x.logarithmic, 2);
    }

    [[nodiscard]] QPointF toSheet(double x, double y) const {
        return {area_.left() + x_.share(x) * area_.width(), area_.bottom() - y_.share(y) * area_.height()};
    }

    void placeAxes() {
        const double capitals = SheetFont(small_).capHeight();
        const auto zero = [](const RoundAxis& axis) { return !axis.logarithmic && axis.from < 0.0 && axis.to > 0.0; };
        if (zero(x_)) {
            const double x = toSheet(0.0, y_.from).x();
            sheet_.addLine({x, area_.top()}, {x, area_.bottom()}, faintLine, layout_.lineWidth);
        }
        if (zero(y_)) {
            const double y = toSheet(x_.from, 0.0).y();
            sheet_.addLine({area_.left(), y}, {area_.right(), y}, faintLine, layout_.lineWidth);
        }
        for (const double value : x_.ticks) {
            const double x = toSheet(value, y_.from).x();
            sheet_.addLine({x, area_.bottom()}, {x, area_.bottom() + axisTick / 2.0}, axisInk, layout_.lineWidth / 2.0);
        }
        for (const double value : y_.ticks) {
            const double y = toSheet(x_.from, value).y();
            sheet_.addLine({area_.left() - axisTick / 2.0, y}, {area_.left(), y}, axisInk, layout_.lineWidth / 2.0);
        }
        for (const double value : x_.numbers) {
            const double x = toSheet(value, y_.from).x();
            const auto text = x_.label(value, layout_);
            const double half = SheetFont(small_).width(text) / 2.0 + 0.1;
            const double centre = std::clamp(x, half + pageMargin, width_ - half - pageMargin);
            sheet_.addLine({x, area_.bottom()}, {x, area_.bottom() + axisTick}, axisInk, layout_.lineWidth);
            sheet_.addText({centre - half, area_.bottom() + axisTick + 2.0, 2.0 * half, capitals}, Qt::AlignHCenter,
                           text, small_);
        }
        for (const double value : y_.numbers) {
            const double y = toSheet(x_.from, value).y();
            sheet_.addLine({area_.left() - axisTick, y}, {area_.left(), y}, axisInk, layout_.lineWidth);
            sheet_.addText({pageMargin, y - capitals / 2.0, area_.left() - axisTick - 1.5 - pageMargin, capitals},
                           Qt::AlignRight, y_.label(value, layout_), small_);
        }
        sheet_.addTextUpwards({pageMargin, area_.top(), label_.size, area_.height()},
                              QString::fromStdString(plot_.y.title), label_);
        sheet_.addLine(area_.topLeft(), area_.bottomLeft(), axisInk, layout_.lineWidth);
        sheet_.addLine(area_.bottomLeft(), area_.bottomRight(), axisInk, layout_.lineWidth);
    }

    /// Over the range of the points, as far as it lies in the area.
    void placeFit() {
        if (plot_.points.empty()) {
            return;
        }
        const auto [least, most] = std::ranges::minmax_element(plot_.points, {}, &StudyPlotPoint::x);
        const auto left = fittedValue(plot_, least->x);
        const auto right = fittedValue(plot_, most->x);
        if (!left || !right) {
            return;
        }
        const QLineF line(toSheet(least->x, *left), toSheet(most->x, *right));
        const auto crossing = [&](double y) { return (y - line.y1()) / line.dy(); };
        double from = 0.0;
        double to = 1.0;
        if (line.dy() != 0.0) {
            const auto [first, second] = std::minmax({crossing(area_.top()), crossing(area_.bottom())});
            from = std::max(from, first);
            to = std::min(to, second);
        }
        if (from < to) {
            fit_ = QLineF(line.pointAt(from), line.pointAt(to));
            sheet_.addLine(fit_->p1(), fit_->p2(), fitColour, 1.5 * layout_.lineWidth, true);
        }
    }

    void placePoints() {
        if (plot_.lines) {
            placeLines();
        }
        std::vector<NamedPoint> named;
        const SheetFont font(small_);
        for (const auto& point : plot_.points) {
            const auto at = toSheet(point.x, point.y);
            addMarker(at, point.network);
            named.push_back({at, QSizeF(font.width(nameOf(point.network)) + 0.2, small_.size)});
        }
        std::vector<std::optional<NamePlace>> places(named.size());
        if (plot_.namesAtPoints) {
            places = placeNames(named, radius_, area_.adjusted(1.0, 0.0, 0.0, -1.0), fit_);
        }
        std::set<std::size_t> unnamed;
        for (std::size_t i = 0; i < places.size(); ++i) {
            const auto network = plot_.points[i].network;
            if (!places[i]) {
                unnamed.insert(network);
                continue;
            }
            if (const auto& leader = places[i]->leader) {
                sheet_.addLine(leader->p1(), leader->p2(), axisInk, layout_.lineWidth / 2.0);
            }
            sheet_.addFilled(places[i]->rect, Qt::white);  // lines do not run through names
            sheet_.addText(places[i]->rect, Qt::AlignLeft, nameOf(network), small_);
        }
        inLegend_.assign(unnamed.begin(), unnamed.end());
        if (plot_.networks.size() < 2) {
            inLegend_.clear();  // the title says it
        }
    }

    void placeLines() {
        for (std::size_t network = 0; network < plot_.networks.size(); ++network) {
            QPainterPath path;
            for (const auto& point : plot_.points) {
                if (point.network != network) {
                    continue;
                }
                const auto at = toSheet(point.x, point.y);
                if (path.elementCount() == 0) {
                    path.moveTo(at);
                } else {
                    path.lineTo(at);
                }
            }
            auto colour = networkSign(plot_, network).colour;
            constexpr float faint = 0.45F;
            colour.setAlphaF(faint);
            sheet_.items.emplace_back(SheetPath{.path = path, .fill = {}, .line = colour, .width = layout_.lineWidth});
        }
    }

    void addMarker(const QPointF& at, std::size_t network) {
        const auto sign = networkSign(plot_, network);
        const auto place = QTransform::fromTranslate(at.x(), at.y()).scale(2.0 * radius_, 2.0 * radius_);
        constexpr double rim = 0.3;  // markers that lie on each other stay apart
        sheet_.items.emplace_back(
            SheetPath{.path = place.map(sign.shape), .fill = sign.colour, .line = Qt::white, .width = rim});
    }

    [[nodiscard]] QString nameOf(std::size_t network) const { return QString::fromStdString(plot_.networks[network]); }

    /// Columns of equal width. Returns where it ends.
    double placeLegend(double top) {
        const SheetFont font(small_);
        const double sign = 3.0 * radius_ + 2.0;  // the largest shape reaches beyond the radius
        double widest = 0.0;
        for (const auto network : inLegend_) {
            widest = std::max(widest, font.width(nameOf(network)) + 0.2);
        }
        const double room = width_ - 2.0 * pageMargin;
        const auto fitting = static_cast<std::size_t>((room + 2.0 * figureGap) / (sign + widest + 2.0 * figureGap));
        const auto columns = std::clamp(fitting, std::size_t{1}, inLegend_.size());
        const auto rows = (inLegend_.size() + columns - 1) / columns;
        const double pitch = std::min(room / static_cast<double>(columns), sign + widest + 4.0 * figureGap);
        const double used = pitch * static_cast<double>(columns - 1) + std::min(sign + widest, pitch);
        const double left = pageMargin + (room - used) / 2.0;
        const double height = lineHeight(small_);
        for (std::size_t i = 0; i < inLegend_.size(); ++i) {
            const double x = left + static_cast<double>(i / rows) * pitch;
            const double y = top + static_cast<double>(i % rows) * height;
            addMarker({x + 1.5 * radius_, y + height / 2.0}, inLegend_[i]);
            sheet_.addText({x + sign, y, std::min(widest, pitch - sign), height}, Qt::AlignLeft, nameOf(inLegend_[i]),
                           small_);
        }
        return top + static_cast<double>(rows) * height;
    }

    /// Those of both ends, with the place of each and its name. Returns where they end.
    double placePictures(double top) {
        const bool any = std::ranges::any_of(pictures_, [](const StudyPicture& one) { return !one.picture.empty(); });
        if (!any) {
            return top;
        }
        constexpr double largest = 60.0;
        const auto count = pictures_.size();
        const auto low = count / 2;  // of the end with the smallest DI
        const double between = 4.0 * figureGap;
        const double side = std::min(
            largest, downToGrid((width_ - 2.0 * pageMargin - between - static_cast<double>(count - 2) * figureGap)
                                / static_cast<double>(count)));
        const double y = onGrid(top + 2.0 * figureGap);
        double x = pageMargin;
        const auto names = shortNames(plot_.images);
        for (std::size_t i = 0; i < count; ++i) {
            if (i == low) {  // the other end at the other side
                const auto rest = static_cast<double>(count - low);
                x = downToGrid(width_ - pageMargin - rest * side - (rest - 1.0) * figureGap);
            }
            if (const auto& [picture, patch, trouble] = pictures_[i]; !picture.empty()) {
                FigurePicture shown{.image = toQImage(picture)};
                if (patch) {
                    shown.box = QRectF(patch->x, patch->y, patch->width, patch->height);
                }
                placePicture(sheet_, shown, {x, y, side, side}, layout_);
            } else {
                sheet_.addFrame({x, y, side, side}, faintLine, layout_.lineWidth);
            }
            sheet_.addText({x, y + side + 1.0, side, lineHeight(small_)}, Qt::AlignHCenter,
                           QString::number(plot_.images[i].x), small_);
            sheet_.addText({x, y + side + 1.0 + lineHeight(small_), side, lineHeight(small_)}, Qt::AlignHCenter,
                           names[i], small_);
            x += side + figureGap;
        }
        return y + side + 1.0 + 2.0 * lineHeight(small_);
    }

    const StudyPlot& plot_;
    const std::vector<StudyPicture>& pictures_;
    const FigureLayout& layout_;
    SheetStyle small_;
    SheetStyle label_;
    double width_;
    double radius_;  // of markers
    FigureSheet sheet_;
    QRectF area_;
    RoundAxis x_;
    RoundAxis y_;
    std::optional<QLineF> fit_;
    std::vector<std::size_t> inLegend_;  // networks without a name at a point
};

}  // namespace

NetworkSign networkSign(std::size_t place) {
    static const auto all = shapes();
    // Okabe and Ito's but for yellow, which is too faint on white.
    constexpr std::array<QRgb, 7> colours{0xff0072b2, 0xffd55e00, 0xff009e73, 0xffcc79a7,
                                          0xffe69f00, 0xff56b4e9, 0xff000000};
    return {QColor::fromRgb(colours.at(place % colours.size())), all.at(place % all.size())};
}

NetworkSign networkSign(const StudyPlot& plot, std::size_t network) {
    return networkSign(network < plot.places.size() ? plot.places[network] : network);
}

FigureLayout studyPlotLayout() {
    FigureLayout layout;
    layout.widthMm = figureWidths.front().millimetres;
    return layout;
}

FigureSheet layOutStudyPlot(const StudyPlot& plot, const std::vector<StudyPicture>& pictures,
                            const FigureLayout& layout) {
    return PlotFigure(plot, pictures, layout).sheet();
}

ReportFigure drawStudyPlot(StagedFiles& files, const StudyPlot& plot, const std::vector<StudyPicture>& pictures,
                           const FigureLayout& layout, const std::vector<std::filesystem::path>& names, int dpi) {
    const auto sheet = layOutStudyPlot(plot, pictures, layout);
    ReportFigure figure{.title = plot.title, .files = names, .remarks = {}};
    for (const auto& file : names) {
        const auto bytes = encodeFigure(sheet, figureFormat(file).value(), {.dpi = dpi});
        files.add(file, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    }
    for (const auto& warning : sheet.warnings) {
        figure.remarks.push_back(warning.toStdString());
    }
    for (const auto& picture : pictures) {
        if (!picture.trouble.empty()) {
            figure.remarks.push_back("Without a picture: " + picture.trouble + ".");
        }
    }
    return figure;
}

}  // namespace lamscope::ui
