// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/generalization_view.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTableWidget>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "method/features/strength_family.h"
#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "workspaces/features/patch_list.h"

namespace lamscope::ui {

namespace {

constexpr int firstCandidateColumn = 2;  // after network and floor
constexpr std::size_t barsOfScores = 90;
constexpr double fullColour = 5.0;  // SRGA

QString textOf(const std::string& text) {
    return QString::fromStdString(text);
}

QString indexText(const SrgaIndex& index) {
    if (!index.srga) {
        return noValue;
    }
    auto text = fixedText(*index.srga, 2);
    if (index.band) {
        text += QStringLiteral(" ± %1").arg(fixedText((index.band->high - index.band->low) / 2.0, 2));
    }
    return text;
}

QString floorText(const std::optional<SrgaFloor>& floor) {
    return floor ? GeneralizationView::tr("%1\n90 %: %2").arg(fixedText(floor->median, 2), fixedText(floor->p90, 2))
                 : QString(noValue);
}

QString wordsOfSet(const QString& name, const SrgaDistribution& set) {
    const auto all = static_cast<double>(std::max<std::size_t>(set.scores.size(), 1));
    return GeneralizationView::tr("%1: σ %2, β %3; trimmed %4 of %5 scores (%6 %); %7 % of the variance")
        .arg(name, QString::number(set.sigma, 'g', 4), set.beta ? fixedText(*set.beta, 3) : QString(noValue),
             groupedText(static_cast<qint64>(set.removed)), groupedText(static_cast<qint64>(set.scores.size())),
             fixedText(100.0 * static_cast<double>(set.removed) / all, 2), fixedText(100.0 * set.explained, 1));
}

QString nameOfStep(StrengthFamily::Step step) {
    switch (step) {
        case StrengthFamily::Step::Blur:
            return GeneralizationView::tr("blur σ, HR pixels");
        case StrengthFamily::Step::Noise:
            return GeneralizationView::tr("noise σ, levels of 255");
        case StrengthFamily::Step::Jpeg:
            return GeneralizationView::tr("JPEG quality");
    }
    return {};
}

}  // namespace

void showWarnings(QLabel& label, const std::vector<std::string>& warnings) {
    QStringList all;
    for (const auto& warning : warnings) {
        all << textOf(warning);
    }
    label.setVisible(!all.isEmpty());
    label.setText(all.size() > 1
                      ? QObject::tr("%1 (and %n more)", nullptr, static_cast<int>(all.size()) - 1).arg(all.front())
                      : all.join(QString()));
    label.setToolTip(all.join(QLatin1Char('\n')));
    auto colours = label.palette();
    colours.setColor(QPalette::WindowText, warningText(QApplication::palette()));
    label.setPalette(colours);
}

GeneralizationView::GeneralizationView(FeaturesController& features, QWidget* parent)
    : QWidget(parent)
    , features_(features)
    , note_(new MutedLabel)
    , warnings_(new QLabel)
    , copyRow_(new CopyRow)
    , table_(new QTableWidget)
    , logarithmic_(new QCheckBox(tr("logarithmic")))
    , scores_(new ScorePlot)
    , curve_(new SeriesPlot(tr("SRGA over the strength")))
    , patches_(new PatchList(features)) {
    note_->setShortened();
    note_->setObjectName(QStringLiteral("srgaNote"));
    warnings_->setObjectName(QStringLiteral("srgaWarnings"));
    warnings_->setTextFormat(Qt::PlainText);
    warnings_->setContentsMargins(8, 0, 8, 0);
    warnings_->setMinimumWidth(60);
    warnings_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* text = copyRow_->add(tr("text"), QStringLiteral("copySrgaText"), tr("Aligned columns, rounded for reading"));
    auto* csv = copyRow_->add(tr("CSV"), QStringLiteral("copySrgaCsv"), tr("Every number in full"));
    auto* command =
        copyRow_->add(tr("command"), QStringLiteral("copySrgaCommand"), tr("The command line that computes the same"));
    connect(text, &QToolButton::clicked, this, [this, text] {
        if (const auto* shown = document()) {
            copyTable(textOf(toText(*shown)), static_cast<int>(shown->results.size()), *text);
        }
    });
    connect(csv, &QToolButton::clicked, this, [this, csv] {
        if (const auto* shown = document()) {
            copyTable(textOf(toCsv(*shown)), static_cast<int>(shown->results.size()), *csv);
        }
    });
    connect(command, &QToolButton::clicked, this, &GeneralizationView::commandRequested);

    table_->setObjectName(QStringLiteral("srgaTable"));
    table_->setAccessibleName(tr("SRGA of networks and degradations"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setTabKeyNavigation(false);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setHighlightSections(false);
    table_->verticalHeader()->setDefaultSectionSize(2 * table_->fontMetrics().height() + 8);
    table_->setMinimumHeight(3 * table_->fontMetrics().height() + 16);
    connect(table_, &QTableWidget::currentCellChanged, this, [this](int row, int column) {
        if (!follows_) {
            choose(row, column);
        }
    });

    auto* head = new QHBoxLayout;
    head->setContentsMargins(8, 3, 8, 0);
    head->setSpacing(10);
    head->addWidget(note_, 1);
    head->addWidget(copyRow_);
    auto* upper = new QWidget;
    auto* upperColumn = new QVBoxLayout(upper);
    upperColumn->setContentsMargins(0, 0, 0, 0);
    upperColumn->setSpacing(2);
    upperColumn->addLayout(head);
    upperColumn->addWidget(warnings_);
    upperColumn->addWidget(table_, 1);

    auto* densities = new QWidget;
    auto* densityColumn = new QVBoxLayout(densities);
    densityColumn->setContentsMargins(6, 2, 0, 0);
    densityColumn->setSpacing(0);
    auto* wordsRow = new QHBoxLayout;
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    for (std::size_t i = 0; i < words_.size(); ++i) {
        words_[i] = new QLabel;
        words_[i]->setObjectName(i == 0 ? QStringLiteral("referenceWords") : QStringLiteral("candidateWords"));
        words_[i]->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        auto small = words_[i]->font();
        small.setPointSizeF(small.pointSizeF() * 0.88);
        words_[i]->setFont(small);
        words->addWidget(words_[i]);
    }
    logarithmic_->setObjectName(QStringLiteral("logDensity"));
    logarithmic_->setAccessibleName(tr("Logarithmic density"));
    wordsRow->addLayout(words, 1);
    wordsRow->addWidget(logarithmic_, 0, Qt::AlignTop);
    densityColumn->addLayout(wordsRow);
    densityColumn->addWidget(scores_, 1);
    curve_->setObjectName(QStringLiteral("srgaCurve"));
    auto* lower = new QSplitter(Qt::Horizontal);
    lower->addWidget(densities);
    lower->addWidget(patches_);
    lower->setStretchFactor(0, 3);
    lower->setStretchFactor(1, 2);
    lower->setSizes({480, 340});
    lower->setChildrenCollapsible(false);
    auto* parts = new QSplitter(Qt::Vertical);
    parts->addWidget(upper);
    parts->addWidget(lower);
    parts->setStretchFactor(0, 2);
    parts->setStretchFactor(1, 3);
    parts->setSizes({220, 300});
    parts->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(parts);
    setFocusProxy(table_);

    connect(logarithmic_, &QCheckBox::toggled, this, [this](bool on) {
        auto look = features_.look();
        look.logarithmic = on;
        features_.setLook(look);
    });
    connect(curve_, &SeriesPlot::pointChosen, this, [this](std::size_t series, std::size_t point) {
        if (series < curvePoints_.size() && point < curvePoints_[series].size() && curvePoints_[series][point] > 0) {
            choose(static_cast<int>(series), static_cast<int>(curvePoints_[series][point]) - 1 + firstCandidateColumn);
        }
    });
    connect(&features_, &FeaturesController::resultsChanged, this, &GeneralizationView::follow);
    connect(&features_, &FeaturesController::lookChanged, this, &GeneralizationView::followLook);
    follow();
}

const SrgaDocument* GeneralizationView::document() const {
    return features_.isGeneralization() ? features_.srga().get() : nullptr;
}

void GeneralizationView::choose(int row, int column) {
    const auto* shown = document();
    if (shown == nullptr || row < 0 || static_cast<std::size_t>(row) >= shown->results.size()) {
        return;
    }
    auto look = features_.look();
    look.cellNetwork = features_.resultNetworks()[static_cast<std::size_t>(row)];
    if (column >= firstCandidateColumn) {
        look.cell = static_cast<std::size_t>(column - firstCandidateColumn);
    }
    features_.setLook(look);
}

void GeneralizationView::follow() {
    if (!features_.isGeneralization()) {
        return;
    }
    const auto* shown = document();
    copyRow_->setEnabled(shown != nullptr);
    if (shown == nullptr) {
        note_->setText(tr("Run to see how far features move."));
        warnings_->hide();
    } else {
        const auto& reference = shown->sets.front();
        note_->setText(tr("SRGA, lower is better: n = %1 patches of %2×%3 LR pixels, k = %4 components, tap %5, "
                          "reference %6, seed %7, preset %8")
                           .arg(reference.patches)
                           .arg(reference.width)
                           .arg(reference.height)
                           .arg(shown->components)
                           .arg(textOf(shown->options.tap), textOf(reference.name))
                           .arg(shown->options.seed)
                           .arg(textOf(std::string(toString(shown->options.preset)))));
        showWarnings(*warnings_, warningsOf(*shown));
    }
    fillTable();
    followLook();
}

void GeneralizationView::fillTable() {
    follows_ = true;
    const auto* shown = document();
    table_->clear();
    const auto candidates = shown == nullptr ? 0 : static_cast<int>(shown->sets.size()) - 1;
    table_->setRowCount(shown == nullptr ? 0 : static_cast<int>(shown->results.size()));
    table_->setColumnCount(shown == nullptr ? 0 : firstCandidateColumn + candidates);
    if (shown != nullptr) {
        QStringList headings{tr("network"), tr("floor")};
        for (int i = 0; i < candidates; ++i) {
            headings << textOf(shown->sets[static_cast<std::size_t>(i) + 1].name);
        }
        table_->setHorizontalHeaderLabels(headings);
        table_->horizontalHeaderItem(1)->setToolTip(tr(
            "SRGA of two halves of the reference: what differs because the images do. Values up to the 90 % level are "
            "not distinguishable from it."));
        for (int i = 0; i < candidates; ++i) {
            const auto& set = shown->sets[static_cast<std::size_t>(i) + 1];
            table_->horizontalHeaderItem(firstCandidateColumn + i)
                ->setToolTip(set.recipe ? textOf(*set.recipe) : textOf(set.folder.string()));
        }
        const auto base = palette().color(QPalette::Active, QPalette::Base);
        const auto ink = palette().color(QPalette::Active, QPalette::Text);
        for (int row = 0; row < table_->rowCount(); ++row) {
            const auto& named = shown->results[static_cast<std::size_t>(row)];
            const auto digit = features_.digitOf(static_cast<std::size_t>(row));
            auto* name = new QTableWidgetItem((digit.isEmpty() ? QString() : digit + QLatin1Char(' '))
                                              + textOf(named.card.name) + QLatin1Char('\n') + textOf(named.tap)
                                              + (named.addsInput ? tr(", adds its input") : QString()));
            name->setForeground(features_.colourOf(static_cast<std::size_t>(row)).isValid() ? QBrush(ink) : QBrush());
            name->setToolTip(
                tr("%1: input of %2, %3 numbers a patch%4")
                    .arg(textOf(named.card.name), textOf(named.tap), groupedText(static_cast<qint64>(named.dimension)),
                         named.addsInput ? tr(". It adds its enlarged input at the end: its features hold only what "
                                              "must be changed, and move the more the better it removes a degradation. "
                                              "Compare it with networks of its kind alone.")
                                         : QString()));
            table_->setItem(row, 0, name);
            auto* floor = new QTableWidgetItem(floorText(named.comparison.floor));
            floor->setTextAlignment(Qt::AlignCenter);
            floor->setForeground(mutedText(palette()));
            table_->setItem(row, 1, floor);
            for (int i = 0; i < candidates; ++i) {
                const auto candidate = static_cast<std::size_t>(i);
                const auto& index = named.comparison.indices[candidate];
                const bool inside = isInsideFloor(index, named.comparison.floor);
                auto text = indexText(index);
                const double psnr =
                    candidate + 1 < named.psnr.size() ? named.psnr[candidate + 1].value_or(std::nan("")) : std::nan("");
                if (!index.srga) {
                    text += QLatin1Char('\n') + tr("no shape");
                } else if (inside) {
                    text += QLatin1Char('\n') + tr("not distinguishable");
                } else if (std::isfinite(psnr)) {
                    text += QLatin1Char('\n') + tr("%1 dB").arg(fixedText(psnr, 2));
                }
                auto* item = new QTableWidgetItem(text);
                item->setTextAlignment(Qt::AlignCenter);
                QStringList help{
                    tr("%1 on %2: SRGA %3")
                        .arg(textOf(named.card.name), textOf(shown->sets[candidate + 1].name), indexText(index))};
                if (index.divergence) {
                    help << tr("KL %1 nats").arg(QString::number(*index.divergence, 'g', 4));
                }
                if (std::isfinite(psnr)) {
                    help << tr("PSNR of the SR %1 dB (Y)").arg(fixedText(psnr, 2));
                }
                if (inside) {
                    help << tr("inside the floor: two halves of the reference differ as much");
                }
                item->setToolTip(help.join(QLatin1Char('\n')));
                item->setData(Qt::AccessibleTextRole, help.join(QStringLiteral(", ")));
                if (inside || !index.srga) {
                    constexpr double grey = 0.14;
                    item->setBackground(mixedColour(ink, base, grey));
                    item->setForeground(mutedText(palette()));
                } else {
                    constexpr double strongest = 0.62;
                    const double share = std::clamp(*index.srga / fullColour, 0.0, 1.0);
                    item->setBackground(mixedColour(QColor(213, 94, 0), base, strongest * share));
                    item->setForeground(ink);
                }
                table_->setItem(row, firstCandidateColumn + i, item);
            }
        }
        auto* header = table_->horizontalHeader();
        header->setSectionResizeMode(QHeaderView::Stretch);
        header->setMinimumSectionSize(74);
        header->setSectionResizeMode(0, QHeaderView::ResizeToContents);
        header->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    }
    follows_ = false;
}

void GeneralizationView::followLook() {
    if (!features_.isGeneralization()) {
        return;
    }
    follows_ = true;
    logarithmic_->setChecked(features_.look().logarithmic);
    scores_->setLogarithmic(features_.look().logarithmic);
    if (const auto row = features_.chosenResult()) {
        const auto* shown = document();
        const auto column = std::min(features_.look().cell, shown->sets.size() - 2);
        table_->setCurrentCell(static_cast<int>(*row), static_cast<int>(column) + firstCandidateColumn);
    }
    follows_ = false;
    fillScores();
    fillCurve();
    fillPatches();
}

void GeneralizationView::fillScores() {
    const auto row = features_.chosenResult();
    const auto* shown = document();
    if (!row || shown == nullptr) {
        scores_->setDensities(std::nullopt);
        words_[0]->clear();
        words_[1]->clear();
        return;
    }
    const auto& named = shown->results[*row];
    const auto candidate = std::min(features_.look().cell, shown->sets.size() - 2);
    const std::array<std::size_t, 2> sets{0, candidate + 1};
    constexpr double deviations = 5.0;
    ScoreDensities densities{.title = tr("%1: %2 against %3")
                                          .arg(textOf(named.card.name), textOf(shown->sets[candidate + 1].name),
                                               textOf(shown->sets.front().name)),
                             .reach = 0.0};
    for (const auto set : sets) {
        densities.reach = std::max(densities.reach, deviations * named.comparison.sets[set].sigma);
    }
    densities.reach = densities.reach > 0.0 ? densities.reach : 1.0;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const auto& set = named.comparison.sets[sets[i]];
        densities.sets[i] = {.name = textOf(shown->sets[sets[i]].name),
                             .densities = histogramOf(set.scores, densities.reach, barsOfScores).densities,
                             .fitted = set.fitted()};
        const auto words =
            wordsOfSet((i == 0 ? QStringLiteral("— ") : QStringLiteral("- - ")) + densities.sets[i].name, set);
        words_[i]->setText(words);
        words_[i]->setToolTip(words);
        auto colours = words_[i]->palette();
        colours.setColor(QPalette::WindowText, ScorePlot::colourOf(i, palette()));
        words_[i]->setPalette(colours);
    }
    scores_->setDensities(densities);
}

/// Of the family that the chosen candidate belongs to, otherwise of the first.
void GeneralizationView::fillCurve() {
    curvePoints_.clear();
    const auto row = features_.chosenResult();
    const auto* shown = document();
    PlottedSeries plotted;
    const auto families = shown == nullptr ? std::vector<StrengthFamily>() : strengthFamilies(shown->sets);
    if (!row || families.empty()) {
        plotted.title = shown == nullptr ? QString()
                                         : tr(
                                             "A curve stands here when recipes differ in strength alone, such as "
                                             "blur:1, blur:2, blur:4.");
        curve_->setPlot(plotted);
        return;
    }
    const auto candidate = std::min(features_.look().cell, shown->sets.size() - 2) + 1;
    const auto holds = [&](const StrengthFamily& family) {
        return std::ranges::find(family.members, candidate, &StrengthFamily::Member::set) != family.members.end();
    };
    const auto found = std::ranges::find_if(families, holds);
    const auto& family = found == families.end() ? families.front() : *found;
    plotted.title = tr("SRGA over the strength");
    plotted.x = {.title = nameOfStep(family.step), .reversed = family.step == StrengthFamily::Step::Jpeg};
    auto members = family.members;
    std::ranges::sort(members, {}, &StrengthFamily::Member::strength);
    for (const auto& member : members) {
        plotted.x.ticks.emplace_back(member.strength, QString::number(member.strength, 'g', 4));
    }
    plotted.y = {.title = tr("SRGA")};
    double floor = 0.0;
    for (std::size_t i = 0; i < shown->results.size(); ++i) {
        const auto& named = shown->results[i];
        PlotSeries series{.name = textOf(named.card.name),
                          .digit = features_.digitOf(i),
                          .colour = features_.colourOf(i),
                          .selected = i == *row};
        std::vector<std::size_t> sets;
        for (const auto& member : members) {
            if (member.set == 0) {
                continue;
            }
            const auto& index = named.comparison.indices[member.set - 1];
            const double value = index.srga.value_or(std::nan(""));
            const double half = index.band ? (index.band->high - index.band->low) / 2.0 : 0.0;
            series.x.push_back(member.strength);
            series.y.push_back(value);
            series.lowest.push_back(value - half);
            series.highest.push_back(value + half);
            series.texts.push_back(
                tr("%1, %2: %3").arg(series.name, textOf(shown->sets[member.set].name), indexText(index)));
            if (i == *row && member.set == candidate) {
                plotted.chosen = {i, series.x.size() - 1};
            }
            sets.push_back(member.set);
        }
        curvePoints_.push_back(std::move(sets));
        plotted.series.push_back(std::move(series));
        if (i == *row && named.comparison.floor) {
            floor = named.comparison.floor->p90;
        }
    }
    if (floor > 0.0) {
        plotted.strips.push_back({0.0, floor, tr("floor")});
    }
    curve_->setPlot(plotted);
}

void GeneralizationView::fillPatches() {
    const auto row = features_.chosenResult();
    const auto* shown = document();
    std::vector<PatchSrRequest> patches;
    QString title;
    if (row && shown != nullptr) {
        const auto candidate = std::min(features_.look().cell, shown->sets.size() - 2) + 1;
        const auto network = features_.resultNetworks()[*row];
        constexpr std::size_t most = 8;
        for (std::size_t i = 0; i < std::min(most, shown->sets.front().patches); ++i) {
            patches.push_back({network, 0, i});
            patches.push_back({network, candidate, i});
        }
        title = tr("%1: the first patches, %2 and %3")
                    .arg(textOf(shown->results[*row].card.name), textOf(shown->sets.front().name),
                         textOf(shown->sets[candidate].name));
    }
    patches_->setPatches(title, patches, /*withSr=*/true);
}

void GeneralizationView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && table_ != nullptr) {
        follow();
    }
}

}  // namespace lamscope::ui
