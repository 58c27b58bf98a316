// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/study_plot_view.h"

#include <QEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <qcustomplot.h>

#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double pointSide = 8.0;
constexpr double reach = 8.0;  ///< of a click, pixels
constexpr double axisMargin = 0.08;

void setLogarithmic(QCPAxis& axis, bool logarithmic) {
    axis.setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (logarithmic) {
        auto ticker = QSharedPointer<QCPAxisTickerLog>::create();
        ticker->setLogBase(2.0);  // decades leave most of these plots without a second tick
        ticker->setSubTickCount(0);
        axis.setTicker(ticker);
    } else {
        axis.setTicker(QSharedPointer<QCPAxisTicker>::create());
    }
    axis.ticker()->setTickCount(5);
}

/// Room around what is drawn, and never an empty range.
QCPRange axisRange(double lowest, double highest, bool logarithmic) {
    if (logarithmic && lowest > 0.0) {
        const double factor = std::max(std::pow(highest / lowest, axisMargin), 1.15);
        return {lowest / factor, highest * factor};
    }
    const double margin = highest > lowest ? axisMargin * (highest - lowest) : std::max(0.1 * std::abs(highest), 1e-3);
    return {lowest - margin, highest + margin};
}

bool isDrawn(const StudyPlotPoint& point, const StudyPlot& plot) {
    return std::isfinite(point.x) && std::isfinite(point.y) && (!plot.x.logarithmic || point.x > 0.0)
           && (!plot.y.logarithmic || point.y > 0.0);
}

QString probabilityText(const std::optional<double>& probability) {
    return probability ? StudyPlotView::tr(" (p = %1)").arg(QString::number(*probability, 'g', 2)) : QString();
}

/// "r = +0.91 (p = 0.089), ρ = +1.00, n = 4"
QString statementOf(const StudyCorrelation& correlation) {
    QStringList parts;
    if (correlation.pearson) {
        parts += StudyPlotView::tr("r = %1%2")
                     .arg(signedText(*correlation.pearson, 2), probabilityText(correlation.pearsonProbability));
    }
    if (correlation.spearman) {
        parts += StudyPlotView::tr("ρ = %1%2")
                     .arg(signedText(*correlation.spearman, 2), probabilityText(correlation.spearmanProbability));
    }
    parts += StudyPlotView::tr("n = %1").arg(correlation.networks);
    return parts.join(QStringLiteral(", "));
}

}  // namespace

StudyPlotView::StudyPlotView(QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , legendColumn_(new QCPLayoutGrid)
    , statement_(new QCPItemText(plot_)) {
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
    statement_->setSelectable(false);
    statement_->setClipToAxisRect(false);
    statement_->setPadding(QMargins(6, 4, 6, 4));
    statement_->position->setType(QCPItemPosition::ptAxisRectRatio);
    plot_->installEventFilter(this);
    plot_->setMouseTracking(true);
    connect(plot_, &QCustomPlot::afterLayout, this, &StudyPlotView::placeNames);
    applyColours();
}

void StudyPlotView::setPlot(const StudyPlot& plot, const std::map<std::string, QColor>& colours) {
    shown_ = plot;
    colours_ = colours;
    const auto title = QString::fromStdString(plot.title);
    plot_->setAccessibleName(title);
    plot_->setAccessibleDescription(plot.correlation ? statementOf(*plot.correlation) : QString());
    draw();
}

QColor StudyPlotView::colourOf(std::size_t network) const {
    const auto found = network < shown_.networks.size() ? colours_.find(shown_.networks[network]) : colours_.end();
    return found == colours_.end() ? mutedText(palette()) : found->second;
}

// --- drawing

void StudyPlotView::draw() {
    plot_->clearGraphs();
    for (const auto& name : names_) {
        plot_->removeItem(name.item);
    }
    names_.clear();
    plot_->xAxis->setLabel(QString::fromStdString(shown_.x.title));
    plot_->yAxis->setLabel(QString::fromStdString(shown_.y.title));
    setLogarithmic(*plot_->xAxis, shown_.x.logarithmic);
    setLogarithmic(*plot_->yAxis, shown_.y.logarithmic);
    fitAxes();
    addFit();
    for (std::size_t network = 0; network < shown_.networks.size(); ++network) {
        addNetwork(network);
    }
    if (shown_.namesAtPoints) {
        addNames();
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
        const auto [left, right] = std::ranges::minmax(x);
        const auto [bottom, top] = std::ranges::minmax(y);
        plot_->xAxis->setRange(axisRange(left, right, shown_.x.logarithmic));
        plot_->yAxis->setRange(axisRange(bottom, top, shown_.y.logarithmic));
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
    const auto colour = colourOf(network);
    graph->setName(QString::fromStdString(shown_.networks[network]));
    graph->setPen(QPen(colour, 1.2));
    graph->setLineStyle(shown_.lines ? QCPGraph::lsLine : QCPGraph::lsNone);
    graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colour, colour, pointSide));
    graph->setData(x, y);
}

void StudyPlotView::addFit() {
    const auto& correlation = shown_.correlation;
    statement_->setVisible(correlation.has_value());
    if (!correlation) {
        return;
    }
    statement_->setText(statementOf(*correlation));
    // A line that rises leaves the corner above its beginning free.
    const bool rises = correlation->slope.value_or(1.0) >= 0.0;
    statement_->setPositionAlignment(Qt::AlignTop | (rises ? Qt::AlignLeft : Qt::AlignRight));
    statement_->position->setCoords(rises ? 0.0 : 1.0, 0.0);
    if (!correlation->slope || !correlation->intercept) {
        return;
    }
    const auto value = [&](double x) {
        return *correlation->intercept + *correlation->slope * (shown_.x.logarithmic ? std::log(x) : x);
    };
    const auto range = plot_->xAxis->range();
    auto* line = plot_->addGraph();
    line->removeFromLegend();
    line->setPen(QPen(mutedText(palette()), 1.2, Qt::DashLine));
    line->setData({range.lower, range.upper}, {value(range.lower), value(range.upper)}, true);
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
        names_.push_back({item, i});
    }
}

/// Each name to the right of its point, else to the left, above or below: the first place that is free.
void StudyPlotView::placeNames() {
    constexpr double gap = 7.0;
    const QRectF inside(plot_->axisRect()->rect());
    std::vector<QRectF> taken;
    for (std::size_t i = 0; i < shown_.points.size(); ++i) {
        const QPointF at(pixelOf(i));
        taken.emplace_back(at.x() - pointSide / 2, at.y() - pointSide / 2, pointSide, pointSide);
    }
    if (statement_->visible()) {
        taken.emplace_back(statement_->topLeft->pixelPosition(), statement_->bottomRight->pixelPosition());
    }
    for (const auto& [item, point] : names_) {
        const QFontMetricsF metrics(item->font());
        const double width = metrics.horizontalAdvance(item->text());
        const double height = metrics.height();
        const QPointF at(pixelOf(point));
        const std::array<QPointF, 8> places{QPointF{gap, -height / 2},         {-gap - width, -height / 2},
                                            {-width / 2, -gap - height},       {-width / 2, gap},
                                            {gap, -gap / 2 - height},          {gap, gap / 2},
                                            {-gap - width, -gap / 2 - height}, {-gap - width, gap / 2}};
        const auto isFree = [&](const QPointF& offset) {
            const QRectF place(at + offset, QSizeF(width, height));
            return inside.contains(place)
                   && std::ranges::none_of(taken, [&](const QRectF& other) { return other.intersects(place); });
        };
        const auto* const free = std::ranges::find_if(places, isFree);
        const auto corner = at + (free == places.end() ? places.front() : *free);
        taken.emplace_back(corner, QSizeF(width, height));
        item->position->setCoords(corner);
    }
}

void StudyPlotView::applyColours() {
    colourPlot(*plot_, palette());
    statement_->setColor(palette().color(QPalette::Active, QPalette::Text));
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
