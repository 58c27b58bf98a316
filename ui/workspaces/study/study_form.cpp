// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_form.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "dialogs/icons.h"
#include "panels/muted_label.h"
#include "workspaces/file_kind.h"
#include "workspaces/form_parts.h"
#include "workspaces/study/study_drops.h"

namespace lamscope::ui {

namespace {

constexpr int formMargin = 8;

QListWidget* namesList(const QString& name) {
    auto* list = new QListWidget;
    list->setAccessibleName(name);
    list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list->setTextElideMode(Qt::ElideMiddle);
    list->setUniformItemSizes(true);
    constexpr int leastRows = 3;
    list->setMinimumHeight(leastRows * (list->fontMetrics().height() + 6));
    return list;
}

}  // namespace

StudyForm::StudyForm(const WorkspaceHost& host, StudyController& study, QAction& run, QAction& saveAs, QWidget* parent)
    : QWidget(parent)
    , host_(host)
    , study_(study)
    , images_(namesList(tr("Images")))
    , networks_(namesList(tr("Networks of the study")))
    , patches_(new QComboBox)
    , stride_(new QSpinBox)
    , store_(new MutedLabel)
    , maps_(new QCheckBox(tr("Keep the maps")))
    , tasks_(new MutedLabel)
    , parts_(makeParts()) {
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(parts_);
    constexpr int leastWidth = 236;  // of a title with its buttons
    setMinimumWidth(leastWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, formMargin);
    column->setSpacing(6);
    column->addWidget(scroll, 1);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(formMargin, 0, formMargin, 0);
    foot->setSpacing(4);
    addResultPart(*foot, run, saveAs);
    column->addLayout(foot);
    connect(&study_, &StudyController::descriptionChanged, this, &StudyForm::follow);
    connect(&study_, &StudyController::storeChanged, this, &StudyForm::follow);
    connect(&study_, &StudyController::runChanged, this, &StudyForm::follow);
    connect(&host_.session, &Session::imageChanged, this, &StudyForm::offerOpenImage);
    connect(&host_.session, &Session::networkListChanged, this, &StudyForm::followNetworks);
    connect(&host_.session, &Session::networkChanged, this, &StudyForm::followNetworks);
    follow();
}

QWidget* StudyForm::makeParts() {
    auto* parts = new QWidget;
    auto* column = new QVBoxLayout(parts);
    column->setContentsMargins(formMargin, 4, formMargin, 0);
    column->setSpacing(4);
    addImagePart(*column);
    column->addSpacing(4);
    addNetworkPart(*column);
    column->addSpacing(4);
    addPatchPart(*column);
    return parts;
}

// --- its parts

void StudyForm::addImagePart(QVBoxLayout& column) {
    auto [title, row] = formTitle();
    imagesTitle_ = title;
    auto* files = formButton(tr("Files…"), tr("Add images"), QStringLiteral("addStudyImages"));
    auto* folder = formButton(tr("Folder…"), tr("Add the images of a folder"), QStringLiteral("addStudyFolder"));
    removeImages_ = formButton({}, tr("Remove the selected images"), QStringLiteral("removeStudyImages"));
    removeImages_->setIcon(icon(QStringLiteral("remove")));
    for (auto* button : {files, folder, removeImages_}) {
        row->addWidget(button);
    }
    openImage_ = new QPushButton;
    openImage_->setObjectName(QStringLiteral("addOpenImage"));
    column.addLayout(row);
    column.addWidget(images_, 3);
    column.addWidget(openImage_);
    connect(files, &QToolButton::clicked, this, [this] {
        host_.choice.files(tr("Images of the study"), imageFilter(), true,
                           [this](const QStringList& chosen) { study_.addImages(chosen); });
    });
    connect(folder, &QToolButton::clicked, this, [this] {
        host_.choice.folder(tr("Folder of HR images"), [this](const QString& chosen) { study_.addImages({chosen}); });
    });
    connect(removeImages_, &QToolButton::clicked, this, &StudyForm::removeImages);
    connect(images_, &QListWidget::itemSelectionChanged, this,
            [this] { removeImages_->setEnabled(!images_->selectedItems().isEmpty()); });
    connect(openImage_, &QPushButton::clicked, this,
            [this] { study_.addImages({QString::fromStdString(host_.session.image().file)}); });
    auto* remove = new QAction(tr("Remove"), images_);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &StudyForm::removeImages);
    images_->addAction(remove);
}

void StudyForm::addNetworkPart(QVBoxLayout& column) {
    auto [title, row] = formTitle();
    networksTitle_ = title;
    auto* add = formButton(tr("Add…"), tr("Add networks to the study"), QStringLiteral("addStudyNetworks"));
    row->addWidget(add);
    column.addLayout(row);
    column.addWidget(networks_, 2);
    connect(add, &QToolButton::clicked, this, [this] {
        host_.choice.files(tr("Networks of the study"), networkFilter(), true,
                           [this](const QStringList& chosen) { giveFiles(chosen, study_, host_); });
    });
    connect(networks_, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) { tick(*item); });
}

void StudyForm::addPatchPart(QVBoxLayout& column) {
    auto [title, row] = formTitle();
    title->setText(tr("Patches"));
    column.addLayout(row);
    patches_->addItem(tr("Middle of each image"), static_cast<int>(PatchRule::Kind::Centre));
    patches_->addItem(tr("Grid"), static_cast<int>(PatchRule::Kind::Grid));
    patches_->addItem(tr("List of places"), static_cast<int>(PatchRule::Kind::List));
    patches_->setAccessibleName(tr("Patches"));
    patches_->setToolTip(
        tr("Which patches of each image; their side is that of the toolbar, a list may state its own"));
    constexpr int largestStride = 4096;
    stride_->setRange(1, largestStride);
    stride_->setPrefix(tr("every "));
    stride_->setSuffix(tr(" px"));
    stride_->setKeyboardTracking(false);
    stride_->setAccessibleName(tr("Stride of the grid"));
    stride_->setToolTip(tr("From one patch of the grid to the next, SR pixels"));
    patchList_ = formButton(tr("File…"), tr("A CSV file with the line image,x,y,size above, or JSON"),
                            QStringLiteral("choosePatchList"));
    auto* line = new QHBoxLayout;
    line->setSpacing(4);
    line->addWidget(patches_, 1);
    line->addWidget(stride_);
    line->addWidget(patchList_);
    column.addLayout(line);
    connect(patches_, &QComboBox::activated, this, [this] { choosePatches(patches_->currentData().toInt()); });
    connect(stride_, &QSpinBox::valueChanged, this, &StudyForm::setStride);
    connect(patchList_, &QToolButton::clicked, this, &StudyForm::choosePatchList);
}

void StudyForm::addResultPart(QVBoxLayout& column, QAction& run, QAction& saveAs) {
    auto [title, row] = formTitle();
    title->setText(tr("Results"));
    auto* save = formButton(tr("Save as…"), tr("Choose where the results go"), QStringLiteral("saveStudyAs"));
    row->addWidget(save);
    store_->setShortened();
    tasks_->setShortened();
    maps_->setToolTip(tr("In the file of the results, which becomes larger"));
    auto* runButton = new QToolButton;
    runButton->setDefaultAction(&run);
    runButton->setObjectName(QStringLiteral("runStudy"));
    runButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    runButton->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    runButton->setMinimumHeight(runButton->sizeHint().height() + 6);
    column.addLayout(row);
    column.addWidget(store_);
    column.addWidget(maps_);
    column.addWidget(tasks_);
    column.addWidget(runButton);
    connect(save, &QToolButton::clicked, &saveAs, &QAction::trigger);
    connect(&saveAs, &QAction::enabledChanged, save, &QWidget::setEnabled);
    connect(maps_, &QCheckBox::toggled, &study_, &StudyController::setKeepsMaps);
}

// --- what is changed

void StudyForm::removeImages() {
    auto changed = study_.description();
    auto& scenes = changed.experiment.scenes;
    for (int row = images_->count() - 1; row >= 0; --row) {
        if (images_->item(row)->isSelected()) {
            scenes.erase(scenes.begin() + row);
        }
    }
    study_.setDescription(changed);
}

void StudyForm::tick(const QListWidgetItem& item) {
    const auto& spec = listed_[static_cast<std::size_t>(networks_->row(&item))];
    const bool on = item.checkState() == Qt::Checked;
    auto changed = study_.description();
    auto& networks = changed.experiment.networks;
    const auto found = std::ranges::find(networks, spec, &ExperimentNetwork::spec);
    if (found != networks.end()) {
        found->shown = on;
    } else if (on) {
        networks.push_back({.spec = spec});
    }
    study_.setDescription(changed);
}

void StudyForm::choosePatches(int kind) {
    auto changed = study_.description();
    changed.patches.kind = static_cast<PatchRule::Kind>(kind);
    if (changed.patches.kind == PatchRule::Kind::List) {
        choosePatchList();
        follow();  // unless a list is chosen, the rule stays
        return;
    }
    changed.patches.stride = changed.patches.kind == PatchRule::Kind::Grid ? stride_->value() : 0;
    study_.setDescription(changed);
}

void StudyForm::choosePatchList() {
    host_.choice.files(tr("List of places"), tr("Lists of places (*.csv *.json)"), false,
                       [this](const QStringList& files) { study_.placeImages(files.front()); });
}

void StudyForm::setStride(int stride) {
    auto changed = study_.description();
    changed.patches.stride = stride;
    study_.setDescription(changed);
}

// --- what is shown

void StudyForm::offerOpenImage() {
    const auto& session = host_.session;
    const auto file = session.hasImage() ? session.image().file : std::string();
    const auto& scenes = study_.description().experiment.scenes;
    const bool offered = !file.empty() && session.role() == ImageRole::Hr
                         && std::ranges::none_of(scenes, [&](const Scene& scene) { return scene.image == file; });
    openImage_->setVisible(offered);
    openImage_->setText(tr("Add %1").arg(QFileInfo(QString::fromStdString(file)).fileName()));
    openImage_->setToolTip(tr("The image that is open"));
}

/// Those of the study and the others that are open; rows keep their order.
void StudyForm::followNetworks() {
    const auto& chosen = study_.description().experiment.networks;
    std::vector<ModelSpec> known;
    for (const auto& network : chosen) {
        known.push_back(network.spec);
    }
    for (const auto& entry : host_.session.networks()) {
        if (entry.state != NetworkEntry::State::Failed && std::ranges::find(known, entry.spec) == known.end()) {
            known.push_back(entry.spec);
        }
    }
    auto specs = listed_;
    std::erase_if(specs, [&](const ModelSpec& spec) { return std::ranges::find(known, spec) == known.end(); });
    for (const auto& spec : known) {
        if (std::ranges::find(specs, spec) == specs.end()) {
            specs.push_back(spec);
        }
    }
    if (specs != listed_) {
        listed_ = specs;
        const QSignalBlocker quiet(networks_);
        networks_->clear();
        for (const auto& spec : listed_) {
            auto* item = new QListWidgetItem(QString::fromStdString(spec.displayName()), networks_);
            item->setToolTip(QString::fromStdString(spec.withoutToken().toString()));
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
        }
    }
    const QSignalBlocker quiet(networks_);
    std::size_t ticked = 0;
    for (std::size_t i = 0; i < listed_.size(); ++i) {
        const auto isMeant = [&](const ExperimentNetwork& network) {
            return network.spec == listed_[i] && network.shown;
        };
        const bool on = std::ranges::any_of(chosen, isMeant);
        ticked += on ? 1U : 0U;
        networks_->item(static_cast<int>(i))->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
    networksTitle_->setText(ticked == 0 ? tr("Networks") : tr("Networks (%1)").arg(ticked));
}

void StudyForm::follow() {
    const auto& description = study_.description();
    const auto& scenes = description.experiment.scenes;
    QStringList names;
    for (const auto& scene : scenes) {
        names << QString::fromStdString(scene.image.string());
    }
    QStringList listed;
    for (int row = 0; row < images_->count(); ++row) {
        listed << images_->item(row)->toolTip();
    }
    if (names != listed) {
        images_->clear();
        for (const auto& name : names) {
            (new QListWidgetItem(QFileInfo(name).fileName(), images_))->setToolTip(name);
        }
    }
    imagesTitle_->setText(scenes.empty() ? tr("Images") : tr("Images (%1)").arg(scenes.size()));
    removeImages_->setEnabled(!images_->selectedItems().isEmpty());
    offerOpenImage();
    followNetworks();

    const auto& rule = description.patches;
    const QSignalBlocker quietStride(stride_);
    const QSignalBlocker quietMaps(maps_);
    patches_->setCurrentIndex(patches_->findData(static_cast<int>(rule.kind)));
    stride_->setVisible(rule.kind == PatchRule::Kind::Grid);
    constexpr int usualStride = 64;
    stride_->setValue(rule.stride > 0 ? rule.stride : usualStride);
    patchList_->setVisible(rule.kind == PatchRule::Kind::List);
    maps_->setChecked(study_.keepsMaps());

    const auto store = QString::fromStdString(study_.store().string());
    store_->setText(store.isEmpty() ? tr("asked for when it runs") : QFileInfo(store).fileName());
    store_->setToolTip(store);
    const auto networks = shownNetworks(description.experiment).size();
    tasks_->setText(study_.tasks() == 0
                        ? tr("needs images and networks")
                        : tr("%1 × %2 = %3 tasks").arg(scenes.size()).arg(networks).arg(study_.tasks()));
    tasks_->setToolTip(tr("Images by networks"));
    parts_->setEnabled(!study_.isRunning());
    maps_->setEnabled(!study_.isRunning());
}

}  // namespace lamscope::ui
