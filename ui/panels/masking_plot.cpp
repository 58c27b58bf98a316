// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/masking_plot.h"

#include <QBuffer>
#include <QEvent>
#include <QMouseEvent>
#include <QPdfWriter>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <qcustomplot.h>

#include "panels/label_places.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double leastPercent = 0.1;
constexpr double mostPercent = 100.0;
constexpr int leastRoomForLevelNames = 62;
constexpr int distanceOfLevelNames = 4;
constexpr int leastHeightWithAxisNames = 150;

QVector<double> vectorOf(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

Qt::PenStyle dashOf(int pattern) {
    constexpr std::array styles{Qt::DotLine, Qt::DashDotLine, Qt::SolidLine};
    return styles.at(static_cast<std::size_t>(std::clamp(pattern, 0, 2)));
}

QCPScatterStyle::ScatterShape shapeOf(int mark) {
    constexpr std::array shapes{QCPScatterStyle::ssDisc, QCPScatterStyle::ssSquare, QCPScatterStyle::ssTriangle,
                                QCPScatterStyle::ssDiamond};
    return shapes.at(static_cast<std::size_t>(mark) % shapes.size());
}

/// The same shape as a letter.
QChar letterOf(int mark) {
    constexpr std::array<char16_t, 4> letters{u'●', u'■', u'▲', u'◆'};
    return {letters.at(static_cast<std::size_t>(mark) % letters.size())};
}

}  // namespace

MaskingPlot::MaskingPlot(QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , title_(new QCPTextElement(plot_, QString()))
    , chosen_(new QCPItemStraightLine(plot_)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    auto bold = small;
    bold.setBold(true);
    title_->setFont(bold);
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, title_);
    plot_->plotLayout()->setRowSpacing(0);
    prepareAxes(*plot_, small);
    plot_->xAxis->setScaleType(QCPAxis::stLogarithmic);
    plot_->xAxis->setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
    plot_->xAxis->setRange(leastPercent, mostPercent);
    plot_->xAxis->setNumberFormat(QStringLiteral("g"));
    plot_->xAxis->setNumberPrecision(3);
    plot_->xAxis->setSubTicks(true);
    plot_->xAxis->setSubTickLength(0, 2);
    // The legend stands beside the plot: curves cross all of it.
    auto* legendColumn = new QCPLayoutGrid;
    plot_->plotLayout()->addElement(1, 1, legendColumn);
    legendColumn->addElement(0, 0, plot_->legend);
    legendColumn->addElement(1, 0, new QCPLayoutElement(plot_));
    legendColumn->setRowStretchFactor(0, 0.001);
    legendColumn->setMargins(QMargins(0, 4, 4, 0));
    plot_->plotLayout()->setColumnStretchFactor(1, 0.001);
    plot_->legend->setFillOrder(QCPLegend::foRowsFirst);
    chosen_->setSelectable(false);
    chosen_->setLayer(QStringLiteral("grid"));
    plot_->axisRect()->setAutoMargins(QCP::msLeft | QCP::msTop | QCP::msBottom);
    plot_->axisRect()->setMargins(QMargins(0, 0, leastRoomForLevelNames, 0));
    connect(plot_, &QCustomPlot::afterLayout, this, &MaskingPlot::placeLevelNames);
    plot_->installEventFilter(this);
    plot_->setAccessibleName(tr("Masking curve"));
    plot_->setObjectName(QStringLiteral("maskingCurve"));
    applyColours(palette());
    layOut(size());
    setPercent(percent_);
}

void MaskingPlot::setCurves(const MaskingCurves& curves) {
    curves_ = curves;
    draw();
}

void MaskingPlot::setPercent(double percent) {
    percent_ = percent;
    chosen_->point1->setCoords(percent, 0.0);
    chosen_->point2->setCoords(percent, 1.0);
    describe();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void MaskingPlot::draw() {
    plot_->clearGraphs();
    for (const auto& name : levelNames_) {
        plot_->removeItem(name.item);
    }
    levelNames_.clear();
    title_->setText(curves_.title);
    for (const auto& level : curves_.levels) {
        addLevel(level);
    }
    int room = leastRoomForLevelNames;
    const QFontMetrics metrics(plot_->xAxis->tickLabelFont());
    for (const auto& name : levelNames_) {
        room = std::max(room, metrics.horizontalAdvance(name.item->text()) + 2 * distanceOfLevelNames);
    }
    plot_->axisRect()->setMargins(QMargins(0, 0, room, 0));
    for (const bool rivals : {true, false}) {  // the others lie above them
        for (const auto& series : curves_.series) {
            if (series.rival == rivals) {
                addSeries(series);
            }
        }
    }
    // In the legend the method comes first.
    fitValues();
    describe();
    layOut(size());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void MaskingPlot::addSeries(const MaskingSeries& series) {
    if (!series.lowest.empty()) {
        auto* low = plot_->addGraph();
        low->setPen(Qt::NoPen);
        low->setData(vectorOf(series.percent), vectorOf(series.lowest), true);
        low->removeFromLegend();
        auto* high = plot_->addGraph();
        high->setPen(Qt::NoPen);
        high->setData(vectorOf(series.percent), vectorOf(series.highest), true);
        auto fill = series.colour;
        fill.setAlphaF(0.16F);
        high->setBrush(fill);
        high->setChannelFillGraph(low);
        high->removeFromLegend();
    }
    auto* graph = plot_->addGraph();
    graph->setName(series.name);
    auto colour = series.colour;
    if (series.rival) {
        colour.setAlphaF(0.85F);
    }
    graph->setPen(QPen(colour, series.rival ? 1.0 : 2.4, series.rival ? dashOf(series.dash) : Qt::SolidLine));
    constexpr double sizeOfPoints = 6.0;
    constexpr double sizeOfRivals = 3.5;
    graph->setScatterStyle(QCPScatterStyle(shapeOf(series.mark), series.rival ? sizeOfRivals : sizeOfPoints));
    graph->setData(vectorOf(series.percent), vectorOf(series.values), true);
}

void MaskingPlot::addLevel(const MaskingLevel& level) {
    if (!std::isfinite(level.value)) {
        return;
    }
    auto* line = plot_->addGraph();
    line->removeFromLegend();
    line->setPen(QPen(level.colour, 1.0, Qt::DashLine));
    line->setData({leastPercent, mostPercent}, {level.value, level.value}, true);
    auto* name = new QCPItemText(plot_);
    // In the colour of text, which can be read; the mark says whose it is.
    name->setText(letterOf(level.mark) + QLatin1Char(' ') + level.name);
    name->setColor(palette().color(QPalette::Active, QPalette::Text));
    name->setFont(plot_->xAxis->tickLabelFont());
    name->setSelectable(false);
    name->setClipToAxisRect(false);
    name->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    name->position->setType(QCPItemPosition::ptAbsolute);
    levelNames_.push_back({name, level.value});
}

void MaskingPlot::fitValues() {
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -lowest;
    for (int i = 0; i < plot_->graphCount(); ++i) {
        bool found = false;
        const auto range = plot_->graph(i)->getValueRange(found);
        if (found) {
            lowest = std::min(lowest, range.lower);
            highest = std::max(highest, range.upper);
        }
    }
    if (lowest > highest) {
        plot_->yAxis->setRange(0.0, 1.0);
        return;
    }
    const double room = std::max(0.06 * (highest - lowest), 0.02 * std::max(std::abs(highest), 1e-6));
    plot_->yAxis->setRange(lowest - room, highest + room);
}

void MaskingPlot::placeLevelNames() {
    const double height = 0.85 * QFontMetrics(plot_->xAxis->tickLabelFont()).height();
    std::vector<double> wanted;
    for (const auto& name : levelNames_) {
        wanted.push_back(plot_->yAxis->coordToPixel(name.value));
    }
    const auto* const inside = plot_->axisRect();
    const auto places = placedApart(wanted, height, inside->top() + 0.5 * height, inside->bottom() - 0.5 * height);
    for (std::size_t i = 0; i < levelNames_.size(); ++i) {
        levelNames_[i].item->position->setCoords(inside->right() + distanceOfLevelNames, places[i]);
    }
}

void MaskingPlot::layOut(QSize size) {
    const bool named = size.height() >= leastHeightWithAxisNames;
    plot_->xAxis->setLabel(named ? tr("filters masked, %") : QString());
    plot_->yAxis->setLabel(named ? curves_.valueLabel : QString());
    title_->setText(named ? curves_.title : tr("%1: %2 over filters masked, %").arg(curves_.title, curves_.valueLabel));
    title_->setVisible(!curves_.title.isEmpty());
    constexpr int leastWidthWithLegend = 420;
    plot_->legend->setVisible(!curves_.series.empty() && size.width() >= leastWidthWithLegend);
}

void MaskingPlot::applyColours(const QPalette& palette) {
    colourPlot(*plot_, palette);
    title_->setTextColor(palette.color(QPalette::Active, QPalette::Text));
    for (const auto& name : levelNames_) {
        name.item->setColor(palette.color(QPalette::Active, QPalette::Text));
    }
    chosen_->setPen(QPen(mutedText(palette), 1.0));
}

QString MaskingPlot::textAt(double percent) const {
    QStringList lines{tr("%1 % masked").arg(QString::number(percent, 'g', 3))};
    for (const auto& series : curves_.series) {
        if (series.percent.empty()) {
            continue;
        }
        const auto nearest = std::ranges::min_element(
            series.percent, {}, [percent](double at) { return std::abs(std::log(at) - std::log(percent)); });
        const auto place = static_cast<std::size_t>(nearest - series.percent.begin());
        lines << tr("%1: %2 at %3 %")
                     .arg(series.name, QString::number(series.values[place], 'g', 4),
                          QString::number(*nearest, 'g', 3));
    }
    return lines.join(QLatin1Char('\n'));
}

void MaskingPlot::describe() {
    QStringList lines{curves_.series.empty() ? tr("Not computed yet") : textAt(percent_)};
    for (const auto& level : curves_.levels) {
        lines << tr("%1: %2").arg(level.name, QString::number(level.value, 'g', 4));
    }
    plot_->setAccessibleDescription(lines.join(QLatin1Char('\n')));
}

// --- for print

template <typename Paint>
void MaskingPlot::asForPrint(QSize size, const Paint& paint) {
    chosen_->setVisible(false);
    QPalette print;
    print.setColor(QPalette::Base, Qt::white);
    print.setColor(QPalette::Text, Qt::black);
    applyColours(print);
    layOut(size);
    paint();
    chosen_->setVisible(true);
    applyColours(palette());
    layOut(this->size());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

QByteArray MaskingPlot::pdf(QSize size) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    asForPrint(size, [&] {
        QPdfWriter writer(&buffer);
        // Fonts and lines are laid out in pixels of the screen.
        writer.setResolution(logicalDpiX());
        const double points = 72.0 / logicalDpiX();
        writer.setPageSize(QPageSize(QSizeF(size) * points, QPageSize::Point));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        QCPPainter painter(&writer);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        plot_->toPainter(&painter, size.width(), size.height());
    });
    return buffer.data();
}

QPoint MaskingPlot::placeOf(double percent) const {
    return {static_cast<int>(std::lround(plot_->xAxis->coordToPixel(percent))), plot_->axisRect()->center().y()};
}

// --- events

void MaskingPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours(palette());
        plot_->replot(QCustomPlot::rpQueuedReplot);
    }
}

void MaskingPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layOut(size());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

bool MaskingPlot::eventFilter(QObject* watched, QEvent* event) {
    const auto shareAt = [this](QPointF position) {
        return std::clamp(plot_->xAxis->pixelToCoord(position.x()), leastPercent, mostPercent);
    };
    if (event->type() == QEvent::ToolTip) {
        const auto& help = dynamic_cast<const QHelpEvent&>(*event);
        if (plot_->axisRect()->rect().contains(help.pos()) && !curves_.series.empty()) {
            QToolTip::showText(help.globalPos(), textAt(shareAt(help.pos())), plot_);
        }
        return true;
    }
    if (event->type() == QEvent::MouseButtonPress) {
        const auto& press = dynamic_cast<const QMouseEvent&>(*event);
        if (press.button() == Qt::LeftButton && plot_->axisRect()->rect().contains(press.position().toPoint())) {
            emit percentChosen(shareAt(press.position()));
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace lamscope::ui
