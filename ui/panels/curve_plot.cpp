// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/curve_plot.h"

#include <QEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

#include "panels/label_places.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double lineWidth = 1.5;
constexpr double selectedWidth = 2.8;
constexpr float staleOpacity = 0.35F;
constexpr int maximumNameLength = 22;
constexpr int leastHeightWithLabels = 175;  // a lower plot says all in its title

QPalette printPalette() {
    QPalette palette;
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::Text, Qt::black);
    return palette;
}

/// Room above and below what is drawn, and never an empty range.
QCPRange padded(double lowest, double highest) {
    if (!(highest > lowest)) {
        const double half = std::max(std::abs(highest) * 0.1, 1e-3);
        return {lowest - half, highest + half};
    }
    const double margin = 0.06 * (highest - lowest);
    return {lowest < 0.0 ? lowest - margin : 0.0, highest + margin};
}

QCPRange valueRange(const QCustomPlot& plot) {
    double lowest = 0.0;
    double highest = 0.0;
    for (int i = 0; i < plot.graphCount(); ++i) {
        bool found = false;
        const auto range = plot.graph(i)->getValueRange(found);
        if (found) {
            lowest = std::min(lowest, range.lower);
            highest = std::max(highest, range.upper);
        }
    }
    return padded(lowest, highest);
}

QVector<double> toVector(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

}  // namespace

CurvePlot::CurvePlot(const QString& title, const QString& valueLabel, QWidget* parent)
    : QWidget(parent)
    , titleText_(title)
    , valueLabel_(valueLabel)
    , plot_(new QCustomPlot(this))
    , title_(new QCPTextElement(plot_, title))
    , cursor_(new QCPItemStraightLine(plot_))
    , rest_(new QCPItemStraightLine(plot_))
    , restName_(new QCPItemText(plot_)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_);

    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    auto bold = small;
    bold.setBold(true);
    title_->setFont(bold);
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, title_);
    plot_->plotLayout()->setRowSpacing(0);
    prepareAxes(*plot_, small);
    plot_->xAxis->setRange(0.0, 1.0);
    plot_->axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignLeft | Qt::AlignTop);

    cursor_->setLayer(QStringLiteral("overlay"));
    rest_->setLayer(QStringLiteral("grid"));  // under the curves
    restName_->setLayer(QStringLiteral("grid"));
    restName_->setFont(small);
    restName_->setText(tr("at rest"));
    restName_->setPadding(QMargins(4, 2, 4, 0));
    restName_->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    for (QCPAbstractItem* item : std::initializer_list<QCPAbstractItem*>{cursor_, rest_, restName_}) {
        item->setSelectable(false);
        item->setVisible(false);
    }

    connect(plot_, &QCustomPlot::afterLayout, this, &CurvePlot::placeDigits);

    plot_->installEventFilter(this);
    plot_->setAccessibleName(title);
    applyColours(palette());
    layOut(size());
}

void CurvePlot::layOut(QSize size) {
    const bool labels = size.height() >= leastHeightWithLabels;
    title_->setText(labels ? titleText_ : tr("%1: %2 over α").arg(titleText_, valueLabel_));
    plot_->xAxis->setLabel(labels ? tr("path position α") : QString());
    plot_->yAxis->setLabel(labels ? valueLabel_ : QString());
    plot_->axisRect()->setMinimumMargins(labels ? QMargins(4, 4, 14, 4) : QMargins(4, 2, 14, 2));
    plot_->legend->setVisible(legendAllowed_ && hasLegendRoom(size));
}

void CurvePlot::setCurves(const std::vector<Curve>& curves) {
    plot_->clearGraphs();
    for (const auto& digit : digits_) {
        plot_->removeItem(digit.item);
    }
    digits_.clear();
    const auto add = [&](bool selected) {
        for (const auto& curve : curves) {
            if (curve.selected == selected) {
                addCurve(curve);
            }
        }
    };
    add(false);
    add(true);
    plot_->yAxis->setRange(valueRange(*plot_));
    updateLegend();
}

void CurvePlot::addCurve(const Curve& curve) {
    auto colour = curve.colour;
    colour.setAlphaF(curve.stale ? staleOpacity : 1.0F);
    auto* graph = plot_->addGraph();
    graph->setName(
        (curve.digit.isEmpty() ? QString() : curve.digit + QLatin1Char(' '))
        + QFontMetrics(plot_->legend->font())
              .elidedText(curve.name, Qt::ElideMiddle, maximumNameLength * QFontMetrics(font()).averageCharWidth()));
    graph->setPen(QPen(colour, curve.selected ? selectedWidth : lineWidth));
    graph->setData(toVector(curve.points.alpha), toVector(curve.points.values), true);
    addDigit(curve);
    if (curve.target && std::isfinite(*curve.target)) {
        auto* level = plot_->addGraph();
        level->removeFromLegend();
        level->setPen(QPen(colour, 1.0, Qt::DashLine));
        level->setData({0.0, 1.0}, {*curve.target, *curve.target}, true);
    }
}

void CurvePlot::addDigit(const Curve& curve) {
    if (curve.digit.isEmpty() || curve.points.values.empty() || !std::isfinite(curve.points.values.back())) {
        return;
    }
    auto* item = new QCPItemText(plot_);
    item->setText(curve.digit);
    auto font = title_->font();  // small and bold
    item->setFont(font);
    auto colour = curve.colour;
    colour.setAlphaF(curve.stale ? staleOpacity : 1.0F);
    item->setColor(colour);
    item->setSelectable(false);
    item->setClipToAxisRect(false);
    item->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    item->position->setType(QCPItemPosition::ptAbsolute);
    digits_.push_back({item, curve.points.alpha.back(), curve.points.values.back()});
}

void CurvePlot::placeDigits() {
    constexpr double distance = 4.0;
    const double height = 0.8 * QFontMetrics(title_->font()).height();
    std::vector<double> wanted;
    for (const auto& digit : digits_) {
        wanted.push_back(plot_->yAxis->coordToPixel(digit.value));
    }
    const auto* const inside = plot_->axisRect();
    const auto places = placedApart(wanted, height, inside->top() + height / 2.0, inside->bottom() - height / 2.0);
    for (std::size_t i = 0; i < digits_.size(); ++i) {
        digits_[i].item->position->setCoords(plot_->xAxis->coordToPixel(digits_[i].alpha) + distance, places[i]);
    }
}

void CurvePlot::setCursor(std::optional<double> alpha) {
    cursor_->setVisible(alpha.has_value());
    if (alpha) {
        cursor_->point1->setCoords(*alpha, 0.0);
        cursor_->point2->setCoords(*alpha, 1.0);
    }
    // The curves stay as they are: only the layer of the cursor is drawn anew.
    plot_->layer(QStringLiteral("overlay"))->replot();
}

void CurvePlot::setRest(std::optional<double> alpha) {
    rest_->setVisible(alpha.has_value());
    restName_->setVisible(alpha && restNamed_);
    if (alpha) {
        rest_->point1->setCoords(*alpha, 0.0);
        rest_->point2->setCoords(*alpha, 1.0);
        // The path is at rest to the right of the line: there is room over the curve of its speed, if not at the edge.
        constexpr double roomFrom = 0.85;
        restName_->setPositionAlignment(Qt::AlignTop | (*alpha < roomFrom ? Qt::AlignLeft : Qt::AlignRight));
        restName_->position->setCoords(*alpha, 0.0);
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::setRestNamed(bool named) {
    restNamed_ = named;
    restName_->setVisible(named && rest_->visible());
}

void CurvePlot::setLegendAllowed(bool allowed) {
    legendAllowed_ = allowed;
    updateLegend();
}

void CurvePlot::updateLegend() {
    layOut(size());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

bool CurvePlot::hasLegendRoom(QSize size) const {
    if (size.height() < leastHeightWithLabels) {
        return false;  // it would lie on the curves
    }
    const int lines = plot_->legend->itemCount();
    const int needed = lines * (QFontMetrics(plot_->legend->font()).height() + 2) + 12;
    // Half the inside: curves rise to the right, the left is mostly free.
    return lines > 0 && size.width() >= 320 && needed <= (size.height() - 60) / 2;
}

void CurvePlot::applyColours(const QPalette& palette) {
    const auto base = palette.color(QPalette::Active, QPalette::Base);
    const auto text = palette.color(QPalette::Active, QPalette::Text);
    const auto muted = mutedText(palette);
    colourPlot(*plot_, palette);
    title_->setTextColor(text);
    cursor_->setPen(QPen(muted, 1.0));
    rest_->setPen(QPen(mixedColour(text, base, 0.45), 1.0, Qt::DotLine));
    restName_->setColor(muted);
}

void CurvePlot::paintForPrint(QCPPainter& painter, QSize size) {
    const bool hadCursor = cursor_->visible();
    cursor_->setVisible(false);
    applyColours(printPalette());
    layOut(size);
    plot_->toPainter(&painter, size.width(), size.height());
    cursor_->setVisible(hadCursor);
    applyColours(palette());
    updateLegend();
}

void CurvePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours(palette());
        plot_->replot(QCustomPlot::rpQueuedReplot);
    }
}

void CurvePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateLegend();
}

bool CurvePlot::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseMove) {
        trackMouse(dynamic_cast<const QMouseEvent&>(*event).position());
    } else if (event->type() == QEvent::Leave && inside_) {
        inside_ = false;
        emit left();
    }
    return QWidget::eventFilter(watched, event);
}

void CurvePlot::trackMouse(QPointF position) {
    const bool inside = plot_->axisRect()->rect().contains(position.toPoint());
    if (inside) {
        inside_ = true;
        emit hovered(std::clamp(plot_->xAxis->pixelToCoord(position.x()), 0.0, 1.0));
    } else if (inside_) {
        inside_ = false;
        emit left();
    }
}

}  // namespace lamscope::ui
