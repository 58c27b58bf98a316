// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/score_plot.h"

#include <QEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

#include "base/error.h"
#include "panels/panel_colours.h"
#include "panels/plot_style.h"

namespace lamscope::ui {

namespace {

constexpr double decadesOfDensity = 4.5;
constexpr int pointsOfFit = 401;

}  // namespace

ScorePlot::ScorePlot(QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , title_(new QCPTextElement(plot_, QString())) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
    auto small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    auto bold = small;
    bold.setBold(true);
    title_->setFont(bold);
    title_->setMinimumSize(1, 0);
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, title_);
    plot_->plotLayout()->setRowSpacing(0);
    prepareAxes(*plot_, small);
    plot_->axisRect()->setMinimumMargins(QMargins(4, 2, 8, 2));
    plot_->xAxis->setLabel(tr("principal score, units of the features"));
    plot_->setAccessibleName(tr("Densities of the principal scores"));
    setObjectName(QStringLiteral("scorePlot"));
    draw(palette());
}

QColor ScorePlot::colourOf(std::size_t set, const QPalette& palette) {
    if (set == 0) {
        return isDark(palette) ? QColor(106, 180, 240) : QColor(0, 95, 158);
    }
    return isDark(palette) ? QColor(240, 150, 80) : QColor(176, 72, 0);
}

void ScorePlot::setDensities(const std::optional<ScoreDensities>& densities) {
    densities_ = densities;
    draw(palette());
}

void ScorePlot::setLogarithmic(bool logarithmic) {
    logarithmic_ = logarithmic;
    draw(palette());
}

void ScorePlot::draw(const QPalette& palette) {
    plot_->clearGraphs();
    colourPlot(*plot_, palette);
    title_->setTextColor(palette.color(QPalette::Active, QPalette::Text));
    title_->setText(densities_ ? densities_->title : QString());
    plot_->yAxis->setLabel(logarithmic_ ? tr("density (log)") : tr("density"));
    plot_->yAxis->setScaleType(logarithmic_ ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (logarithmic_) {
        plot_->yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
        plot_->yAxis->setNumberFormat(QStringLiteral("eb"));
        plot_->yAxis->setNumberPrecision(0);
    } else {
        plot_->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
        plot_->yAxis->ticker()->setTickCount(4);
        plot_->yAxis->setNumberFormat(QStringLiteral("g"));
        plot_->yAxis->setNumberPrecision(3);
    }
    plot_->xAxis->setVisible(densities_.has_value());
    plot_->yAxis->setVisible(densities_.has_value());
    if (densities_) {
        const double reach = densities_->reach;
        double top = 0.0;
        for (const auto& set : densities_->sets) {
            for (const double density : set.densities) {
                top = std::max(top, density);
            }
        }
        top = top > 0.0 ? top : 1.0;
        const double floor = top / std::pow(10.0, decadesOfDensity);
        for (std::size_t i = 0; i < densities_->sets.size(); ++i) {
            const auto& set = densities_->sets[i];
            const auto colour = colourOf(i, palette);
            QVector<double> x;
            QVector<double> y;
            const double width = 2.0 * reach / static_cast<double>(std::max<std::size_t>(set.densities.size(), 1));
            for (std::size_t bar = 0; bar < set.densities.size(); ++bar) {
                x.push_back(-reach + (static_cast<double>(bar) + 0.5) * width);
                y.push_back(logarithmic_ ? std::max(set.densities[bar], floor / 10.0) : set.densities[bar]);
            }
            auto* bars = plot_->addGraph();
            bars->setLineStyle(QCPGraph::lsStepCenter);
            auto fill = colour;
            constexpr float faint = 0.22F;
            fill.setAlphaF(faint);
            bars->setPen(QPen(fill, 1.0));
            bars->setBrush(fill);
            bars->setData(x, y, true);
            if (!set.fitted) {
                continue;
            }
            QVector<double> fitX;
            QVector<double> fitY;
            for (int point = 0; point < pointsOfFit; ++point) {
                const double score = reach * (2.0 * point / (pointsOfFit - 1.0) - 1.0);
                const double density = densityAt(*set.fitted, score);
                // The peak of a shape below 1 is a cusp, which may be higher than any bar.
                fitX.push_back(score);
                fitY.push_back(std::clamp(density, logarithmic_ ? floor / 10.0 : 0.0, 100.0 * top));
            }
            auto* fit = plot_->addGraph();
            fit->setPen(QPen(colour, 2.0, i == 0 ? Qt::SolidLine : Qt::DashLine));
            fit->setData(fitX, fitY, true);
        }
        plot_->xAxis->setRange(-reach, reach);
        if (logarithmic_) {
            plot_->yAxis->setRange(floor, top * 2.5);
        } else {
            plot_->yAxis->setRange(0.0, top * 1.08);
        }
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ScorePlot::savePdf(const std::filesystem::path& file, QSize size) {
    QPalette paper;
    paper.setColor(QPalette::Base, Qt::white);
    paper.setColor(QPalette::Text, Qt::black);
    draw(paper);
    const bool saved = plot_->savePdf(QString::fromStdString(file.string()), size.width(), size.height());
    draw(palette());
    if (!saved) {
        throw Error(ErrorCode::WriteFailed, file.string() + " cannot be written");
    }
}

void ScorePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        draw(palette());
    }
}

}  // namespace lamscope::ui
