// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/restoration_plot.h"

#include <QEvent>
#include <QHBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double markSize = 9.0;
constexpr double blurMarkSize = 4.0;
constexpr double roomAround = 1.12;  // of an axis
constexpr double barWidth = 0.6;

bool hasPlace(const RestorationPoint& point) {
    return point.er && point.eb;
}

/// A text beside a point of a plot.
void addText(QCustomPlot& plot, const QString& text, QPointF at, const QColor& colour, Qt::Alignment side) {
    auto* item = new QCPItemText(&plot);
    item->setText(text);
    item->setFont(plot.xAxis->tickLabelFont());
    item->setColor(colour);
    item->setSelectable(false);
    item->setPositionAlignment(side);
    constexpr int distance = 6;
    item->setPadding(QMargins(distance, 1, distance, 1));
    item->position->setCoords(at.x(), at.y());
}

void addLevel(QCustomPlot& plot, double value, const QPen& pen) {
    auto* line = new QCPItemStraightLine(&plot);
    line->setPen(pen);
    line->setSelectable(false);
    line->setLayer(QStringLiteral("grid"));
    line->point1->setCoords(0.0, value);
    line->point2->setCoords(1.0, value);
}

QString valueText(const std::optional<double>& value, int decimals) {
    return value ? fixedText(*value, decimals) : QString(noValue);
}

}  // namespace

std::optional<double> transmissionOfBlur(const std::vector<RestorationPoint>& blurs, double eb) {
    for (std::size_t i = 1; i < blurs.size(); ++i) {
        const auto& from = blurs[i - 1];
        const auto& to = blurs[i];
        if (from.eb && to.eb && from.transmission && to.transmission && *from.eb <= eb && eb <= *to.eb) {
            const double share = *to.eb > *from.eb ? (eb - *from.eb) / (*to.eb - *from.eb) : 0.0;
            return *from.transmission + share * (*to.transmission - *from.transmission);
        }
    }
    return std::nullopt;
}

RestorationPlot::RestorationPlot(QWidget* parent)
    : QWidget(parent)
    , scatter_(new QCustomPlot(this))
    , bars_(new QCustomPlot(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(scatter_, 3);
    row->addWidget(bars_, 2);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    for (auto* plot : {scatter_, bars_}) {
        prepareAxes(*plot, small);
        plot->axisRect()->setMinimumMargins(QMargins(4, 6, 8, 2));
    }
    scatter_->xAxis->setLabel(tr("E_B: damage to the background"));
    scatter_->yAxis->setLabel(tr("E_R"));  // more has no room in a low panel: the tip says what it is
    scatter_->yAxis->ticker()->setTickCount(3);
    scatter_->setObjectName(QStringLiteral("restorationScatter"));
    bars_->yAxis->setLabel(tr("τ"));
    bars_->yAxis->ticker()->setTickCount(3);
    bars_->xAxis->setLabel(tr("what of the degradation comes through"));
    bars_->setObjectName(QStringLiteral("transmissionBars"));
    draw();
}

void RestorationPlot::setPoints(const RestorationPoints& points) {
    if (points != points_) {
        points_ = points;
        draw();
    }
}

void RestorationPlot::draw() {
    for (auto* plot : {scatter_, bars_}) {
        plot->clearPlottables();
        plot->clearItems();
        colourPlot(*plot, palette());
    }
    drawScatter();
    drawBars();
    describe();
    for (auto* plot : {scatter_, bars_}) {
        plot->replot(QCustomPlot::rpQueuedReplot);
    }
}

void RestorationPlot::drawScatter() {
    const auto muted = mutedText(palette());
    const auto text = palette().color(QPalette::Active, QPalette::Text);
    const auto base = palette().color(QPalette::Active, QPalette::Base);
    double right = 0.0;
    double top = points_.rain.value_or(0.0);
    for (const auto* set : {&points_.networks, &points_.blurs}) {
        for (const auto& point : *set) {
            if (hasPlace(point)) {
                right = std::max(right, *point.eb);
                top = std::max(top, *point.er);
            }
        }
    }
    if (points_.rain) {
        addLevel(*scatter_, *points_.rain, QPen(muted, 1.0, Qt::DashLine));
        addText(*scatter_, tr("clean image"), {0.0, *points_.rain}, muted, Qt::AlignLeft | Qt::AlignBottom);
    }
    auto* line = scatter_->addGraph();
    line->setPen(QPen(muted, 1.2));
    line->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, muted, base, blurMarkSize));
    const RestorationPoint* last = nullptr;
    for (const auto& blur : points_.blurs) {
        if (hasPlace(blur)) {
            line->addData(*blur.eb, *blur.er);
            last = &blur;
        }
    }
    if (last != nullptr) {
        addText(*scatter_, last->name, {*last->eb, *last->er}, muted, Qt::AlignRight | Qt::AlignTop);
    }
    for (const auto& network : points_.networks) {
        if (!hasPlace(network)) {
            continue;
        }
        auto* mark = scatter_->addGraph();
        mark->setLineStyle(QCPGraph::lsNone);
        mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(network.colour, 2.0),
                                              network.stale ? base : network.colour, markSize));
        mark->addData(*network.eb, *network.er);
        addText(*scatter_, network.digit.isEmpty() ? network.name : network.digit, {*network.eb, *network.er}, text,
                Qt::AlignLeft | Qt::AlignVCenter);
    }
    scatter_->xAxis->setRange(0.0, right > 0.0 ? roomAround * right : 1.0);
    scatter_->yAxis->setRange(0.0, top > 0.0 ? 1.25 * top : 1.0);
}

void RestorationPlot::drawBars() {
    const auto text = palette().color(QPalette::Active, QPalette::Text);
    const auto muted = mutedText(palette());
    const QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    double least = 0.0;
    double most = 1.0;
    double place = 1.0;
    for (const auto& network : points_.networks) {
        names->addTick(place, network.digit.isEmpty() ? network.name : network.digit);
        if (network.transmission) {
            auto* bar = new QCPBars(bars_->xAxis, bars_->yAxis);
            auto fill = network.colour;
            fill.setAlphaF(network.stale ? 0.25F : 0.85F);
            bar->setPen(QPen(network.colour, 1.0));
            bar->setBrush(fill);
            bar->setWidth(barWidth);
            bar->addData(place, *network.transmission);
            least = std::min(least, *network.transmission);
            most = std::max(most, *network.transmission);
        } else {
            addText(*bars_, QString(noValue), {place, 0.0}, muted, Qt::AlignHCenter | Qt::AlignBottom);
        }
        const auto blur = network.eb ? transmissionOfBlur(points_.blurs, *network.eb) : std::nullopt;
        if (blur) {
            auto* mark = new QCPItemLine(bars_);
            mark->setPen(QPen(text, 2.0));
            mark->setSelectable(false);
            mark->start->setCoords(place - 0.5 * barWidth - 0.08, *blur);
            mark->end->setCoords(place + 0.5 * barWidth + 0.08, *blur);
        }
        place += 1.0;
    }
    addLevel(*bars_, 1.0, QPen(muted, 1.0, Qt::DashLine));
    bars_->xAxis->setTicker(names);
    bars_->xAxis->setRange(0.4, std::max(place - 0.4, 1.6));
    bars_->yAxis->setRange(least < 0.0 ? roomAround * least : 0.0, roomAround * most);
}

void RestorationPlot::describe() {
    QStringList places;
    QStringList shares;
    for (const auto& network : points_.networks) {
        places += tr("%1: E_R %2, E_B %3").arg(network.name, valueText(network.er, 3), valueText(network.eb, 3));
        const auto blur = network.eb ? transmissionOfBlur(points_.blurs, *network.eb) : std::nullopt;
        auto share = tr("%1: τ %2").arg(network.name, valueText(network.transmission, 2));
        share += blur ? tr(", a blur that spoils as much %1").arg(fixedText(*blur, 2)) : QString();
        shares += share;
    }
    scatter_->setAccessibleName(tr("Removed rain over damage to the background"));
    bars_->setAccessibleName(tr("Transmission of the rain"));
    scatter_->setAccessibleDescription(places.join(u'\n'));
    bars_->setAccessibleDescription(shares.join(u'\n'));
    scatter_->setToolTip(
        places.join(u'\n')
        + tr("\nGrey line: Gaussian blurs σ 0…4 on this image. A network above it removes more than it "
             "smooths. Dashed: the clean image"));
    bars_->setToolTip(
        shares.join(u'\n')
        + tr("\n1: a copy, 0: nothing of the rain comes through. Black mark: a Gaussian blur that spoils the "
             "background as much"));
}

void RestorationPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        draw();
    }
}

}  // namespace lamscope::ui
