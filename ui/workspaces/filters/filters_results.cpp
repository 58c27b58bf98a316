// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_results.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "method/faig/filter_ranking.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "workspaces/filters/filter_map_view.h"
#include "workspaces/filters/filter_pictures.h"
#include "workspaces/filters/layer_detail.h"

namespace lamscope::ui {

namespace {

QString percentText(const std::optional<double>& share) {
    return share ? FiltersResults::tr("%1 %").arg(signedText(*share * 100.0, 2)) : QString(noValue);
}

/// The map of a ranking; without one, the layers alone.
FilterMap mapOf(const FaigController& filters) {
    FilterMap map;
    const auto* opened = filters.opened();
    const auto& ranked = filters.ranked();
    if (opened == nullptr || !ranked) {
        return map;
    }
    for (const auto& layer : opened->filters.layers()) {
        auto name = QString::fromStdString(layer.key);
        if (name.endsWith(QLatin1String(".weight"))) {
            name.chop(7);
        }
        map.layers.push_back({name, layer.out, layer.in, static_cast<std::size_t>(layer.firstFilter)});
    }
    map.values = ranked->values;
    map.full = fullColourOf(map.values);
    for (const int count : countsOfLayers(opened->filters, filters.top())) {
        map.counts.push_back(static_cast<std::size_t>(count));
    }
    return map;
}

}  // namespace

FiltersResults::FiltersResults(FaigController& filters, QWidget* parent)
    : QWidget(parent)
    , filters_(filters)
    , title_(new QLabel)
    , status_(new QLabel)
    , map_(new FilterMapView)
    , detail_(new LayerDetail)
    , caption_(new MutedLabel)
    , pictures_(new FilterPictures(filters)) {
    auto bold = title_->font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    title_->setObjectName(QStringLiteral("filtersTitle"));
    status_->setObjectName(QStringLiteral("filtersStatus"));
    status_->setTextFormat(Qt::PlainText);
    title_->setMinimumWidth(60);
    caption_->setShortened();
    caption_->setContentsMargins(6, 0, 6, 1);
    caption_->setObjectName(QStringLiteral("filterCaption"));

    auto* head = new QHBoxLayout;
    head->setContentsMargins(6, 3, 6, 0);
    head->setSpacing(12);
    head->addWidget(title_);
    head->addStretch(1);
    head->addWidget(status_);
    auto* upper = new QWidget;
    auto* maps = new QSplitter(Qt::Horizontal);
    maps->addWidget(map_);
    maps->addWidget(detail_);
    maps->setStretchFactor(0, 3);
    maps->setStretchFactor(1, 1);
    maps->setSizes({720, 250});
    maps->setChildrenCollapsible(false);
    auto* upperColumn = new QVBoxLayout(upper);
    upperColumn->setContentsMargins(0, 0, 0, 0);
    upperColumn->setSpacing(1);
    upperColumn->addLayout(head);
    upperColumn->addWidget(maps, 1);
    upperColumn->addWidget(caption_);
    auto* parts = new QSplitter(Qt::Vertical);
    parts->addWidget(upper);
    parts->addWidget(pictures_);
    parts->setStretchFactor(0, 1);
    parts->setStretchFactor(1, 1);
    parts->setSizes({300, 260});
    parts->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(parts);
    setFocusProxy(map_);
    setAccessibleName(tr("Filters"));

    const auto describe = [this](std::size_t filter) { return this->textOf(filter); };
    map_->setDescriber(describe);
    detail_->setDescriber(describe);
    connect(map_, &FilterMapView::filterChosen, &filters_, &FaigController::select);
    connect(detail_, &LayerDetail::filterChosen, &filters_, &FaigController::select);
    connect(map_, &FilterMapView::pointedAt, this, &FiltersResults::showCaption);
    connect(&filters_, &FaigController::rankingChanged, this, &FiltersResults::followMap);
    connect(&filters_, &FaigController::rankingChanged, this, &FiltersResults::followStatus);
    connect(&filters_, &FaigController::lookChanged, this, &FiltersResults::followSelection);
    connect(&filters_, &FaigController::weightsChanged, this, &FiltersResults::followWeights);
    connect(&filters_, &FaigController::resultsChanged, this, &FiltersResults::followStatus);
    connect(&filters_, &FaigController::runChanged, this, &FiltersResults::followStatus);
    followMap();
    followStatus();
}

QString FiltersResults::textOf(std::size_t filter) const {
    const auto* opened = filters_.opened();
    const auto& ranked = filters_.ranked();
    if (opened == nullptr || !ranked || filter >= ranked->ranks.size()) {
        return {};
    }
    const auto place = opened->filters.place(static_cast<int>(filter));
    const auto& layer = opened->filters.layers()[place.layer];
    QStringList parts;
    parts << tr("%1 [%2, %3]").arg(QString::fromStdString(layer.key)).arg(place.out).arg(place.in);
    parts << tr("rank %1 of %2")
                 .arg(groupedText(static_cast<qint64>(ranked->ranks[filter]) + 1),
                      groupedText(static_cast<qint64>(ranked->ranks.size())));
    for (const auto& result : filters_.results()) {
        if (filter < result.scores.size()) {
            parts << tr("s %1 %2").arg(QString::fromStdString(result.degradation.name),
                                       QString::number(result.scores[filter], 'g', 3));
        }
    }
    const auto& own = ranked->ranking.score;
    const double value = own.empty() ? ranked->values[filter] : own[filter];
    parts << tr("%1 %2").arg(ranked->valuesAgainst ? tr("difference") : tr("score"),
                             std::isinf(value) ? QStringLiteral("∞") : QString::number(value, 'g', 3));
    if (opened->changes && filter < opened->changes->size()) {
        parts << tr("Σ|Δθ| %1").arg(QString::number((*opened->changes)[filter], 'g', 3));
    }
    if (const auto& counts = map_->map().counts; place.layer < counts.size()) {
        parts << tr("%1 of the top %2 in this layer")
                     .arg(groupedText(static_cast<qint64>(counts[place.layer])),
                          groupedText(static_cast<qint64>(filters_.top().size())));
    }
    return parts.join(QStringLiteral(" · "));
}

void FiltersResults::showCaption(std::optional<std::size_t> filter) {
    const auto shown = filter ? filter : filters_.look().filter;
    caption_->setText(shown ? textOf(*shown) : QString());
}

void FiltersResults::followMap() {
    const auto map = mapOf(filters_);
    const auto& ranked = filters_.ranked();
    map_->setMap(map, ranked && !map.empty() ? ranked->order : std::vector<std::size_t>());
    detail_->setMap(map);
    if (ranked) {
        map_->setMeaning(
            ranked->valuesAgainst ? QString::fromStdString(*ranked->valuesAgainst) : QString(),
            ranked->ranking.rule == FilterRule::Change ? tr("change") : QString::fromStdString(ranked->ranking.of));
    }
    followSelection();
}

void FiltersResults::followSelection() {
    map_->setSelected(filters_.look().filter);
    detail_->setSelected(filters_.look().filter);
    showCaption(std::nullopt);
    followWeights();
}

void FiltersResults::followWeights() {
    const auto weights = filters_.weights();
    const auto filter = filters_.look().filter;
    if (!weights || !filter) {
        detail_->setWeights(std::nullopt);
        return;
    }
    const auto& layer = weights->layer;
    const auto first = static_cast<std::size_t>(layer.firstFilter);
    const auto size = static_cast<std::size_t>(layer.kernelHeight) * static_cast<std::size_t>(layer.kernelWidth);
    const auto from = (*filter - first) * size;
    if (*filter < first || from + size > weights->target.size()) {
        detail_->setWeights(std::nullopt);
        return;
    }
    const auto part = [&](const std::vector<float>& all) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
        return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(size));
    };
    detail_->setWeights(FilterWeights{.rows = layer.kernelHeight,
                                      .columns = layer.kernelWidth,
                                      .baseline = part(weights->baseline),
                                      .target = part(weights->target)});
}

void FiltersResults::followStatus() {
    const auto& ranked = filters_.ranked();
    title_->setText(ranked                 ? QString::fromStdString(titleOf(ranked->ranking))
                    : filters_.isRunning() ? tr("Scores are computed…")
                                           : QString());
    QStringList parts;
    bool bad = false;
    if (filters_.finishedImages() > 0) {
        int most = 0;
        int least = 1 << 30;
        double estimated = -1.0;
        for (const auto& result : filters_.results()) {
            for (const auto& image : result.images) {
                most = std::max(most, image.scores.nodes);
                least = std::min(least, image.scores.nodes);
                estimated = std::max(estimated, image.scores.estimatedError.value_or(-1.0));
            }
        }
        const auto wanted =
            filters_.ran() ? std::min<std::size_t>(
                filters_.ran()->images.size(), static_cast<std::size_t>(std::max(filters_.ran()->options.images, 0)))
                           : 0;
        parts << (filters_.finishedImages() == static_cast<int>(wanted)
                      ? (wanted == 1 ? tr("1 image") : tr("%1 images").arg(wanted))
                      : tr("%1 of %2 images").arg(filters_.finishedImages()).arg(wanted));
        parts << (least == most ? tr("%1 nodes").arg(most) : tr("%1…%2 nodes").arg(least).arg(most));
        if (estimated >= 0.0) {
            parts << tr("estimated error ≤ %1 %").arg(fixedText(estimated * 100.0, 2));
        }
        if (const auto worst = filters_.worstCompleteness()) {
            bad = *worst > acceptedCompleteness;
            parts << (bad ? tr("⚠ completeness error up to %1 %: use more nodes").arg(fixedText(*worst * 100.0, 1))
                          : tr("completeness error ≤ %1 %").arg(fixedText(*worst * 100.0, 2)));
        }
    }
    status_->setText(parts.join(QStringLiteral(" · ")));
    auto colours = status_->palette();
    colours.setColor(QPalette::WindowText, bad ? troubleText(palette()) : mutedText(palette()));
    status_->setPalette(colours);
}

void FiltersResults::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        followStatus();
    }
}

// --- accuracy

FiltersAccuracy::FiltersAccuracy(FaigController& filters, QWidget* parent)
    : QWidget(parent)
    , filters_(filters)
    , table_(new QTableWidget)
    , warnings_(new QLabel) {
    const QStringList headings{tr("image"),           tr("degradation"), tr("nodes"),         tr("completeness error"),
                               tr("estimated error"), tr("loss target"), tr("loss baseline"), tr("remark")};
    table_->setColumnCount(static_cast<int>(headings.size()));
    table_->setHorizontalHeaderLabels(headings);
    table_->setObjectName(QStringLiteral("filtersAccuracy"));
    table_->setAccessibleName(tr("Accuracy of the scores"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setTabKeyNavigation(false);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 6);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    constexpr int rowsOfWidth = 50;
    table_->horizontalHeader()->setResizeContentsPrecision(rowsOfWidth);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setHighlightSections(false);
    warnings_->setWordWrap(true);
    warnings_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    warnings_->setContentsMargins(2, 0, 2, 2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 4, 8, 4);
    column->setSpacing(2);
    column->addWidget(warnings_);
    column->addWidget(table_, 1);
    connect(&filters_, &FaigController::resultsChanged, this, &FiltersAccuracy::follow);
    follow();
}

void FiltersAccuracy::follow() {
    const auto& results = filters_.results();
    std::size_t images = 0;
    for (const auto& result : results) {
        images = std::max(images, result.images.size());
    }
    table_->setRowCount(static_cast<int>(images * results.size()));
    // Rows of before stay: images come one by one, and there can be many.
    if (images < filled_ || results.size() != degradations_) {
        filled_ = 0;
    }
    degradations_ = results.size();
    auto row = static_cast<int>(filled_ * results.size());
    for (std::size_t image = std::exchange(filled_, images); image < images; ++image) {
        for (const auto& result : results) {
            if (image >= result.images.size()) {
                continue;
            }
            const auto& [file, scores] = result.images[image];
            const bool bad = scores.completenessError && std::abs(*scores.completenessError) > acceptedCompleteness;
            QStringList remarks;
            if (bad) {
                remarks << tr("⚠ incomplete, above %1 %: use more nodes").arg(acceptedCompleteness * 100.0);
            }
            if (scores.lossBaseline <= scores.lossTarget) {
                remarks << tr("the target is not better than the baseline");
            }
            if (scores.nonfiniteGradients > 0) {
                remarks << tr("%1 gradients were not finite").arg(scores.nonfiniteGradients);
            }
            const QStringList cells{
                QFileInfo(QString::fromStdString(file)).fileName(),
                QString::fromStdString(result.degradation.name),
                QString::number(scores.nodes),
                percentText(scores.completenessError),
                scores.estimatedError ? tr("%1 %").arg(fixedText(*scores.estimatedError * 100.0, 2)) : QString(noValue),
                QString::number(scores.lossTarget, 'g', 5),
                QString::number(scores.lossBaseline, 'g', 5),
                remarks.join(QStringLiteral("; "))};
            for (int column = 0; column < cells.size(); ++column) {
                auto* item = new QTableWidgetItem(cells[column]);
                const bool isText = column < 2 || column == cells.size() - 1;
                item->setTextAlignment((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
                if (bad) {
                    item->setForeground(troubleText(palette()));
                }
                table_->setItem(row, column, item);
            }
            ++row;
        }
    }
    const auto warnings = filters_.warnings();
    warnings_->setText(warnings.join(QLatin1Char('\n')));
    warnings_->setVisible(!warnings.isEmpty());
    auto colours = warnings_->palette();
    colours.setColor(QPalette::WindowText, warningText(palette()));
    warnings_->setPalette(colours);
}

void FiltersAccuracy::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        filled_ = 0;  // colours
        follow();
    }
}

}  // namespace lamscope::ui
