// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/representations_view.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "view/pyramid.h"
#include "workspaces/features/generalization_view.h"
#include "workspaces/features/patch_list.h"
#include "workspaces/features/patch_scatter.h"

namespace lamscope::ui {

namespace {

QString shownText(const std::string& text) {
    return QString::fromStdString(text);
}

QString ratioText(double ratio) {
    if (std::isinf(ratio)) {
        return QStringLiteral("∞");
    }
    return std::isnan(ratio) ? QString(noValue) : QString::number(ratio, 'g', 3);
}

QString probabilityText(const DdrTap& tap) {
    return tap.chance ? QString::number(tap.chance->probability, 'g', 2) : QString(noValue);
}

QPixmap signPixmap(const NetworkSign& sign, double ratio) {
    constexpr int side = 14;
    QPixmap pixmap(QSizeF(side * ratio, side * ratio).toSize());
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(side / 2.0, side / 2.0);
    painter.scale(side - 3, side - 3);
    painter.setPen(Qt::NoPen);
    painter.setBrush(sign.colour);
    painter.drawPath(sign.shape);
    return pixmap;
}

QString spaceText(DdrSpace space) {
    switch (space) {
        case DdrSpace::Pca2:
            return RepresentationsView::tr("PCA-2");
        case DdrSpace::Pca50:
            return RepresentationsView::tr("PCA-50");
        default:
            return RepresentationsView::tr("features");
    }
}

}  // namespace

RepresentationsView::RepresentationsView(FeaturesController& features, QWidget* parent)
    : QWidget(parent)
    , features_(features)
    , note_(new MutedLabel)
    , warnings_(new QLabel)
    , copyRow_(new CopyRow)
    , network_(new QComboBox)
    , tap_(new QComboBox)
    , embedding_(new QComboBox)
    , ratio_(new QLabel)
    , scatter_(new PatchScatter)
    , legendRow_(new QWidget)
    , depth_(new SeriesPlot(tr("CH over the depth")))
    , table_(new QTableWidget)
    , patches_(new PatchList(features))
    , tabs_(new QTabWidget) {
    note_->setShortened();
    note_->setObjectName(QStringLiteral("ddrNote"));
    warnings_->setObjectName(QStringLiteral("ddrWarnings"));
    warnings_->setTextFormat(Qt::PlainText);
    warnings_->setContentsMargins(8, 0, 8, 0);
    warnings_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* text = copyRow_->add(tr("text"), QStringLiteral("copyDdrText"), tr("Aligned columns, rounded for reading"));
    auto* csv = copyRow_->add(tr("CSV"), QStringLiteral("copyDdrCsv"), tr("Every number in full"));
    auto* command =
        copyRow_->add(tr("command"), QStringLiteral("copyDdrCommand"), tr("The command line that computes the same"));
    connect(text, &QToolButton::clicked, this, [this, text] {
        if (const auto* shown = document()) {
            copyTable(shownText(toText(*shown)), static_cast<int>(shown->results.size()), *text);
        }
    });
    connect(csv, &QToolButton::clicked, this, [this, csv] {
        if (const auto* shown = document()) {
            copyTable(shownText(toCsv(*shown)), static_cast<int>(shown->results.size()), *csv);
        }
    });
    connect(command, &QToolButton::clicked, this, &RepresentationsView::commandRequested);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(8, 3, 8, 0);
    head->setSpacing(10);
    head->addWidget(note_, 1);
    head->addWidget(copyRow_);

    const auto prepare = [](QComboBox* choice, const QString& name, const QString& help, const QString& object) {
        choice->setAccessibleName(name);
        choice->setToolTip(help);
        choice->setObjectName(object);
        choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        choice->setMinimumContentsLength(8);
    };
    prepare(network_, tr("Network of the scatter"), tr("Whose features are shown"), QStringLiteral("ddrNetwork"));
    prepare(tap_, tr("Tap of the scatter"), tr("Where the features are taken: the input of this layer"),
            QStringLiteral("ddrTap"));
    prepare(embedding_, tr("Picture"),
            tr("PCA: the first two principal components.\nt-SNE: neighbours stay together; distances between groups, "
               "their sizes and shapes mean nothing, and another start gives another picture."),
            QStringLiteral("ddrEmbedding"));
    embedding_->addItem(tr("PCA"), static_cast<int>(DdrEmbedding::Pca));
    embedding_->addItem(tr("t-SNE"), static_cast<int>(DdrEmbedding::Tsne));
    embedding_->setMinimumContentsLength(5);
    ratio_->setObjectName(QStringLiteral("ddrRatio"));
    ratio_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    ratio_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* choices = new QHBoxLayout;
    choices->setContentsMargins(8, 0, 8, 0);
    choices->setSpacing(5);
    choices->addWidget(network_, 2);
    choices->addWidget(tap_, 3);
    choices->addWidget(embedding_);
    choices->addWidget(ratio_, 2);
    auto* legendLayout = new QHBoxLayout(legendRow_);
    legendLayout->setContentsMargins(8, 0, 8, 0);
    legendLayout->setSpacing(2);
    legendLayout->addStretch(1);
    legendRow_->setAccessibleName(tr("Classes"));

    auto* left = new QWidget;
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 2, 0, 0);
    leftColumn->setSpacing(2);
    leftColumn->addLayout(choices);
    leftColumn->addWidget(scatter_, 1);
    leftColumn->addWidget(legendRow_);

    table_->setObjectName(QStringLiteral("ddrTable"));
    table_->setAccessibleName(tr("Taps"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setShowGrid(false);
    table_->setTabKeyNavigation(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 6);
    table_->horizontalHeader()->setHighlightSections(false);
    connect(table_, &QTableWidget::currentCellChanged, this, [this](int row) {
        const auto result = features_.chosenResult();
        if (!follows_ && row >= 0 && result) {
            chooseTap(*result, static_cast<std::size_t>(row));
        }
    });
    tabs_->setDocumentMode(true);
    tabs_->addTab(table_, tr("Taps"));
    tabs_->addTab(patches_, tr("Patches"));
    auto* upper = new QSplitter(Qt::Horizontal);
    upper->addWidget(left);
    upper->addWidget(tabs_);
    upper->setStretchFactor(0, 3);
    upper->setStretchFactor(1, 2);
    upper->setSizes({480, 360});
    upper->setChildrenCollapsible(false);
    depth_->setObjectName(QStringLiteral("ddrDepth"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(head);
    column->addWidget(warnings_);
    column->addWidget(upper, 1);
    setFocusProxy(scatter_);

    connect(network_, &QComboBox::activated, this, [this](int index) {
        auto look = features_.look();
        look.network = features_.resultNetworks()[static_cast<std::size_t>(index)];
        features_.setLook(look);
    });
    connect(tap_, &QComboBox::activated, this, [this](int index) {
        if (const auto result = features_.chosenResult()) {
            chooseTap(*result, static_cast<std::size_t>(index));
        }
    });
    connect(embedding_, &QComboBox::activated, this, &RepresentationsView::chooseEmbedding);
    connect(depth_, &SeriesPlot::pointChosen, this, &RepresentationsView::chooseTap);
    connect(scatter_, &PatchScatter::pointedAt, this, [this](std::optional<std::size_t> point) {
        if (point) {
            showPatches(point, point == chosenPoint_);
        }
    });
    connect(scatter_, &PatchScatter::pointChosen, this, [this](std::size_t point) {
        chosenPoint_ = point;
        tabs_->setCurrentWidget(patches_);
        showPatches(point, true);
    });
    scatter_->setPictures([this](std::size_t point) {
        if (document() == nullptr || !features_.chosenResult()) {
            return QImage();
        }
        const auto patch = patchOf(point);
        const auto sets = features_.sets(patch.network);
        const bool known = sets != nullptr && patch.set < sets->lr.size() && patch.patch < sets->lr[patch.set].size();
        return known ? toQImage(sets->lr[patch.set][patch.patch]) : QImage();
    });
    connect(scatter_, &PatchScatter::selectionChanged, this, &RepresentationsView::showSelection);
    connect(&features_, &FeaturesController::resultsChanged, this, &RepresentationsView::follow);
    connect(&features_, &FeaturesController::lookChanged, this, &RepresentationsView::followLook);
    connect(&features_, &FeaturesController::stateChanged, this, [this] {
        embedding_->setCurrentIndex(embedding_->findData(static_cast<int>(features_.state().ddr.embed)));
    });
    connect(&features_, &FeaturesController::embeddingChanged, this, &RepresentationsView::fillScatter);
    follow();
}

const DdrDocument* RepresentationsView::document() const {
    return features_.isGeneralization() ? nullptr : features_.ddr().get();
}

void RepresentationsView::chooseTap(std::size_t result, std::size_t tap) {
    const auto* shown = document();
    if (shown == nullptr || result >= shown->results.size() || tap >= shown->results[result].taps.size()) {
        return;
    }
    auto look = features_.look();
    look.network = features_.resultNetworks()[result];
    look.tap = shown->results[result].taps[tap].key;
    features_.setLook(look);
}

/// What was computed before is not computed again: features stay with the job.
void RepresentationsView::chooseEmbedding() {
    auto state = features_.state();
    state.ddr.embed = static_cast<DdrEmbedding>(embedding_->currentData().toInt());
    if (state == features_.state()) {
        return;
    }
    const bool wasCurrent = document() != nullptr && !features_.isStale();
    features_.change(tr("picture of patches"), state);
    if (wasCurrent && features_.whatIsMissing().isEmpty()) {
        features_.run();
    }
}

void RepresentationsView::follow() {
    if (features_.isGeneralization()) {
        return;
    }
    const auto* shown = document();
    copyRow_->setEnabled(shown != nullptr);
    chosenPoint_.reset();
    if (shown == nullptr) {
        note_->setText(tr("Run to see what features sort patches by."));
        warnings_->hide();
    } else {
        const auto& first = shown->classes.front();
        note_->setText(
            tr("CH in %1, larger is more sorted by degradation: %2 classes of n = %3 patches of %4×%5 LR pixels, "
               "seed %6, %7 permutations%8")
                .arg(spaceText(shown->options.space))
                .arg(shown->classes.size())
                .arg(first.patches)
                .arg(first.width)
                .arg(first.height)
                .arg(shown->options.seed)
                .arg(shown->options.permutations)
                .arg(shown->options.pool == FeaturePooling::Mean ? tr(", channel means") : QString()));
        showWarnings(*warnings_, warningsOf(*shown));
    }
    embedding_->setCurrentIndex(embedding_->findData(static_cast<int>(features_.state().ddr.embed)));
    fillLegend();
    tableOf_ = {};
    followLook();
}

void RepresentationsView::followLook() {
    if (features_.isGeneralization()) {
        return;
    }
    fillChoices();
    fillScatter();
    fillDepth();
    fillTable();
    for (std::size_t i = 0; document() != nullptr && i < legend_.size(); ++i) {
        const QSignalBlocker quiet(legend_[i]);
        legend_[i]->setChecked(!features_.look().hidden.contains(document()->classes[i].name));
    }
}

void RepresentationsView::fillChoices() {
    const auto* shown = document();
    network_->clear();
    tap_->clear();
    network_->setEnabled(shown != nullptr);
    tap_->setEnabled(shown != nullptr);
    const auto result = features_.chosenResult();
    const auto tap = features_.chosenTap();
    ratio_->clear();
    if (shown == nullptr || !result || !tap) {
        return;
    }
    for (const auto& named : shown->results) {
        network_->addItem(shownText(named.card.name) + (named.addsInput ? tr(" (adds its input)") : QString()));
    }
    network_->setCurrentIndex(static_cast<int>(*result));
    for (const auto& each : shown->results[*result].taps) {
        const bool named = !each.what.empty() && each.what != each.key;
        tap_->addItem(named ? shownText(each.key + ": " + each.what) : shownText(each.key));
    }
    tap_->setCurrentIndex(static_cast<int>(*tap));
    const auto& chosen = shown->results[*result].taps[*tap];
    auto text = tr("CH %1").arg(ratioText(ratioIn(chosen, shown->options.space)));
    auto help = tr("Calinski and Harabasz's ratio in %1").arg(spaceText(shown->options.space));
    if (chosen.chance) {
        text += tr(", p %1").arg(probabilityText(chosen));
        help += tr("; labels that know nothing give %1 (95 %: %2)")
                    .arg(ratioText(chosen.chance->mean), ratioText(chosen.chance->p95));
    }
    ratio_->setText(text);
    ratio_->setToolTip(help);
}

void RepresentationsView::fillScatter() {
    if (features_.isGeneralization()) {
        return;
    }
    const auto* shown = document();
    const auto result = features_.chosenResult();
    const auto tap = features_.chosenTap();
    ScatterPoints points;
    if (shown == nullptr || !result || !tap) {
        points.notice = features_.isRunning() ? tr("The first network is at work.") : QString();
        scatter_->setPoints(points);
        return;
    }
    const auto& chosen = shown->results[*result].taps[*tap];
    const auto* atWork = features_.embedding();
    const bool isTsne = atWork != nullptr || chosen.tsne.has_value();
    points.points = atWork != nullptr ? atWork->points : shownPoints(chosen);
    points.labels = shown->labels;
    points.contents = shown->contents;
    points.contentShared = shown->contentShared;
    for (std::size_t c = 0; c < shown->classes.size(); ++c) {
        points.classes.push_back(shownText(shown->classes[c].name));
        if (features_.look().hidden.contains(shown->classes[c].name)) {
            points.hidden.insert(static_cast<int>(c));
        }
    }
    if (isTsne) {
        points.horizontal = atWork != nullptr ? tr("t-SNE, iteration %1").arg(atWork->iterations)
                                              : tr("t-SNE, perplexity %1, KL %2, CH %3…%4 over %5 starts")
                                                    .arg(chosen.tsne->perplexity)
                                                    .arg(fixedText(chosen.tsne->divergence, 2),
                                                         ratioText(chosen.tsne->ratioRange.first),
                                                         ratioText(chosen.tsne->ratioRange.second))
                                                    .arg(chosen.tsne->starts);
    } else {
        const auto share = [&](std::size_t k) {
            return k < chosen.explained.size() ? fixedText(100.0 * chosen.explained[k], 1) : QString(noValue);
        };
        points.horizontal = tr("PCA 1 (%1 % of the variance)").arg(share(0));
        points.vertical = tr("PCA 2 (%1 %)").arg(share(1));
    }
    scatter_->setPoints(points);
}

void RepresentationsView::fillLegend() {
    qDeleteAll(legend_);
    legend_.clear();
    const auto* shown = document();
    if (shown == nullptr) {
        return;
    }
    auto* row = dynamic_cast<QHBoxLayout*>(legendRow_->layout());
    for (std::size_t c = 0; c < shown->classes.size(); ++c) {
        const auto& each = shown->classes[c];
        auto* button = new QToolButton;
        button->setText(shownText(each.name));
        button->setIcon(QIcon(signPixmap(classSign(c, palette()), devicePixelRatioF())));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setCheckable(true);
        button->setChecked(!features_.look().hidden.contains(each.name));
        button->setAutoRaise(true);
        button->setObjectName(QStringLiteral("class%1").arg(c));
        button->setToolTip(
            tr("Shows or hides %1 (%2)")
                .arg(shownText(each.name), each.recipe ? shownText(*each.recipe) : shownText(each.folder.string())));
        button->setAccessibleName(tr("Class %1").arg(shownText(each.name)));
        row->insertWidget(static_cast<int>(c), button);
        connect(button, &QToolButton::toggled, this, [this, name = each.name](bool on) {
            auto look = features_.look();
            if (on) {
                look.hidden.erase(name);
            } else {
                look.hidden.insert(name);
            }
            features_.setLook(look);
        });
        legend_.push_back(button);
    }
}

void RepresentationsView::fillDepth() {
    const auto* shown = document();
    const auto result = features_.chosenResult();
    const auto tap = features_.chosenTap();
    PlottedSeries plotted;
    if (shown == nullptr || !result || !tap) {
        depth_->setPlot(plotted);
        return;
    }
    const auto space = shown->options.space;
    plotted.title = tr("CH in %1 over the depth (grey: chance at the chosen tap)").arg(spaceText(space));
    plotted.y = {.title = tr("CH (log)"), .logarithmic = true};
    for (std::size_t i = 0; i < shown->results.size(); ++i) {
        const auto& named = shown->results[i];
        PlotSeries series{.name = shownText(named.card.name),
                          .digit = features_.digitOf(i),
                          .colour = features_.colourOf(i),
                          .selected = i == *result};
        const auto last = static_cast<double>(std::max<std::size_t>(named.taps.size(), 2) - 1);
        for (std::size_t k = 0; k < named.taps.size(); ++k) {
            const auto& each = named.taps[k];
            series.x.push_back(static_cast<double>(k) / last);
            series.y.push_back(ratioIn(each, space));
            series.texts.push_back(tr("%1, %2: CH %3, p %4")
                                       .arg(series.name,
                                            each.what.empty() || each.what == each.key
                                                ? shownText(each.key)
                                                : shownText(each.key + " (" + each.what + ")"),
                                            ratioText(ratioIn(each, space)), probabilityText(each)));
            if (i == *result) {
                plotted.x.ticks.emplace_back(series.x.back(), shownText(each.key));
            }
        }
        plotted.series.push_back(std::move(series));
    }
    // Long keys lie on each other: of many, every second or third is written.
    constexpr std::size_t mostKeys = 9;
    const auto stride = (plotted.x.ticks.size() + mostKeys - 1) / mostKeys;
    for (std::size_t k = 0; k < plotted.x.ticks.size(); ++k) {
        auto& text = plotted.x.ticks[k].second;
        constexpr int longest = 14;
        text = k % stride == 0 || k + 1 == plotted.x.ticks.size()
                   ? text.size() > longest ? QStringLiteral("…") + text.right(longest - 1) : text
                   : QString();
    }
    plotted.chosen = {*result, *tap};
    if (const auto& chance = shown->results[*result].taps[*tap].chance; chance && chance->p95 > 0.0) {
        plotted.strips.push_back({std::min(chance->mean, chance->p95), chance->p95, tr("chance")});
    }
    depth_->setPlot(plotted);
}

void RepresentationsView::fillTable() {
    const auto* shown = document();
    const auto result = features_.chosenResult();
    const auto tap = features_.chosenTap();
    follows_ = true;
    if (shown != nullptr && shown == tableOf_.first && result == tableOf_.second) {
        table_->setCurrentCell(static_cast<int>(tap.value_or(0)), 0);  // its own signal may be at work
        follows_ = false;
        return;
    }
    tableOf_ = {shown, result};
    table_->clear();
    table_->setRowCount(0);
    table_->setColumnCount(0);
    if (shown != nullptr && result && tap) {
        const auto& taps = shown->results[*result].taps;
        const bool hasTsne = std::ranges::any_of(taps, [](const DdrTap& each) { return each.tsne.has_value(); });
        QStringList headings{tr("tap"), tr("size"), tr("PCA 1–2"), tr("CH"), tr("PCA-2"), tr("PCA-50"), tr("p")};
        QStringList helps{tr("The input of this layer"),
                          tr("Numbers of a patch"),
                          tr("Share of the variance that the first two components hold"),
                          tr("Calinski and Harabasz's ratio in all features"),
                          tr("The same in the first two principal components"),
                          tr("The same in the first 50"),
                          tr("How often shuffled labels reach CH in %1").arg(spaceText(shown->options.space))};
        if (hasTsne) {
            headings << tr("t-SNE");
            helps << tr("CH in the picture, over all starts: for no comparison");
        }
        table_->setColumnCount(static_cast<int>(headings.size()));
        table_->setRowCount(static_cast<int>(taps.size()));
        table_->setHorizontalHeaderLabels(headings);
        for (int column = 0; column < headings.size(); ++column) {
            table_->horizontalHeaderItem(column)->setToolTip(helps[column]);
        }
        for (int row = 0; row < table_->rowCount(); ++row) {
            const auto& each = taps[static_cast<std::size_t>(row)];
            double explained = 0.0;
            for (std::size_t k = 0; k < std::min<std::size_t>(each.explained.size(), 2); ++k) {
                explained += each.explained[k];
            }
            QStringList cells{shownText(each.key),
                              countText(static_cast<qint64>(each.dimension)),
                              tr("%1 %").arg(fixedText(100.0 * explained, 1)),
                              ratioText(each.ratioFeatures),
                              ratioText(each.ratioPca2),
                              ratioText(each.ratioPca50),
                              probabilityText(each)};
            if (hasTsne) {
                cells << (each.tsne ? QStringLiteral("%1…%2").arg(ratioText(each.tsne->ratioRange.first),
                                                                  ratioText(each.tsne->ratioRange.second))
                                    : QString(noValue));
            }
            for (int column = 0; column < cells.size(); ++column) {
                auto* item = new QTableWidgetItem(cells[column]);
                item->setTextAlignment(column == 0 ? Qt::AlignLeft | Qt::AlignVCenter
                                                   : Qt::AlignRight | Qt::AlignVCenter);
                item->setToolTip(column == 0 ? shownText(each.what.empty() ? each.key : each.key + ": " + each.what)
                                             : helps[column]);
                table_->setItem(row, column, item);
            }
        }
        auto* header = table_->horizontalHeader();
        header->setMinimumSectionSize(30);
        header->setSectionResizeMode(QHeaderView::ResizeToContents);
        header->setSectionResizeMode(0, QHeaderView::Stretch);
        table_->setCurrentCell(static_cast<int>(*tap), 0);
    }
    follows_ = false;
}

PatchSrRequest RepresentationsView::patchOf(std::size_t point) const {
    const auto& shown = scatter_->points();
    return {features_.resultNetworks()[*features_.chosenResult()], static_cast<std::size_t>(shown.labels[point]),
            static_cast<std::size_t>(shown.contents[point])};
}

void RepresentationsView::showPatches(std::optional<std::size_t> point, bool withSr) {
    if (!point || !features_.chosenResult() || document() == nullptr) {
        return;
    }
    std::vector<PatchSrRequest> patches;
    auto siblings = scatter_->siblingsOf(*point);
    std::ranges::sort(siblings);
    for (const auto each : siblings) {
        patches.push_back(patchOf(each));
    }
    const auto& shown = scatter_->points();
    const auto title = tr("Patch %1 of %2")
                           .arg(shown.contents[*point] + 1)
                           .arg(shown.classes[static_cast<std::size_t>(shown.labels[*point])]);
    patches_->setPatches(withSr ? title : tr("%1: a click shows its SR").arg(title), patches, withSr);
}

void RepresentationsView::showSelection() {
    const auto& selection = scatter_->selection();
    if (selection.empty() || !features_.chosenResult() || document() == nullptr) {
        return;
    }
    constexpr std::size_t most = 60;
    std::vector<PatchSrRequest> patches;
    std::vector<int> counts(scatter_->points().classes.size());
    for (const auto point : selection) {
        if (patches.size() < most) {
            patches.push_back(patchOf(point));
        }
        ++counts[static_cast<std::size_t>(scatter_->points().labels[point])];
    }
    QStringList parts;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] > 0) {
            parts << QStringLiteral("%1 %2").arg(counts[c]).arg(scatter_->points().classes[c]);
        }
    }
    auto title = tr("%1 selected: %2").arg(selection.size()).arg(parts.join(QStringLiteral(", ")));
    if (selection.size() > most) {
        title += tr(" (the first %1)").arg(most);
    }
    tabs_->setCurrentWidget(patches_);
    patches_->setPatches(title, patches, /*withSr=*/false);
}

void RepresentationsView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && table_ != nullptr) {
        follow();
    }
}

}  // namespace lamscope::ui
