// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/series_plot.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

#include "base/error.h"
#include "figure/round_axis.h"
#include "figure/study_plot_figure.h"
#include "panels/label_places.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double reachOfClick = 14.0;  // pixels
constexpr int roomForDigits = 16;

void setSeriesAxis(QCPAxis& axis, const PlotAxis& wanted, const std::vector<double>& values) {
    axis.setScaleType(wanted.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis.setRangeReversed(wanted.reversed);
    axis.setLabel(wanted.title);
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    if (!wanted.ticks.empty()) {
        for (const auto& [at, text] : wanted.ticks) {
            ticker->addTick(at, text);
        }
        axis.setTicker(ticker);
        const double from = wanted.ticks.front().first;
        const double to = wanted.ticks.back().first;
        const double margin = to > from ? 0.06 * (to - from) : 0.5;
        axis.setRange(from - margin, to + margin);
        return;
    }
    if (values.empty()) {
        return;
    }
    constexpr std::size_t mostNumbers = 6;
    const auto round = RoundAxis::around(values, wanted.logarithmic, mostNumbers);
    for (const double number : round.numbers) {
        ticker->addTick(number, round.label(number, studyPlotLayout()));
    }
    axis.setTicker(ticker);
    axis.setRange(round.from, round.to);
}

QPalette paperPalette() {
    QPalette palette;
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::Text, Qt::black);
    return palette;
}

}  // namespace

SeriesPlot::SeriesPlot(const QString& name, QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , title_(new QCPTextElement(plot_, QString()))
    , ring_(new QCPItemRect(plot_)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    auto bold = small;
    bold.setBold(true);
    title_->setFont(bold);
    title_->setMinimumSize(1, 0);  // its text would force its width on the plot
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, title_);
    plot_->plotLayout()->setRowSpacing(0);
    prepareAxes(*plot_, small);
    plot_->axisRect()->setMinimumMargins(QMargins(4, 2, roomForDigits, 2));
    ring_->setSelectable(false);
    ring_->setVisible(false);
    for (auto* corner : {ring_->topLeft, ring_->bottomRight}) {
        corner->setType(QCPItemPosition::ptAbsolute);
    }
    connect(plot_, &QCustomPlot::afterLayout, this, &SeriesPlot::placeDigits);
    plot_->installEventFilter(this);
    plot_->setMouseTracking(true);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setAccessibleName(name);
    setFocusProxy(plot_);
    applyColours(palette());
}

void SeriesPlot::setPlot(const PlottedSeries& plotted) {
    plotted_ = plotted;
    draw();
}

bool SeriesPlot::isDrawn(const PlotSeries& series, std::size_t point) const {
    const double x = series.x[point];
    const double y = series.y[point];
    return std::isfinite(x) && std::isfinite(y) && (!plotted_.x.logarithmic || x > 0.0)
           && (!plotted_.y.logarithmic || y > 0.0);
}

// --- drawing

void SeriesPlot::draw() {
    plot_->clearGraphs();
    for (const auto& digit : digits_) {
        plot_->removeItem(digit.item);
    }
    digits_.clear();
    for (auto* strip : strips_) {
        plot_->removeItem(strip);
    }
    strips_.clear();
    for (auto* name : stripNames_) {
        plot_->removeItem(name);
    }
    stripNames_.clear();
    title_->setText(plotted_.title);
    fitAxes();
    for (const auto& each : plotted_.strips) {
        auto* strip = new QCPItemRect(plot_);
        strip->setLayer(QStringLiteral("grid"));
        strip->setSelectable(false);
        strip->setPen(Qt::NoPen);
        for (auto* corner : {strip->topLeft, strip->bottomRight}) {
            corner->setTypeX(QCPItemPosition::ptAxisRectRatio);
            corner->setTypeY(QCPItemPosition::ptPlotCoords);
        }
        const double lowest = plot_->yAxis->range().lower;
        strip->topLeft->setCoords(0.0, each.to);
        strip->bottomRight->setCoords(1.0, std::max(each.from, lowest));
        strips_.push_back(strip);
        auto* name = new QCPItemText(plot_);
        name->setText(each.name);
        name->setFont(plot_->xAxis->tickLabelFont());
        name->setSelectable(false);
        name->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
        name->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
        name->position->setTypeY(QCPItemPosition::ptPlotCoords);
        name->position->setCoords(0.995, each.to);
        stripNames_.push_back(name);
    }
    for (const bool selected : {false, true}) {
        for (const auto& series : plotted_.series) {
            if (series.selected == selected) {
                addSeries(series);
            }
        }
    }
    applyColours(palette());
    describe();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void SeriesPlot::addSeries(const PlotSeries& series) {
    QVector<double> x;
    QVector<double> y;
    QVector<double> low;
    QVector<double> high;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (isDrawn(series, i)) {
            x.push_back(series.x[i]);
            y.push_back(series.y[i]);
            if (!series.lowest.empty()) {
                low.push_back(series.lowest[i]);
                high.push_back(series.highest[i]);
            }
        }
    }
    if (!low.isEmpty()) {
        auto* below = plot_->addGraph();
        below->setPen(Qt::NoPen);
        below->setData(x, low, true);
        auto* above = plot_->addGraph();
        above->setPen(Qt::NoPen);
        above->setData(x, high, true);
        auto fill = series.colour;
        constexpr float faint = 0.18F;
        fill.setAlphaF(faint);
        above->setBrush(fill);
        above->setChannelFillGraph(below);
    }
    auto* graph = plot_->addGraph();
    graph->setPen(QPen(series.colour, series.selected ? 2.6 : 1.5));
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, series.selected ? 7.0 : 5.0));
    graph->setData(x, y, true);
    if (!series.digit.isEmpty() && !x.isEmpty()) {
        auto* item = new QCPItemText(plot_);
        item->setText(series.digit);
        item->setFont(title_->font());
        item->setColor(series.colour);
        item->setSelectable(false);
        item->setClipToAxisRect(false);
        item->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        item->position->setType(QCPItemPosition::ptAbsolute);
        digits_.push_back({item, x.back(), y.back()});
    }
}

void SeriesPlot::fitAxes() {
    std::vector<double> x;
    std::vector<double> y;
    const auto add = [&](double value) {
        if (std::isfinite(value) && (!plotted_.y.logarithmic || value > 0.0)) {
            y.push_back(value);
        }
    };
    for (const auto& series : plotted_.series) {
        for (std::size_t i = 0; i < series.x.size(); ++i) {
            if (isDrawn(series, i)) {
                x.push_back(series.x[i]);
                add(series.y[i]);
                if (!series.lowest.empty()) {
                    add(series.lowest[i]);
                    add(series.highest[i]);
                }
            }
        }
    }
    if (!y.empty()) {
        for (const auto& strip : plotted_.strips) {
            add(strip.to);
        }
        if (!plotted_.y.logarithmic) {
            y.push_back(0.0);
        }
    }
    setSeriesAxis(*plot_->xAxis, plotted_.x, x);
    setSeriesAxis(*plot_->yAxis, plotted_.y, y);
}

void SeriesPlot::placeDigits() {
    const double height = 0.8 * QFontMetrics(title_->font()).height();
    std::vector<double> wanted;
    for (const auto& digit : digits_) {
        wanted.push_back(plot_->yAxis->coordToPixel(digit.y));
    }
    const auto* const inside = plot_->axisRect();
    const auto places = placedApart(wanted, height, inside->top() + height / 2.0, inside->bottom() - height / 2.0);
    constexpr double distance = 6.0;
    for (std::size_t i = 0; i < digits_.size(); ++i) {
        digits_[i].item->position->setCoords(plot_->xAxis->coordToPixel(digits_[i].x) + distance, places[i]);
    }
    const auto& chosen = plotted_.chosen;
    const bool hasRing = chosen && chosen->first < plotted_.series.size()
                         && chosen->second < plotted_.series[chosen->first].x.size()
                         && isDrawn(plotted_.series[chosen->first], chosen->second);
    ring_->setVisible(hasRing);
    if (hasRing) {
        constexpr double half = 6.0;
        const auto& series = plotted_.series[chosen->first];
        const QPointF at(plot_->xAxis->coordToPixel(series.x[chosen->second]),
                         plot_->yAxis->coordToPixel(series.y[chosen->second]));
        ring_->topLeft->setCoords(at.x() - half, at.y() - half);
        ring_->bottomRight->setCoords(at.x() + half, at.y() + half);
    }
}

void SeriesPlot::applyColours(const QPalette& palette) {
    const auto base = palette.color(QPalette::Active, QPalette::Base);
    const auto text = palette.color(QPalette::Active, QPalette::Text);
    colourPlot(*plot_, palette);
    title_->setTextColor(text);
    ring_->setPen(QPen(text, 1.4));
    for (auto* strip : strips_) {
        strip->setBrush(mixedColour(text, base, 0.13));
    }
    for (auto* name : stripNames_) {
        name->setColor(mutedText(palette));
    }
}

void SeriesPlot::describe() {
    QStringList parts{plotted_.title};
    const auto& chosen = plotted_.chosen;
    if (chosen && chosen->first < plotted_.series.size()
        && chosen->second < plotted_.series[chosen->first].texts.size()) {
        parts << plotted_.series[chosen->first].texts[chosen->second];
    }
    plot_->setAccessibleDescription(parts.join(QStringLiteral(". ")));
}

void SeriesPlot::savePdf(const std::filesystem::path& file, QSize size) {
    const bool hadRing = ring_->visible();
    ring_->setVisible(false);
    applyColours(paperPalette());
    const bool saved = plot_->savePdf(QString::fromStdString(file.string()), size.width(), size.height());
    applyColours(palette());
    ring_->setVisible(hadRing);
    plot_->replot(QCustomPlot::rpQueuedReplot);
    if (!saved) {
        throw Error(ErrorCode::WriteFailed, file.string() + " cannot be written");
    }
}

// --- pointer and keys

QPoint SeriesPlot::placeOf(std::size_t series, std::size_t point) const {
    const auto& line = plotted_.series.at(series);
    plot_->replot(QCustomPlot::rpImmediateRefresh);
    const QPointF at(plot_->xAxis->coordToPixel(line.x.at(point)), plot_->yAxis->coordToPixel(line.y.at(point)));
    return plot_->mapTo(this, at.toPoint());
}

std::optional<SeriesPlot::Place> SeriesPlot::nearest(QPointF position, double reach) const {
    std::optional<Place> best;
    double least = reach;
    for (std::size_t s = 0; s < plotted_.series.size(); ++s) {
        const auto& series = plotted_.series[s];
        for (std::size_t i = 0; i < series.x.size(); ++i) {
            if (!isDrawn(series, i)) {
                continue;
            }
            const double distance = std::hypot(plot_->xAxis->coordToPixel(series.x[i]) - position.x(),
                                               plot_->yAxis->coordToPixel(series.y[i]) - position.y());
            if (distance < least || (distance == least && series.selected)) {
                least = distance;
                best = Place(s, i);
            }
        }
    }
    return best;
}

void SeriesPlot::choose(const Place& place) {
    emit pointChosen(place.first, place.second);
}

bool SeriesPlot::takeKey(const QKeyEvent& key) {
    if (plotted_.series.empty()) {
        return false;
    }
    auto [s, i] = plotted_.chosen.value_or(Place(0, 0));
    s = std::min(s, plotted_.series.size() - 1);
    const auto points = plotted_.series[s].x.size();
    const bool forward = (key.key() == Qt::Key_Right) != plotted_.x.reversed;
    switch (key.key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
            if (points == 0 || (!forward && i == 0)) {
                return true;
            }
            i = forward ? std::min(i + 1, points - 1) : i - 1;
            break;
        case Qt::Key_Up:
            s = s == 0 ? plotted_.series.size() - 1 : s - 1;
            break;
        case Qt::Key_Down:
            s = (s + 1) % plotted_.series.size();
            break;
        default:
            return false;
    }
    if (!plotted_.series[s].x.empty()) {
        choose({s, std::min(i, plotted_.series[s].x.size() - 1)});
    }
    return true;
}

void SeriesPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours(palette());
        plot_->replot(QCustomPlot::rpQueuedReplot);
    }
}

bool SeriesPlot::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseMove) {
        const auto& mouse = dynamic_cast<const QMouseEvent&>(*event);
        const auto place = nearest(mouse.position(), reachOfClick);
        plot_->setCursor(place ? Qt::PointingHandCursor : Qt::ArrowCursor);
        const auto& texts = place ? plotted_.series[place->first].texts : std::vector<QString>();
        if (place && place->second < texts.size()) {
            QToolTip::showText(mouse.globalPosition().toPoint(), texts[place->second], plot_);
        } else {
            QToolTip::hideText();
        }
    } else if (event->type() == QEvent::MouseButtonPress) {
        plot_->setFocus(Qt::MouseFocusReason);
        if (const auto place = nearest(dynamic_cast<const QMouseEvent&>(*event).position(), reachOfClick)) {
            choose(*place);
        }
    } else if (event->type() == QEvent::KeyPress && takeKey(dynamic_cast<const QKeyEvent&>(*event))) {
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace lamscope::ui
