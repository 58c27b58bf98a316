// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/study_plot_view.h"

#include <QEvent>
#include <QFontMetrics>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <qcustomplot.h>
#include <utility>

#include "figure/round_axis.h"
#include "panels/number_text.h"
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

QStringList statementOf(const StudyPlot& plot) {
    QStringList lines;
    for (const auto& line : numbersOf(plot)) {
        lines += QString::fromStdString(line);
    }
    return lines;
}

QString inOneLine(const QStringList& statement) {
    return statement.join(QStringLiteral(";  "));
}

/// A value with about four digits, as the tables have it: never with an exponent.
QString valueText(double value) {
    if (value == std::round(value)) {
        return fixedText(value, 0);
    }
    constexpr int digits = 3;  // after the first
    const double magnitude = value == 0.0 ? 0.0 : std::floor(std::log10(std::abs(value)));
    return fixedText(value, std::clamp(digits - static_cast<int>(magnitude), 0, 2 * digits));
}

}  // namespace

StudyPlotView::StudyPlotView(QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , legendColumn_(new QCPLayoutGrid)
    , statement_(new QCPTextElement(plot_))
    , focusRing_(new QCPItemRect(plot_)) {
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
    plot_->legend->setRowSpacing(1);
    statement_->setFont(small);
    statement_->setMargins(QMargins(0, 6, 0, 0));
    statement_->setMinimumSize(1, 0);  // its text would force its width on the plot
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, statement_);
    plot_->plotLayout()->setRowSpacing(0);
    showLegend(false);
    plot_->installEventFilter(this);
    plot_->setMouseTracking(true);
    plot_->setFocusPolicy(Qt::StrongFocus);
    focusRing_->setVisible(false);
    focusRing_->setSelectable(false);
    focusRing_->setClipToAxisRect(false);
    for (auto* corner : {focusRing_->topLeft, focusRing_->bottomRight}) {
        corner->setType(QCPItemPosition::ptAbsolute);
    }
    connect(plot_, &QCustomPlot::beforeReplot, this, &StudyPlotView::putStatement);
    connect(plot_, &QCustomPlot::afterLayout, this, &StudyPlotView::putNames);
    applyColours();
}

void StudyPlotView::setPlot(const StudyPlot& plot, const std::map<std::string, NetworkSign>& signs) {
    const auto before = current_ ? std::optional(keyOf(*current_)) : std::nullopt;
    shown_ = plot;
    signs_ = signs;
    current_.reset();
    for (std::size_t i = 0; before && i < shown_.points.size(); ++i) {
        if (keyOf(i) == *before && isDrawn(shown_.points[i], shown_)) {
            current_ = i;
        }
    }
    plot_->setAccessibleName(QString::fromStdString(plot.title));
    describe();
    draw();
}

NetworkSign StudyPlotView::signOf(std::size_t network) const {
    const auto found = network < shown_.networks.size() ? signs_.find(shown_.networks[network]) : signs_.end();
    return found == signs_.end() ? networkSign(shown_, network) : found->second;
}

// --- drawing

void StudyPlotView::draw() {
    plot_->clearGraphs();
    graphs_.clear();
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
        plot_->legend->clearItems();
    }
    showLegend(!shown_.namesAtPoints && plot_->legend->itemCount() > 1);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

/// A hidden legend would keep its room.
void StudyPlotView::showLegend(bool shown) {
    plot_->legend->setVisible(shown);
    auto* layout = plot_->plotLayout();
    const bool isIn = legendColumn_->layout() != nullptr;
    if (shown && !isIn) {
        layout->addElement(1, 1, legendColumn_);
        layout->setColumnStretchFactor(1, 0.001);
    } else if (!shown && isIn) {
        layout->take(legendColumn_);
        layout->simplify();
    }
}

/// In lines where one is too long for the plot.
void StudyPlotView::putStatement() {
    const auto statement = statementOf(shown_);
    const auto line = inOneLine(statement);
    const int legend = plot_->legend->visible() ? legendColumn_->outerRect().width() : 0;
    const bool fits = QFontMetrics(statement_->font()).horizontalAdvance(line) <= plot_->width() - legend;
    statement_->setText(fits ? line : statement.join(QLatin1Char('\n')));
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
    auto* graph = graphs_.emplace_back(plot_->addGraph());
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
    const auto range = plot_->xAxis->range();
    const auto left = fittedValue(shown_, range.lower);
    const auto right = fittedValue(shown_, range.upper);
    return left && right ? std::optional(QLineF(range.lower, *left, range.upper, *right)) : std::nullopt;
}

void StudyPlotView::addFit() {
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

/// Names that find no place go to the legend, which takes room from the others: until all have one.
void StudyPlotView::putNames() {
    if (names_.empty()) {
        putFocusRing();
        return;
    }
    plot_->legend->clearItems();
    showLegend(false);
    std::set<std::size_t> inLegend;  // networks
    for (;;) {
        layOut();
        const auto places = namePlaces();
        const auto before = inLegend.size();
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (!places[i]) {
                inLegend.insert(shown_.points[names_[i].point].network);
            }
        }
        if (inLegend.size() == before) {
            setNames(places, inLegend);
            break;
        }
        plot_->legend->clearItems();
        for (const auto network : inLegend) {
            graphs_[network]->addToLegend();
        }
        showLegend(true);
    }
    putFocusRing();
}

/// The phases of QCustomPlot's layout.
void StudyPlotView::layOut() {
    for (const auto phase :
         {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout}) {
        plot_->plotLayout()->update(phase);
    }
}

std::vector<std::optional<NamePlace>> StudyPlotView::namePlaces() const {
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
    return placeNames(named, pointSide / 2.0 + 1.0, plot_->axisRect()->rect(), fit);
}

void StudyPlotView::setNames(const std::vector<std::optional<NamePlace>>& places,
                             const std::set<std::size_t>& inLegend) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto& [item, leader, point] = names_[i];
        const bool named = places[i] && !inLegend.contains(shown_.points[point].network);
        item->setVisible(named);
        leader->setVisible(named && places[i]->leader);
        if (named) {
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
    focusRing_->setPen(QPen(palette().color(QPalette::Active, QPalette::Highlight), 1.5));
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
    const auto line = [](const StudyPlotAxis& axis, double value) {
        return tr("%1: %2").arg(QString::fromStdString(axis.title), valueText(value));
    };
    return tr("%1\n%2\n%3\nClick or Enter: look at the map")
        .arg(QString::fromStdString(shown_.networks[point.network]), line(shown_.x, point.x), line(shown_.y, point.y));
}

// --- points by keyboard

StudyPlotView::PointKey StudyPlotView::keyOf(std::size_t point) const {
    return {shown_.networks[shown_.points[point].network], shown_.points[point].image};
}

/// The point to the right of the current one, or to its left; from none, the first of that side.
void StudyPlotView::step(bool right) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < shown_.points.size(); ++i) {
        if (isDrawn(shown_.points[i], shown_)) {
            order.push_back(i);
        }
    }
    if (order.empty()) {
        return;
    }
    std::ranges::stable_sort(order, {},
                             [this](std::size_t i) { return std::pair(shown_.points[i].x, shown_.points[i].y); });
    const auto at = current_ ? std::ranges::find(order, *current_) : order.end();
    if (at == order.end()) {
        current_ = right ? order.front() : order.back();
    } else if (right && std::next(at) != order.end()) {
        current_ = *std::next(at);
    } else if (!right && at != order.begin()) {
        current_ = *std::prev(at);
    }
    describe();
    plot_->replot(QCustomPlot::rpQueuedReplot);
    QToolTip::showText(plot_->mapToGlobal(pixelOf(*current_)), textOf(shown_.points[*current_]), plot_);
}

/// Says the current point, or else the numbers of the plot.
void StudyPlotView::describe() {
    plot_->setAccessibleDescription(current_ ? textOf(shown_.points[*current_]) : inOneLine(statementOf(shown_)));
}

void StudyPlotView::putFocusRing() {
    focusRing_->setVisible(current_ && plot_->hasFocus());
    if (focusRing_->visible()) {
        constexpr int room = 4;
        const auto at = pixelOf(*current_);
        const int half = static_cast<int>(pointSide) / 2 + room;
        focusRing_->topLeft->setCoords(at - QPoint(half, half));
        focusRing_->bottomRight->setCoords(at + QPoint(half, half));
    }
}

bool StudyPlotView::takeKey(const QKeyEvent& key) {
    switch (key.key()) {
        case Qt::Key_Right:
        case Qt::Key_Left:
            step(key.key() == Qt::Key_Right);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (current_) {
                emit pointClicked(shown_.points[*current_]);
            }
            return current_.has_value();
        default:
            return false;
    }
}

bool StudyPlotView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && takeKey(dynamic_cast<const QKeyEvent&>(*event))) {
        return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        plot_->replot(QCustomPlot::rpQueuedReplot);
    }
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
