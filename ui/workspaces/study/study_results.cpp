// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_results.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <set>

#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "study/studies/place_tables.h"
#include "study/studies/study_report.h"
#include "workspaces/study/plot_page.h"
#include "workspaces/study/study_networks.h"

namespace lamscope::ui {

namespace {

constexpr int pageMargin = 8;
constexpr int firstPlot = 2;  ///< tab, after the networks and the maps

bool isOfPair(const StudyPlot& plot) {
    return plot.name.starts_with("pair_");
}

std::map<std::string, QColor> coloursOf(const std::map<std::string, NetworkSign>& signs) {
    std::map<std::string, QColor> colours;
    for (const auto& [name, sign] : signs) {
        colours[name] = sign.colour;
    }
    return colours;
}

/// A page of a line and a table below it.
QWidget* tablePage(QLayout* line, QWidget* table) {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(pageMargin, 4, pageMargin, 4);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(table, 1);
    return page;
}

}  // namespace

StudyResults::StudyResults(StudyController& study, QWidget* parent)
    : QTabWidget(parent)
    , study_(study)
    , networks_(new ReportView(tr("Networks of the study")))
    , networksNote_(new MutedLabel)
    , maps_(new ReportView(tr("Maps of the study")))
    , mapsNote_(new MutedLabel)
    , pairs_(new QWidget)
    , pair_(new QComboBox)
    , pairPage_(new PlotPage) {
    setDocumentMode(true);
    setElideMode(Qt::ElideNone);
    makeNetworksPage();
    makeMapsPage();
    makePairsPage();
    connect(&study_, &StudyController::snapshotChanged, this, &StudyResults::follow);
    connect(&study_, &StudyController::descriptionChanged, this, &StudyResults::followDescription);
    connect(&study_, &StudyController::storeChanged, this, &StudyResults::beginAnew);
    follow();
}

// --- its pages

void StudyResults::makeNetworksPage() {
    networksNote_->setShortened();
    copyRow_ = new CopyRow;
    auto* text = copyRow_->add(tr("text"), QStringLiteral("copyStudyText"), tr("Aligned columns, rounded for reading"));
    auto* csv = copyRow_->add(tr("CSV"), QStringLiteral("copyStudyCsv"), tr("Every number in full"));
    auto* latex =
        copyRow_->add(tr("LaTeX"), QStringLiteral("copyStudyLatex"), tr("A tabular for the booktabs package"));
    auto* command =
        copyRow_->add(tr("command"), QStringLiteral("copyStudyCommand"), tr("The command line that computes the same"));
    connect(text, &QToolButton::clicked, this, [this, text] { copy(textOf, text); });
    connect(csv, &QToolButton::clicked, this, [this, csv] { copy(csvOf, csv); });
    connect(latex, &QToolButton::clicked, this, [this, latex] { copy(latexOf, latex); });
    connect(command, &QToolButton::clicked, this, &StudyResults::commandRequested);
    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(networksNote_, 1);
    line->addWidget(copyRow_);
    networks_->setObjectName(QStringLiteral("studyNetworks"));
    addTab(tablePage(line, networks_), tr("Networks"));
    connect(networks_, &ReportView::rowChosen, this, [this](int row) {
        const auto& network = study_.snapshot()->networks[static_cast<std::size_t>(row)];
        study_.findPlace(QString::fromStdString(network.name), std::nullopt);
    });
}

void StudyResults::makeMapsPage() {
    mapsNote_->setShortened();
    auto* line = new QHBoxLayout;
    line->addWidget(mapsNote_, 1);
    maps_->setObjectName(QStringLiteral("studyMaps"));
    addTab(tablePage(line, maps_), tr("Maps"));
    connect(maps_, &ReportView::rowChosen, this,
            [this](int row) { emit study_.placeFound(study_.snapshot()->places[static_cast<std::size_t>(row)]); });
}

void StudyResults::makePairsPage() {
    pair_->setAccessibleName(tr("Pair of networks"));
    pair_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(pageMargin, 4, pageMargin, 0);
    line->addWidget(new MutedLabel(tr("Image by image:")));
    line->addWidget(pair_);
    line->addStretch(1);
    auto* column = new QVBoxLayout(pairs_);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(line);
    column->addWidget(pairPage_, 1);
    addTab(pairs_, tr("Pairs"));
    connect(pair_, &QComboBox::currentIndexChanged, this, &StudyResults::showPair);
    connect(&pairPage_->view(), &StudyPlotView::pointClicked, this, [this](const StudyPlotPoint& point) {
        study_.findPlace(QString::fromStdString(pairPage_->view().plot().networks[point.network]), point.image);
    });
}

PlotPage& StudyResults::pageOf(const StudyPlot& plot, int tab) {
    auto*& page = plots_[plot.name];
    if (page == nullptr) {
        page = new PlotPage;
        insertTab(tab, page, QString::fromStdString(plot.title));
        connect(&page->view(), &StudyPlotView::pointClicked, this, [this, page](const StudyPlotPoint& point) {
            study_.findPlace(QString::fromStdString(page->view().plot().networks[point.network]), point.image);
        });
    }
    return *page;
}

void StudyResults::copy(std::string (*format)(const ReportTable&), const QWidget* source) const {
    const auto table = networks();
    copyTable(QString::fromStdString(format(table)), static_cast<int>(table.rows.size()), *source);
}

// --- what has come

/// Rows of another store are others, whatever they are called.
void StudyResults::beginAnew() {
    networks_->setTable({}, {});
    maps_->setTable({}, {});
    follow();
}

void StudyResults::follow() {
    followNetworks();
    followMaps();
    followPlots();
}

void StudyResults::changeEvent(QEvent* event) {
    QTabWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        follow();
    }
}

void StudyResults::followNetworks() {
    const auto& snapshot = study_.snapshot();
    const auto networks = snapshot ? snapshot->networks : std::vector<NetworkNumbers>();
    std::vector<std::string> keys;
    std::ranges::transform(networks, std::back_inserter(keys), &NetworkNumbers::name);
    networks_->setTable(networkTable(networks), keys, coloursOf(signsOf(study_)));
    followDescription();
    copyRow_->setEnabled(snapshot != nullptr && !snapshot->networks.empty());
}

void StudyResults::followDescription() {
    const auto& snapshot = study_.snapshot();
    const bool isChanged =
        snapshot != nullptr && snapshot->description && *snapshot->description != study_.description();
    networksNote_->setText(
        isChanged ? tr("The study was changed since it ran: these are the results of before.")
                  : tr("Means over the images; DI ± standard error. A click opens the image whose DI is nearest "
                       "to the mean in the probe."));
}

void StudyResults::followMaps() {
    const auto& snapshot = study_.snapshot();
    const auto places = snapshot ? snapshot->places : std::vector<StudyPlace>();
    std::vector<std::string> keys;
    std::ranges::transform(places, std::back_inserter(keys),
                           [](const StudyPlace& place) { return std::to_string(place.result); });
    maps_->setTable(placeTable(places), keys, coloursOf(signsOf(study_)));
    const bool cut = snapshot != nullptr && snapshot->places.size() == StudySnapshot::mostPlaces;
    mapsNote_->setText(cut ? tr("The first %1 of %2 maps. A click opens the map in the probe.")
                                 .arg(StudySnapshot::mostPlaces)
                                 .arg(snapshot->status.maps)
                           : tr("A click opens the map in the probe."));
}

void StudyResults::followPlots() {
    const auto signs = signsOf(study_);
    const auto& snapshot = study_.snapshot();
    std::set<std::string> there;
    QStringList pairs;
    int tab = firstPlot;
    if (snapshot != nullptr) {
        for (const auto& plot : snapshot->plots) {
            if (isOfPair(plot)) {
                pairs << QString::fromStdString(plot.title);
                continue;
            }
            there.insert(plot.name);
            const auto pictures = snapshot->pictures.find(plot.name);
            pageOf(plot, tab++)
                .show(plot, pictures == snapshot->pictures.end() ? std::vector<StudyPicture>() : pictures->second,
                      signs);
        }
    }
    for (const auto& [name, page] : plots_) {
        setTabVisible(indexOf(page), there.contains(name));
    }
    setTabVisible(indexOf(pairs_), !pairs.isEmpty());
    QStringList listed;
    for (int i = 0; i < pair_->count(); ++i) {
        listed << pair_->itemText(i);
    }
    if (pairs != listed) {
        const QSignalBlocker quiet(pair_);
        const auto chosen = pair_->currentText();
        pair_->clear();
        pair_->addItems(pairs);
        pair_->setCurrentIndex(std::max(0, static_cast<int>(pairs.indexOf(chosen))));
    }
    showPair();
}

void StudyResults::showPair() {
    const auto& snapshot = study_.snapshot();
    if (snapshot == nullptr || pair_->currentIndex() < 0) {
        return;
    }
    int index = 0;
    for (const auto& plot : snapshot->plots) {
        if (isOfPair(plot) && index++ == pair_->currentIndex()) {
            pairPage_->show(plot, {}, signsOf(study_));
        }
    }
}

}  // namespace lamscope::ui
