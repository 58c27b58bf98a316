// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/study_plot_view.h"

#include <QEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

#include "figure/name_places.h"
#include "figure/round_axis.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double pointSide = 8.0;
constexpr double reach = 8.0;  ///< of a click, pixels

/// An axis as the figures have it.
void setAxis(QCPAxis& axis, const std::vector<double>& values, bool logarithmic, std::size_t mostNumbers) {
    const auto round = RoundAxis::around(values, logarithmic, mostNumbers);
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (const double number : round.numbers) {
        ticker->addTick(number, round.label(number, studyPlotLayout()));
    }
    axis.setTicker(ticker);
    axis.setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis.setRange(round.from, round.to);
}

bool isDrawn(const StudyPlotPoint& point, const StudyPlot& plot) {
    return std::isfinite(point.x) && std::isfinite(point.y) && (!plot.x.logarithmic || point.x > 0.0)
           && (!plot.y.logarithmic || point.y > 0.0);
}

QString statementOf(const StudyPlot& plot) {
    QStringList lines;
    for (const auto& line : numbersOf(plot)) {
        lines += QString::fromStdString(line);
    }
    return lines.join(QStringLiteral(";  "));
}

}  // namespace

StudyPlotView::StudyPlotView(QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , legendColumn_(new QCPLayoutGrid)
    , statement_(new QCPTextElement(plot_)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.92);
    prepareAxes(*plot_, small);
    plot_->axisRect()->setMinimumMargins(QMargins(8, 10, 14, 8));
    // Beside the plot, where it hides no point.
    plot_->axisRect()->insetLayout()->take(plot_->legend);
    plot_->plotLayout()->addElement(0, 1, legendColumn_);
    legendColumn_->addElement(0, 0, plot_->legend);
    legendColumn_->addElement(1, 0, new QCPLayoutElement(plot_));
    legendColumn_->setRowStretchFactor(0, 0.001);
    plot_->plotLayout()->setColumnStretchFactor(1, 0.001);
    plot_->legend->setRowSpacing(1);
    statement_->setFont(small);
    statement_->setMargins(QMargins(0, 6, 0, 0));
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, statement_);
    plot_->plotLayout()->setRowSpacing(0);
    plot_->installEventFilter(this);
    plot_->setMouseTracking(true);
    connect(plot_, &QCustomPlot::afterLayout, this, &StudyPlotView::putNames);
    applyColours();
}

void StudyPlotView::setPlot(const StudyPlot& plot, const std::map<std::string, NetworkSign>& signs) {
    shown_ = plot;
    signs_ = signs;
    plot_->setAccessibleName(QString::fromStdString(plot.title));
    plot_->setAccessibleDescription(statementOf(plot));
    draw();
}

NetworkSign StudyPlotView::signOf(std::size_t network) const {
    const auto found = network < shown_.networks.size() ? signs_.find(shown_.networks[network]) : signs_.end();
    return found == signs_.end() ? networkSign(network) : found->second;
}

// --- drawing

void StudyPlotView::draw() {
    plot_->clearGraphs();
    for (const auto& name : names_) {
        plot_->removeItem(name.item);
        plot_->removeItem(name.leader);
    }
    names_.clear();
    plot_->xAxis->setLabel(QString::fromStdString(shown_.x.title));
    plot_->yAxis->setLabel(QString::fromStdString(shown_.y.title));
    fitAxes();
    addFit();
    for (std::size_t network = 0; network < shown_.networks.size(); ++network) {
        addNetwork(network);
    }
    if (shown_.namesAtPoints) {
        addNames();
        plot_->legend->clearItems();  // a hidden legend keeps the room of its items
    }
    plot_->legend->setVisible(!shown_.namesAtPoints && plot_->legend->itemCount() > 1);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void StudyPlotView::fitAxes() {
    std::vector<double> x;
    std::vector<double> y;
    for (const auto& point : shown_.points) {
        if (isDrawn(point, shown_)) {
            x.push_back(point.x);
            y.push_back(point.y);
        }
    }
    if (!x.empty()) {
        constexpr std::size_t mostAcross = 8;
        constexpr std::size_t mostUp = 6;
        setAxis(*plot_->xAxis, x, shown_.x.logarithmic, mostAcross);
        setAxis(*plot_->yAxis, y, shown_.y.logarithmic, mostUp);
    }
}

void StudyPlotView::addNetwork(std::size_t network) {
    QVector<double> x;
    QVector<double> y;
    for (const auto& point : shown_.points) {
        if (point.network == network && isDrawn(point, shown_)) {
            x.push_back(point.x);
            y.push_back(point.y);
        }
    }
    auto* graph = plot_->addGraph();
    const auto [colour, shape] = signOf(network);
    graph->setName(QString::fromStdString(shown_.networks[network]));
    graph->setPen(QPen(colour, 1.2));
    graph->setLineStyle(shown_.lines ? QCPGraph::lsLine : QCPGraph::lsNone);
    // QCustomPlot draws a shape of 6 units as large as its size says.
    constexpr double unit = 6.0;
    graph->setScatterStyle(
        QCPScatterStyle(QTransform::fromScale(unit, unit).map(shape), QPen(Qt::NoPen), colour, pointSide));
    graph->setData(x, y);
}

std::optional<QLineF> StudyPlotView::fittedLine() const {
    const auto& correlation = shown_.correlation;
    if (!correlation || !correlation->slope || !correlation->intercept) {
        return std::nullopt;
    }
    const auto value = [&](double x) {
        return *correlation->intercept + *correlation->slope * (shown_.x.logarithmic ? std::log(x) : x);
    };
    const auto range = plot_->xAxis->range();
    return QLineF(range.lower, value(range.lower), range.upper, value(range.upper));
}

void StudyPlotView::addFit() {
    statement_->setText(statementOf(shown_));
    if (const auto fit = fittedLine()) {
        auto* line = plot_->addGraph();
        line->removeFromLegend();
        line->setPen(QPen(mutedText(palette()), 1.2, Qt::DashLine));
        line->setData({fit->x1(), fit->x2()}, {fit->y1(), fit->y2()}, true);
    }
}

void StudyPlotView::addNames() {
    auto small = plot_->legend->font();
    for (std::size_t i = 0; i < shown_.points.size(); ++i) {
        if (!isDrawn(shown_.points[i], shown_)) {
            continue;
        }
        auto* item = new QCPItemText(plot_);
        item->setText(QString::fromStdString(shown_.networks[shown_.points[i].network]));
        item->setFont(small);
        item->setColor(palette().color(QPalette::Active, QPalette::Text));
        item->setSelectable(false);
        item->setClipToAxisRect(false);
        item->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
        item->position->setType(QCPItemPosition::ptAbsolute);
        auto* leader = new QCPItemLine(plot_);
        leader->setPen(QPen(mutedText(palette()), 1.0));
        leader->setSelectable(false);
        leader->start->setType(QCPItemPosition::ptAbsolute);
        leader->end->setType(QCPItemPosition::ptAbsolute);
        names_.push_back({item, leader, i});
    }
}

void StudyPlotView::putNames() {
    std::vector<NamedPoint> named;
    for (const auto& name : names_) {
        const QFontMetricsF metrics(name.item->font());
        named.push_back({pixelOf(name.point), {metrics.horizontalAdvance(name.item->text()), metrics.height()}});
    }
    auto fit = fittedLine();
    if (fit) {
        const auto pixel = [this](QPointF at) {
            return QPointF(plot_->xAxis->coordToPixel(at.x()), plot_->yAxis->coordToPixel(at.y()));
        };
        fit->setPoints(pixel(fit->p1()), pixel(fit->p2()));
    }
    const auto places = placeNames(named, pointSide / 2.0 + 1.0, plot_->axisRect()->rect(), fit);
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto& [item, leader, point] = names_[i];
        item->setVisible(places[i].has_value());  // otherwise the tool tip alone says it
        leader->setVisible(places[i] && places[i]->leader);
        if (places[i]) {
            item->position->setCoords(places[i]->rect.topLeft());
        }
        if (leader->visible()) {
            leader->start->setCoords(places[i]->leader->p1());
            leader->end->setCoords(places[i]->leader->p2());
        }
    }
}

void StudyPlotView::applyColours() {
    colourPlot(*plot_, palette());
    statement_->setTextColor(palette().color(QPalette::Active, QPalette::Text));
}

void StudyPlotView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
        draw();
    }
}

// --- points under the pointer

QPoint StudyPlotView::pixelOf(std::size_t point) const {
    const auto& [network, image, x, y] = shown_.points.at(point);
    return QPointF(plot_->xAxis->coordToPixel(x), plot_->yAxis->coordToPixel(y)).toPoint();
}

std::optional<std::size_t> StudyPlotView::pointAt(QPointF position) const {
    std::optional<std::size_t> nearest;
    double distance = reach;
    for (std::size_t i = 0; i < shown_.points.size(); ++i) {
        if (!isDrawn(shown_.points[i], shown_)) {
            continue;
        }
        const auto offset = position - QPointF(pixelOf(i));
        if (const double own = std::hypot(offset.x(), offset.y()); own <= distance) {
            nearest = i;
            distance = own;
        }
    }
    return nearest;
}

QString StudyPlotView::textOf(const StudyPlotPoint& point) const {
    const auto number = [](double value) { return QString::number(value, 'g', 4); };
    const auto line = [&](const StudyPlotAxis& axis, double value) {
        return tr("%1: %2").arg(QString::fromStdString(axis.title), number(value));
    };
    return tr("%1\n%2\n%3\nClick: look at the map")
        .arg(QString::fromStdString(shown_.networks[point.network]), line(shown_.x, point.x), line(shown_.y, point.y));
}

bool StudyPlotView::eventFilter(QObject* watched, QEvent* event) {
    const auto* mouse = dynamic_cast<const QMouseEvent*>(event);
    if (mouse == nullptr) {
        return QWidget::eventFilter(watched, event);
    }
    const auto under = pointAt(mouse->position());
    if (event->type() == QEvent::MouseMove) {
        plot_->setCursor(under ? Qt::PointingHandCursor : Qt::ArrowCursor);
        if (under) {
            QToolTip::showText(mouse->globalPosition().toPoint(), textOf(shown_.points[*under]), plot_);
        } else {
            QToolTip::hideText();
        }
    } else if (event->type() == QEvent::MouseButtonPress && mouse->button() == Qt::LeftButton) {
        pressedAt_ = mouse->position();
    } else if (event->type() == QEvent::MouseButtonRelease && mouse->button() == Qt::LeftButton && under
               && pointAt(pressedAt_) == under) {
        emit pointClicked(shown_.points[*under]);
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace lamscope::ui
