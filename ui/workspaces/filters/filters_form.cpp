// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_form.h"

#include <QAction>
#include <QComboBox>
#include <QDropEvent>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QProgressBar>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "dialogs/drop_zone.h"
#include "dialogs/icons.h"
#include "image/degradation.h"
#include "panels/muted_label.h"
#include "panels/panel_colours.h"
#include "study/studies/study_status.h"
#include "workspaces/file_kind.h"
#include "workspaces/form_parts.h"
#include "workspaces/recipe_rows.h"

namespace lamscope::ui {

namespace {

constexpr int marginOfForm = 8;

/// A degradation that is not there yet, with a recipe to begin with.
FaigDegradation nextFaigDegradation(const std::vector<FaigDegradation>& there) {
    std::vector<std::string> names;
    std::ranges::transform(there, std::back_inserter(names), &FaigDegradation::name);
    const auto next = nextDegradation(names, {"blur=blur:2:21", "noise=noise:25.5", "jpeg=jpeg:40", "clean"});
    return {.name = next.name, .recipe = toString(next.degradation)};
}

}  // namespace

FiltersForm::FiltersForm(const WorkspaceHost& host, FaigController& filters, QAction& run, QWidget* parent)
    : QWidget(parent)
    , host_(host)
    , filters_(filters)
    , images_(new QListWidget)
    , mostImages_(new QSpinBox)
    , reduction_(new QComboBox)
    , seed_(new QSpinBox)
    , hint_(new QLabel)
    , progress_(new QProgressBar)
    , progressText_(new MutedLabel)
    , parts_(makeParts()) {
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(parts_);
    scroll->setFocusPolicy(Qt::NoFocus);
    constexpr int roomForCounts = 16;  // that titles get with the first image
    setMinimumWidth(parts_->minimumSizeHint().width() + style()->pixelMetric(QStyle::PM_ScrollBarExtent)
                    + roomForCounts);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, marginOfForm);
    column->setSpacing(4);
    column->addWidget(scroll, 1);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(marginOfForm, 0, marginOfForm, 0);
    foot->setSpacing(4);
    addFoot(*foot, run);
    column->addLayout(foot);
    for (QWidget* target :
         {static_cast<QWidget*>(this), static_cast<QWidget*>(baseline_), static_cast<QWidget*>(target_)}) {
        target->setAcceptDrops(true);
        target->installEventFilter(this);
    }
    connect(&filters_, &FaigController::stateChanged, this, &FiltersForm::follow);
    connect(&filters_, &FaigController::runChanged, this, &FiltersForm::followRun);
    connect(&filters_, &FaigController::progressChanged, this, &FiltersForm::followRun);
    connect(&filters_, &FaigController::curvesChanged, this, &FiltersForm::followRun);
    connect(&filters_, &FaigController::resultsChanged, this, &FiltersForm::followRun);
    connect(&host_.session, &Session::networkListChanged, this, &FiltersForm::followNetworks);
    connect(&host_.session, &Session::networkChanged, this, &FiltersForm::followNetworks);
    setAccessibleName(tr("What scores are computed of"));
    applyColours();
    follow();
}

// --- its parts

QWidget* FiltersForm::makeParts() {
    auto* parts = new QWidget;
    auto* column = new QVBoxLayout(parts);
    column->setContentsMargins(marginOfForm, 4, marginOfForm, 0);
    column->setSpacing(3);
    baseline_ = addNetwork(*column, tr("Baseline"), tr("The plain network that the target was fine-tuned from"), false);
    target_ = addNetwork(*column, tr("Target"), tr("The fine-tuned network, whose filters are looked for"), true);
    column->addSpacing(2);
    addImages(*column);
    column->addSpacing(2);
    addDegradations(*column);
    column->addStretch(1);
    return parts;
}

QComboBox* FiltersForm::addNetwork(QVBoxLayout& column, const QString& title, const QString& help, bool isTarget) {
    auto [label, row] = formTitle(title);
    auto* file =
        formButton(tr("File…"), isTarget ? tr("Choose the file of the target") : tr("Choose the file of the baseline"),
                   isTarget ? QStringLiteral("chooseTarget") : QStringLiteral("chooseBaseline"));
    row->addWidget(file);
    auto* choice = new QComboBox;
    choice->setObjectName(isTarget ? QStringLiteral("target") : QStringLiteral("baseline"));
    choice->setAccessibleName(title);
    choice->setToolTip(help + QLatin1Char('\n') + tr("One of the open networks, a file, or one that is dropped here"));
    choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    choice->setMinimumContentsLength(10);
    choice->setPlaceholderText(tr("none"));
    label->setBuddy(choice);
    column.addLayout(row);
    column.addWidget(choice);
    connect(choice, &QComboBox::activated, this, [this, isTarget](int index) { chooseNetwork(isTarget, index); });
    connect(file, &QToolButton::clicked, this, [this, isTarget, title] {
        host_.choice.files(title, networkFilter(), false,
                           [this, isTarget](const QStringList& files) { giveNetwork(files.front(), isTarget); });
    });
    return choice;
}

void FiltersForm::addImages(QVBoxLayout& column) {
    auto [title, row] = formTitle(tr("HR images"));
    imagesTitle_ = title;
    auto* files = formButton(tr("Files…"), tr("Add HR images"), QStringLiteral("addFilterImages"));
    auto* folder = formButton(tr("Folder…"), tr("Add the HR images of a folder"), QStringLiteral("addFilterFolder"));
    removeImages_ = formButton({}, tr("Remove the selected images"), QStringLiteral("removeFilterImages"));
    removeImages_->setIcon(icon(QStringLiteral("remove")));
    for (auto* button : {files, folder, removeImages_}) {
        row->addWidget(button);
    }
    images_->setAccessibleName(tr("HR images"));
    images_->setObjectName(QStringLiteral("filterImages"));
    images_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    images_->setTextElideMode(Qt::ElideMiddle);
    images_->setUniformItemSizes(true);
    constexpr int rows = 3;
    images_->setFixedHeight(rows * (images_->fontMetrics().height() + 4) + 4);
    column.addLayout(row);
    column.addWidget(images_);
    auto* most = new QHBoxLayout;
    auto* caption = new MutedLabel(tr("at most"));
    mostImages_->setRange(1, 10000);
    mostImages_->setKeyboardTracking(false);
    mostImages_->setAccessibleName(tr("Most images"));
    mostImages_->setToolTip(tr("Scores are means over so many images, the first of the list"));
    most->setSpacing(4);
    most->addWidget(caption);
    most->addWidget(mostImages_, 1);
    most->addWidget(new MutedLabel(tr("seed")));
    most->addWidget(seed_, 1);
    column.addLayout(most);
    connect(files, &QToolButton::clicked, this, [this] {
        host_.choice.files(tr("HR images"), imageFilter(), true,
                           [this](const QStringList& chosen) { filters_.addImages(chosen); });
    });
    connect(folder, &QToolButton::clicked, this, [this] {
        host_.choice.folder(tr("Folder of HR images"), [this](const QString& chosen) { filters_.addImages({chosen}); });
    });
    connect(removeImages_, &QToolButton::clicked, this, &FiltersForm::removeImages);
    connect(images_, &QListWidget::itemSelectionChanged, this, [this] {
        removeImages_->setEnabled(!images_->selectedItems().isEmpty() && !filters_.state().images.empty());
    });
    connect(mostImages_, &QSpinBox::valueChanged, this, [this](int most_) {
        auto state = filters_.state();
        state.options.images = most_;
        filters_.change(tr("number of images"), state);
    });
    auto* remove = new QAction(tr("Remove"), images_);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &FiltersForm::removeImages);
    images_->addAction(remove);
}

void FiltersForm::addDegradations(QVBoxLayout& column) {
    auto [title, row] = formTitle(tr("Degradations"));
    auto* add = formButton(tr("Add"), tr("Add a degradation"), QStringLiteral("addDegradation"));
    row->addWidget(add);
    column.addLayout(row);
    degradations_ = new RecipeRows(RecipeRows::Kind::Named, tr("image"));
    column.addWidget(degradations_);
    connect(degradations_, &RecipeRows::edited, this, &FiltersForm::takeDegradations);
    connect(degradations_, &RecipeRows::removed, this, &FiltersForm::removeDegradation);
    auto* line = new QHBoxLayout;
    line->setSpacing(4);
    for (const auto reduction : reductions) {
        reduction_->addItem(
            QString::fromUtf8(toString(reduction).data(), static_cast<qsizetype>(toString(reduction).size())),
            static_cast<int>(reduction));
    }
    reduction_->setAccessibleName(tr("Reduction"));
    reduction_->setObjectName(QStringLiteral("filterReduction"));
    reduction_->setToolTip(
        tr("How an HR image becomes LR, between blur and noise. bilinear: as the authors of FAIG do"));
    seed_->setRange(0, 1'000'000);
    for (auto* number : {seed_, mostImages_}) {
        constexpr int leastNumber = 48;  // of their largest values the dock would be too narrow
        number->setMinimumWidth(leastNumber);
    }
    seed_->setKeyboardTracking(false);
    seed_->setAccessibleName(tr("Seed"));
    seed_->setToolTip(tr("Of the noise and of random rankings"));
    line->addWidget(new MutedLabel(tr("reduced by")));
    line->addWidget(reduction_, 1);
    column.addLayout(line);
    connect(add, &QToolButton::clicked, this, &FiltersForm::addDegradation);
    connect(reduction_, &QComboBox::activated, this, [this] {
        auto state = filters_.state();
        state.options.reduction = static_cast<Reduction>(reduction_->currentData().toInt());
        filters_.change(tr("reduction"), state);
    });
    connect(seed_, &QSpinBox::valueChanged, this, [this](int seed) {
        auto state = filters_.state();
        state.options.seed = seed;
        filters_.change(tr("seed"), state);
    });
}

void FiltersForm::addFoot(QVBoxLayout& column, QAction& run) {
    hint_->setWordWrap(true);
    hint_->setObjectName(QStringLiteral("filtersHint"));
    progress_->setTextVisible(false);
    progress_->setFixedHeight(6);
    progress_->setRange(0, 1000);
    progress_->setAccessibleName(tr("Progress of the scores"));
    progressText_->setShortened();
    auto* button = new QToolButton;
    button->setDefaultAction(&run);
    button->setObjectName(QStringLiteral("runFilters"));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setMinimumHeight(button->sizeHint().height() + 6);
    column.addWidget(hint_);
    column.addWidget(progress_);
    column.addWidget(progressText_);
    column.addWidget(button);
}

// --- files

void FiltersForm::giveNetwork(const QString& file, bool isTarget) {
    try {
        const auto spec = ModelSpec::parse(file.toStdString());
        auto state = filters_.state();
        (isTarget ? state.target : state.baseline) = spec;
        filters_.change(isTarget ? tr("target") : tr("baseline"), state);
    } catch (const Error& error) {
        host_.session.reportTrouble(QString::fromStdString(error.what()));
    }
}

void FiltersForm::give(const QStringList& files) {
    QStringList images;
    for (const auto& file : files) {
        switch (QFileInfo(file).isDir() ? FileKind::Image : kindOfFile(file)) {
            case FileKind::Image:
                images << file;
                break;
            case FileKind::Network:
                giveNetwork(file, filters_.state().baseline.has_value());
                break;
            case FileKind::Session:
            case FileKind::Study:
                host_.open({file});
                break;
        }
    }
    if (!images.isEmpty()) {
        filters_.addImages(images);
    }
}

bool FiltersForm::eventFilter(QObject* watched, QEvent* event) {
    const bool enters = event->type() == QEvent::DragEnter || event->type() == QEvent::DragMove;
    if (!enters && event->type() != QEvent::Drop) {
        return QWidget::eventFilter(watched, event);
    }
    auto& drop = dynamic_cast<QDropEvent&>(*event);
    const auto files = localFiles(*drop.mimeData());
    if (!files.isEmpty()) {
        drop.acceptProposedAction();
        if (!enters) {
            const bool isNetwork = files.size() == 1 && kindOfFile(files.front()) == FileKind::Network;
            if (isNetwork && (watched == baseline_ || watched == target_)) {
                giveNetwork(files.front(), watched == target_);
            } else {
                give(files);
            }
        }
    }
    return true;
}

// --- what is changed

void FiltersForm::chooseNetwork(bool isTarget, int index) {
    const auto* choice = isTarget ? target_ : baseline_;
    const auto text = choice->itemData(index).toString();
    if (!text.isEmpty()) {
        giveNetwork(text, isTarget);
    }
}

void FiltersForm::removeImages() {
    auto state = filters_.state();
    if (state.images.empty()) {
        return;
    }
    for (int row = images_->count() - 1; row >= 0; --row) {
        if (images_->item(row)->isSelected()) {
            state.images.erase(state.images.begin() + row);
        }
    }
    filters_.change(tr("images"), state);
}

void FiltersForm::addDegradation() {
    auto state = filters_.state();
    state.options.degradations.push_back(nextFaigDegradation(state.options.degradations));
    filters_.change(tr("degradation"), state);
}

/// Takes over names and recipes as they are written; what cannot be read is said, and what holds is shown again.
void FiltersForm::takeDegradations() {
    auto state = filters_.state();
    auto& all = state.options.degradations;
    const auto texts = degradations_->texts();
    if (texts.size() != all.size()) {
        return;
    }
    try {
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto before = all[i];
            all[i].name = texts[i].name;
            all[i].recipe = toString(degradationFromString(texts[i].recipe));
            for (auto* ranked : {&state.options.of, &state.options.against}) {
                if (*ranked == before.name) {
                    *ranked = all[i].name;
                }
            }
        }
    } catch (const Error& error) {
        host_.session.reportTrouble(QString::fromStdString(error.what()));
        showDegradations();
        return;
    }
    filters_.change(tr("degradation"), state);
    showDegradations();
}

void FiltersForm::removeDegradation(int row) {
    auto state = filters_.state();
    auto& there = state.options.degradations;
    const auto place = static_cast<std::size_t>(row);
    if (place >= there.size()) {
        return;
    }
    for (auto* ranked : {&state.options.of, &state.options.against}) {
        if (*ranked == there[place].name) {
            ranked->clear();
        }
    }
    there.erase(there.begin() + row);
    filters_.change(tr("degradation"), state);
}

// --- what is shown

void FiltersForm::showDegradations() {
    std::vector<RecipeRows::Texts> texts;
    for (const auto& [name, recipe] : filters_.state().options.degradations) {
        texts.push_back({.name = name, .recipe = recipe});
    }
    degradations_->setTexts(texts);
}

void FiltersForm::followNetworks() {
    const auto fill = [this](QComboBox* choice, const std::optional<ModelSpec>& chosen) {
        QStringList texts;
        QStringList names;
        const auto add = [&](const ModelSpec& spec, const QString& name) {
            const auto text = QString::fromStdString(spec.toString());
            if (!texts.contains(text)) {
                texts << text;
                names << name;
            }
        };
        for (const auto& entry : host_.session.networks()) {
            if (!entry.spec.isAnalytic() && !entry.spec.isRemote()) {
                add(entry.spec, entry.name());
            }
        }
        if (chosen) {
            add(*chosen, QString::fromStdString(chosen->displayName()));
        }
        const QSignalBlocker quiet(choice);
        QStringList listed;
        for (int i = 0; i < choice->count(); ++i) {
            listed << choice->itemData(i).toString() + choice->itemText(i);
        }
        QStringList wanted;
        for (qsizetype i = 0; i < texts.size(); ++i) {
            wanted << texts[i] + names[i];
        }
        if (listed != wanted) {
            choice->clear();
            for (qsizetype i = 0; i < texts.size(); ++i) {
                choice->addItem(names[i], texts[i]);
                choice->setItemData(static_cast<int>(i), texts[i], Qt::ToolTipRole);
            }
        }
        choice->setCurrentIndex(chosen ? choice->findData(QString::fromStdString(chosen->toString())) : -1);
    };
    fill(baseline_, filters_.state().baseline);
    fill(target_, filters_.state().target);
}

void FiltersForm::follow() {
    const auto& state = filters_.state();
    QStringList names;
    for (const auto& scene : state.images) {
        names << QString::fromStdString(scene.image.string());
    }
    const auto& session = host_.session;
    const bool usesOpen = state.images.empty() && session.hasImage() && session.role() == ImageRole::Hr;
    const auto open = usesOpen ? QString::fromStdString(session.image().file) : QString();
    QStringList listed;
    for (int row = 0; row < images_->count(); ++row) {
        listed << images_->item(row)->toolTip();
    }
    if (names != listed || state.images.empty()) {
        images_->clear();
        for (const auto& name : names) {
            (new QListWidgetItem(QFileInfo(name).fileName(), images_))->setToolTip(name);
        }
        if (usesOpen) {
            auto* item = new QListWidgetItem(tr("%1 (open)").arg(QFileInfo(open).fileName()), images_);
            item->setToolTip(open);
            item->setFlags(Qt::ItemIsEnabled);
        }
    }
    imagesTitle_->setText(names.isEmpty() ? tr("HR images") : tr("HR images (%1)").arg(names.size()));
    removeImages_->setEnabled(!images_->selectedItems().isEmpty() && !state.images.empty());
    const QSignalBlocker quietMost(mostImages_);
    const QSignalBlocker quietSeed(seed_);
    mostImages_->setValue(state.options.images);
    seed_->setValue(state.options.seed);
    reduction_->setCurrentIndex(reduction_->findData(static_cast<int>(state.options.reduction)));
    showDegradations();
    followNetworks();
    followRun();
}

void FiltersForm::followRun() {
    const bool running = filters_.isRunning();
    parts_->setEnabled(!running);
    const auto missing = filters_.whatIsMissing();
    QString hint;
    if (!running && !missing.isEmpty()) {
        hint = missing;
    } else if (!running && filters_.isStale()) {
        hint = tr("Changed since it ran: run it again. What is shown is of before.");
    } else if (!running && !filters_.remark().isEmpty()) {
        hint = filters_.remark();
    }
    hint_->setText(hint);
    hint_->setVisible(!hint.isEmpty());
    progress_->setVisible(running);
    progressText_->setVisible(running || filters_.isReadingOut());
    const auto& progress = filters_.progress();
    progress_->setValue(static_cast<int>(progress.done * 1000.0));
    if (running) {
        QStringList parts;
        if (progress.what.empty()) {
            parts << tr("loading networks and images");
        } else {
            parts << tr("%1 %").arg(static_cast<int>(progress.done * 100.0)) << QString::fromStdString(progress.what);
        }
        if (progress.secondsLeft) {
            parts << tr("%1 left").arg(QString::fromStdString(durationText(*progress.secondsLeft)));
        }
        progressText_->setText(parts.join(QStringLiteral(" · ")));
    } else {
        progressText_->setText(
            progress.what.empty()
                ? tr("masking curve…")
                : tr("%1 % · %2").arg(qRound(progress.done * 100.0)).arg(QString::fromStdString(progress.what)));
    }
}

void FiltersForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

void FiltersForm::applyColours() {
    auto colours = hint_->palette();
    colours.setColor(QPalette::WindowText, warningText(palette()));
    hint_->setPalette(colours);
}

}  // namespace lamscope::ui
