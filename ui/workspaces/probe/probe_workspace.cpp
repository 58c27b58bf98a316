// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/probe_workspace.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QStackedWidget>

#include "dialogs/start_page.h"
#include "panels/curves_panel.h"
#include "panels/erf_panel.h"
#include "panels/restoration_panel.h"
#include "panels/results_panel.h"
#include "session/command_line.h"
#include "view/view_grid.h"
#include "workspaces/probe/degradation_dialog.h"
#include "workspaces/probe/network_peek.h"
#include "workspaces/probe/option_controls.h"
#include "workspaces/probe/path_preview.h"
#include "workspaces/probe/samples.h"
#include "workspaces/probe/sanity_run.h"

namespace lamscope::ui {

namespace {

constexpr double zoomStep = 1.25;

}  // namespace

ProbeWorkspace::ProbeWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus)
    : host_(host)
    , actions_(host.session, menus)
    , centre_(new QStackedWidget)
    , startPage_(new StartPage)
    , grid_(new ViewGrid(host.session))
    , pathPreview_(new PathPreview(host.session, grid_))
    , curves_(new CurvesPanel(host.session))
    , results_(new ResultsPanel(host.session))
    , peek_(new NetworkPeek(*grid_, grid_))
    , diMaps_(host.session, host.controller)
    , fields_(host.session, host.controller)
    , restoration_(host.session, host.controller)
    , fieldPanel_(new ErfPanel(host.session, fields_))
    , restorationPanel_(new RestorationPanel(host.session, restoration_))
    , exports_(host, actions_, *curves_)
    , samples_(std::make_unique<Samples>(host, *startPage_)) {
    centre_->addWidget(startPage_);
    centre_->addWidget(grid_);
    connectStartPage();
    connectView();
    connectPanels();
    connect(&host_.session, &Session::imageChanged, this, &ProbeWorkspace::showStartPageOrGrid);
    showStartPageOrGrid();
}

ProbeWorkspace::~ProbeWorkspace() = default;

QWidget* ProbeWorkspace::centre() {
    return centre_;
}

QWidget* ProbeWorkspace::view() {
    return grid_;
}

bool ProbeWorkspace::isEmpty() const {
    return !host_.session.hasImage();
}

void ProbeWorkspace::addControls(CompactToolBar& bar) {
    bar.addSpareButton(actions_.degradation);
    new ComputeControls(host_.session, bar);
    bar.addDivider();
    new ViewControls(host_.session, bar);
    bar.addDivider();
}

QList<QAction*> ProbeWorkspace::buttons() const {
    return {actions_.fit, actions_.actualSize};
}

std::vector<WorkspaceDock> ProbeWorkspace::docks() {
    return {{Qt::BottomDockWidgetArea, tr("Curves"), "curves", curves_},
            {Qt::BottomDockWidgetArea, tr("Results"), "results", results_},
            {Qt::BottomDockWidgetArea, tr("Receptive field"), "receptive-field", fieldPanel_},
            {Qt::BottomDockWidgetArea, tr("Restoration"), "restoration", restorationPanel_}};
}

QString ProbeWorkspace::command(DeviceChoice device, int threads) const {
    return commandLine(host_.session, device, threads);
}

void ProbeWorkspace::setOpen(bool open) {
    isOpen_ = open;
    peek_->setOn(open);
}

void ProbeWorkspace::connectStartPage() {
    connect(startPage_, &StartPage::fileChosen, this, [this](const QString& file) { host_.open({file}); });
    connect(startPage_, &StartPage::openImageRequested, &host_.openImage, &QAction::trigger);
    connect(startPage_, &StartPage::addNetworkRequested, &host_.addNetwork, &QAction::trigger);
    connect(&host_.recentFiles, &RecentFiles::found, startPage_, &StartPage::setRecentFiles);
}

void ProbeWorkspace::connectView() {
    auto& transform = grid_->transform();
    auto& session = host_.session;
    connect(actions_.fit, &QAction::triggered, grid_, &ViewGrid::toggleWhole);
    connect(actions_.actualSize, &QAction::triggered, &transform, [&transform] { transform.setZoom(1.0); });
    connect(actions_.zoomIn, &QAction::triggered, &transform,
            [&transform] { transform.setZoom(transform.zoom() * zoomStep); });
    connect(actions_.zoomOut, &QAction::triggered, &transform,
            [&transform] { transform.setZoom(transform.zoom() / zoomStep); });
    connect(actions_.maximise, &QAction::triggered, this, [this, &session](bool on) {
        grid_->setMaximised(on && session.selected() != 0 ? ViewGrid::Maximised::Network : ViewGrid::Maximised::None,
                            session.selected());
    });
    for (std::size_t n = 0; n < host_.showNetwork.size(); ++n) {
        peek_->add(
            host_.showNetwork.at(n),
            [&session, n] { return n < session.networks().size() ? session.networks()[n].id : 0; },
            [this, n] { host_.toggleNetwork(n); });
    }
    connect(grid_, &ViewGrid::maximisedChanged, this,
            [this] { actions_.maximise->setChecked(grid_->maximised() != ViewGrid::Maximised::None); });
    connect(grid_, &ViewGrid::degradationRequested, this, &ProbeWorkspace::showDegradation);
    connect(grid_, &ViewGrid::hovered, this, &ProbeWorkspace::hovered);
    connect(grid_, &ViewGrid::left, this, &ProbeWorkspace::pointerLeft);
}

void ProbeWorkspace::connectPanels() {
    connect(results_, &ResultsPanel::commandRequested, &host_.copyCommand, &QAction::trigger);
    connect(restorationPanel_, &RestorationPanel::commandRequested, this, [this] {
        const auto command = restoration_.command(DeviceChoice::Auto, 0);
        if (command.isEmpty()) {
            host_.session.reportTrouble(
                tr("There is no command for one pair of files: lamscope-cli derain takes folders of pairs."));
        } else {
            QGuiApplication::clipboard()->setText(command);
            host_.session.reportNote(tr("Copied: %1").arg(command));
        }
    });
    connect(curves_, &CurvesPanel::pathPositionHovered, pathPreview_, &PathPreview::showAt);
    connect(curves_, &CurvesPanel::pathPositionLeft, pathPreview_, &PathPreview::leave);
    connect(actions_.diMap, &QAction::triggered, &diMaps_, &DiMapController::scan);
    connect(actions_.sanity, &QAction::triggered, this, &ProbeWorkspace::showSanity);
    connect(actions_.degradation, &QAction::triggered, this, &ProbeWorkspace::showDegradation);
}

void ProbeWorkspace::showStartPageOrGrid() {
    const bool grid = !isEmpty();
    const bool changes = grid != (centre_->currentWidget() == grid_);
    centre_->setCurrentWidget(grid ? static_cast<QWidget*>(grid_) : startPage_);
    if (changes && grid && isOpen_) {
        grid_->setFocus();
    }
    emit emptyChanged();
}

void ProbeWorkspace::showDegradation() {
    if (degradation_ == nullptr) {
        degradation_ = new DegradationDialog(host_.session, host_.choice, &host_.window);
    }
    if (!degradation_->isVisible()) {  // over the panels, where it hides least of the pictures
        const auto corner = host_.window.mapToGlobal(host_.window.rect().bottomLeft());
        degradation_->adjustSize();
        degradation_->move(corner - QPoint(-8, degradation_->sizeHint().height() + 8));
    }
    degradation_->show();
    degradation_->raise();
    degradation_->activateWindow();
}

void ProbeWorkspace::showSanity() {
    if (sanity_ == nullptr) {
        sanity_ = new SanityDialog(&host_.window);
        new SanityRun(host_.session, host_.controller, *sanity_);
    }
    sanity_->show();
    sanity_->raise();
}

}  // namespace lamscope::ui
