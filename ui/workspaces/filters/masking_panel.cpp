// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/masking_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "panels/muted_label.h"
#include "panels/number_text.h"

namespace lamscope::ui {

namespace {

/// Told apart also by readers with colour blindness, on light and on dark.
QColor colourOfDegradation(std::size_t degradation) {
    constexpr std::array<QRgb, 4> colours{0xff3b7ddd, 0xffd9822b, 0xff2ca070, 0xff9457cc};
    return {colours.at(degradation % colours.size())};
}

QString nameOfRule(FilterRule rule) {
    switch (rule) {
        case FilterRule::Faig:
            return MaskingPanel::tr("FAIG");
        case FilterRule::PixelIg:
            return MaskingPanel::tr("pixel IG");
        case FilterRule::Change:
            return MaskingPanel::tr("change");
        case FilterRule::Random:
            return MaskingPanel::tr("random");
        case FilterRule::Order:
            return MaskingPanel::tr("list");
    }
    return {};
}

int dashOfRule(FilterRule rule) {
    return rule == FilterRule::PixelIg ? 0 : rule == FilterRule::Change ? 1 : 2;
}

}  // namespace

MaskingPanel::MaskingPanel(FaigController& filters, QWidget* parent)
    : QWidget(parent)
    , filters_(filters)
    , plot_(new MaskingPlot)
    , readout_(new QComboBox)
    , rivals_(new QCheckBox(tr("Rivals")))
    , state_(new MutedLabel) {
    readout_->addItem(tr("PSNR"));
    readout_->addItem(tr("Gradient MSE"));
    readout_->setAccessibleName(tr("Readout"));
    readout_->setObjectName(QStringLiteral("maskingReadout"));
    readout_->setToolTip(
        tr("PSNR of the masked network's SR against HR, or 1000 times the mean squared difference of "
           "its gradients to the target's"));
    rivals_->setToolTip(tr("Other rankings: pixel IG, change of the weights, random (10 seeds)"));
    rivals_->setObjectName(QStringLiteral("maskingRivals"));
    state_->setShortened();
    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(readout_);
    line->addWidget(rivals_);
    line->addWidget(state_, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 4, 8, 2);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(plot_, 1);
    connect(readout_, &QComboBox::activated, this, [this](int index) {
        auto look = filters_.look();
        look.gradients = index == 1;
        filters_.setLook(look);
    });
    connect(rivals_, &QCheckBox::toggled, this, [this](bool on) {
        auto look = filters_.look();
        look.rivals = on;
        filters_.setLook(look);
    });
    connect(plot_, &MaskingPlot::percentChosen, this, [this](double percent) {
        auto state = filters_.state();
        state.percent = std::clamp(std::round(percent * 100.0) / 100.0, 0.01, 100.0);
        filters_.change(tr("share of filters"), state);
    });
    connect(&filters_, &FaigController::curvesChanged, this, &MaskingPanel::follow);
    connect(&filters_, &FaigController::progressChanged, this, &MaskingPanel::followState);
    connect(&filters_, &FaigController::resultsChanged, this, &MaskingPanel::follow);
    connect(&filters_, &FaigController::lookChanged, this, &MaskingPanel::follow);
    connect(&filters_, &FaigController::stateChanged, this, &MaskingPanel::follow);
    follow();
}

MaskingCurves MaskingPanel::curves() const {
    MaskingCurves shown;
    const auto& ran = filters_.ran();
    const auto& all = filters_.curves();
    const bool gradients = filters_.look().gradients;
    shown.title = tr("Masking the top filters");
    shown.valueLabel = gradients ? tr("gradient MSE ×1000") : tr("PSNR, dB");
    if (!ran || all.empty()) {
        return shown;
    }
    const auto& percents = filters_.curvePercents();
    const auto valuesOf = [gradients](const FaigCurve& curve, std::size_t degradation) -> const std::vector<double>& {
        return gradients ? curve.gradientMse[degradation] : curve.psnr[degradation];
    };
    for (std::size_t degradation = 0; degradation < ran->options.degradations.size(); ++degradation) {
        const auto name = QString::fromStdString(ran->options.degradations[degradation].name);
        const auto colour = colourOfDegradation(degradation);
        std::vector<const FaigCurve*> random;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto& curve = all[i];
            if (i > 0 && curve.rule == FilterRule::Random) {
                random.push_back(&curve);
                continue;
            }
            const auto& values = valuesOf(curve, degradation);
            if (std::ranges::all_of(values, [](double value) { return std::isnan(value); })) {
                continue;
            }
            shown.series.push_back({.name = tr("%1, on %2").arg(nameOfRule(curve.rule), name),
                                    .colour = colour,
                                    .rival = i > 0,
                                    .mark = static_cast<int>(degradation),
                                    .dash = dashOfRule(curve.rule),
                                    .percent = percents,
                                    .values = values,
                                    .lowest = {},
                                    .highest = {}});
        }
        MaskingSeries band{.name = tr("random, on %1").arg(name),
                           .colour = colour,
                           .rival = true,
                           .mark = static_cast<int>(degradation),
                           .dash = 2,
                           .percent = {},
                           .values = {},
                           .lowest = {},
                           .highest = {}};
        for (std::size_t share = 0; share < percents.size(); ++share) {
            double lowest = std::numeric_limits<double>::infinity();
            double highest = -lowest;
            double sum = 0.0;
            int count = 0;
            for (const auto* curve : random) {
                const double value = valuesOf(*curve, degradation)[share];
                if (std::isfinite(value)) {
                    lowest = std::min(lowest, value);
                    highest = std::max(highest, value);
                    sum += value;
                    ++count;
                }
            }
            if (count > 0) {
                band.percent.push_back(percents[share]);
                band.values.push_back(sum / count);
                band.lowest.push_back(lowest);
                band.highest.push_back(highest);
            }
        }
        if (!band.percent.empty()) {
            shown.series.push_back(std::move(band));
        }
        if (!gradients) {
            const auto [target, baseline] = filters_.levels(degradation);
            const auto mark = static_cast<int>(degradation);
            shown.levels.push_back({tr("target, %1").arg(name), colour, target, mark});
            shown.levels.push_back({tr("baseline, %1").arg(name), colour, baseline, mark});
        }
    }
    return shown;
}

void MaskingPanel::follow() {
    const QSignalBlocker quietReadout(readout_);
    const QSignalBlocker quietRivals(rivals_);
    readout_->setCurrentIndex(filters_.look().gradients ? 1 : 0);
    rivals_->setChecked(filters_.look().rivals);
    plot_->setCurves(curves());
    plot_->setPercent(filters_.state().percent);
    followState();
}

void MaskingPanel::followState() {
    QString text;
    if (filters_.isRunning()) {
        text = tr("follows the scores");
    } else if (!filters_.curves().empty()) {
        const int done = filters_.curves().front().images;
        const auto& progress = filters_.progress();
        text = filters_.isReadingOut() && !progress.what.empty()
                   ? tr("%1, %2 %").arg(QString::fromStdString(progress.what)).arg(qRound(progress.done * 100.0))
               : filters_.isReadingOut() ? tr("being read out; images done: %1").arg(done)
                                         : (done == 1 ? tr("of 1 image") : tr("means over %1 images").arg(done));
    } else {
        text = tr("The curve stands here when the scores are finished.");
    }
    state_->setText(text);
}

}  // namespace lamscope::ui
