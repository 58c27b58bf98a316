// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/features_form.h"

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QPixmap>
#include <QProgressBar>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/error.h"
#include "dialogs/drop_zone.h"
#include "dialogs/icons.h"
#include "panels/muted_label.h"
#include "panels/panel_colours.h"
#include "study/studies/study_status.h"
#include "workspaces/file_kind.h"
#include "workspaces/form_parts.h"
#include "workspaces/recipe_rows.h"

namespace lamscope::ui {

namespace {

constexpr int marginOfFeatures = 8;
constexpr int idRole = Qt::UserRole;

/// A recipe that is not there yet.
NamedDegradation nextRecipe(const std::vector<NamedDegradation>& there) {
    std::vector<std::string> names;
    std::ranges::transform(there, std::back_inserter(names), &NamedDegradation::name);
    return nextDegradation(names, {"clean", "blur=blur:2", "noise=noise:20", "jpeg=jpeg:30"});
}

QString helpOfOption(const OptionDescription& option) {
    auto text = option.choices.empty() ? QString::fromStdString(optionHelp(option)) : QObject::tr(option.help);
    if (!text.isEmpty()) {
        text[0] = text[0].toUpper();
    }
    for (const auto& choice : option.choices) {
        text += QStringLiteral("\n%1: %2").arg(QObject::tr(choice.title), QObject::tr(choice.help));
    }
    return text;
}

QString textOfChoice(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

FeaturesForm::FeaturesForm(const WorkspaceHost& host, FeaturesController& features, QAction& run, QWidget* parent)
    : QWidget(parent)
    , host_(host)
    , features_(features)
    , networks_(new QListWidget)
    , images_(new QListWidget)
    , reduction_(new QComboBox)
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
    constexpr int leastWidth = 262;
    setMinimumWidth(leastWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, marginOfFeatures);
    column->setSpacing(4);
    column->addWidget(scroll, 1);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(marginOfFeatures, 0, marginOfFeatures, 0);
    foot->setSpacing(4);
    addFoot(*foot, run);
    column->addLayout(foot);
    setAcceptDrops(true);
    installEventFilter(this);
    connect(&features_, &FeaturesController::stateChanged, this, &FeaturesForm::follow);
    connect(&features_, &FeaturesController::lookChanged, this, &FeaturesForm::followRun);
    connect(&features_, &FeaturesController::runChanged, this, &FeaturesForm::followRun);
    connect(&features_, &FeaturesController::progressChanged, this, &FeaturesForm::followRun);
    connect(&features_, &FeaturesController::resultsChanged, this, &FeaturesForm::followRun);
    connect(&features_, &FeaturesController::surveysChanged, this, &FeaturesForm::followNetworks);
    connect(&host_.session, &Session::networkListChanged, this, &FeaturesForm::followNetworks);
    connect(&host_.session, &Session::networkChanged, this, &FeaturesForm::followNetworks);
    setAccessibleName(tr("What features are computed of"));
    applyColours();
    follow();
}

// --- its parts

QWidget* FeaturesForm::makeParts() {
    auto* parts = new QWidget;
    auto* column = new QVBoxLayout(parts);
    column->setContentsMargins(marginOfFeatures, 4, marginOfFeatures, 0);
    column->setSpacing(3);
    addNetworks(*column);
    addImages(*column);
    addRecipes(*column);
    srgaOptions_ =
        makeOptions(srgaOptionTable(), {"patches", "patch", "components", "seed", "tap", "preset", "replicates"},
                    &FeaturesState::srga);
    ddrOptions_ = makeOptions(
        ddrOptionTable(),
        {"patches", "patch", "seed", "space", "taps", "pool", "permutations", "perplexity", "iterations", "starts"},
        &FeaturesState::ddr);
    srgaOptions_->setObjectName(QStringLiteral("srgaOptions"));
    ddrOptions_->setObjectName(QStringLiteral("ddrOptions"));
    auto [title, row] = formTitle(tr("Options"));
    column->addLayout(row);
    column->addWidget(srgaOptions_);
    column->addWidget(ddrOptions_);
    column->addStretch(1);
    return parts;
}

void FeaturesForm::addNetworks(QVBoxLayout& column) {
    auto [title, row] = formTitle(tr("Networks"));
    auto* add = formButton(tr("Add…"), tr("Open a network"), QStringLiteral("addFeatureNetwork"));
    row->addWidget(add);
    networks_->setAccessibleName(tr("Networks"));
    networks_->setObjectName(QStringLiteral("featureNetworks"));
    networks_->setTextElideMode(Qt::ElideRight);
    networks_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    constexpr int rows = 3;
    networks_->setFixedHeight(rows * (2 * networks_->fontMetrics().height() + 5) + 4);
    column.addLayout(row);
    column.addWidget(networks_);
    connect(add, &QToolButton::clicked, &host_.addNetwork, &QAction::trigger);
    connect(networks_, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
        if (!follows_) {
            host_.session.setShown(item->data(idRole).toInt(), item->checkState() == Qt::Checked);
        }
    });
}

void FeaturesForm::addImages(QVBoxLayout& column) {
    auto [title, row] = formTitle(tr("HR images"));
    imagesTitle_ = title;
    auto* files = formButton(tr("Files…"), tr("Add HR images"), QStringLiteral("addFeatureImages"));
    auto* folder = formButton(tr("Folder…"), tr("Add the HR images of a folder"), QStringLiteral("addFeatureFolder"));
    removeImages_ = formButton({}, tr("Remove the selected images, or all"), QStringLiteral("removeFeatureImages"));
    removeImages_->setIcon(icon(QStringLiteral("remove")));
    for (auto* button : {files, folder, removeImages_}) {
        row->addWidget(button);
    }
    images_->setAccessibleName(tr("HR images"));
    images_->setObjectName(QStringLiteral("featureImages"));
    images_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    images_->setTextElideMode(Qt::ElideMiddle);
    images_->setUniformItemSizes(true);
    constexpr int rows = 3;
    images_->setFixedHeight(rows * (images_->fontMetrics().height() + 4) + 4);
    column.addLayout(row);
    column.addWidget(images_);
    connect(files, &QToolButton::clicked, this, [this] {
        host_.choice.files(tr("HR images"), imageFilter(), true,
                           [this](const QStringList& chosen) { features_.addImages(chosen); });
    });
    connect(folder, &QToolButton::clicked, this, [this] {
        host_.choice.folder(tr("Folder of HR images"),
                            [this](const QString& chosen) { features_.addImages({chosen}); });
    });
    connect(removeImages_, &QToolButton::clicked, this, &FeaturesForm::removeImages);
    auto* remove = new QAction(tr("Remove"), images_);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &FeaturesForm::removeImages);
    images_->addAction(remove);
}

void FeaturesForm::addRecipes(QVBoxLayout& column) {
    auto [title, row] = formTitle(tr("Recipes"));
    auto* add = formButton(tr("Add"), tr("Add a recipe"), QStringLiteral("addRecipe"));
    row->addWidget(add);
    column.addLayout(row);
    recipes_ = new RecipeRows(RecipeRows::Kind::Named, tr("patch"));
    column.addWidget(recipes_);
    connect(recipes_, &RecipeRows::edited, this, &FeaturesForm::takeRecipes);
    connect(recipes_, &RecipeRows::removed, this, &FeaturesForm::removeRecipe);
    auto* line = new QHBoxLayout;
    line->setSpacing(4);
    for (const auto reduction : reductions) {
        reduction_->addItem(textOfChoice(toString(reduction)), static_cast<int>(reduction));
    }
    reduction_->setAccessibleName(tr("Reduction"));
    reduction_->setObjectName(QStringLiteral("featureReduction"));
    reduction_->setToolTip(tr("How an HR patch becomes LR, between blur and noise"));
    reduction_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    line->addWidget(new MutedLabel(tr("reduced by")));
    line->addWidget(reduction_, 1);
    column.addLayout(line);
    connect(add, &QToolButton::clicked, this, &FeaturesForm::addRecipe);
    connect(reduction_, &QComboBox::activated, this, [this] {
        auto state = features_.state();
        state.reduction = static_cast<Reduction>(reduction_->currentData().toInt());
        features_.change(tr("reduction"), state);
    });
}

QLabel* FeaturesForm::addOptionControl(QGridLayout& grid, int place, const OptionDescription& option,
                                       QWidget* control) {
    auto* caption = new MutedLabel(tr(option.title));
    caption->setBuddy(control);
    control->setAccessibleName(tr(option.title));
    control->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);  // the largest numbers are long
    const auto help = helpOfOption(option);
    control->setToolTip(help);
    caption->setToolTip(help);
    grid.addWidget(caption, place, 0);
    grid.addWidget(control, place, 1);
    return caption;
}

/// A control for each of the named rows of an option table, by its type.
template <typename Options>
QWidget* FeaturesForm::makeOptions(const std::vector<OptionRow<Options>>& table,
                                   const std::vector<std::string_view>& names, Options FeaturesState::*options) {
    auto* group = new QWidget;
    auto* grid = new QGridLayout(group);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(1, 1);
    int place = 0;
    for (const auto name : names) {
        const auto& row = optionRow(table, name);
        const auto take = [this, &row, options](const nlohmann::ordered_json& value) {
            if (follows_) {
                return;
            }
            auto state = features_.state();
            try {
                row.set(state.*options, value);
            } catch (const std::exception& error) {
                host_.session.reportTrouble(QString::fromUtf8(error.what()));
            }
            features_.change(tr(row.title).toLower(), state);
        };
        const auto value = [this, &row, options] { return row.get(features_.state().*options); };
        if (!row.choices.empty()) {
            auto* box = new QComboBox;
            for (const auto& choice : row.choices) {
                box->addItem(choice.title[0] == '\0' ? textOfChoice(choice.name) : tr(choice.title),
                             textOfChoice(choice.name));
            }
            addOptionControl(*grid, place, row, box);
            connect(box, &QComboBox::activated, this,
                    [take, box] { take(box->currentData().toString().toStdString()); });
            showOptions_.emplace_back([box, value] {
                box->setCurrentIndex(box->findData(QString::fromStdString(value().template get<std::string>())));
            });
            box->setObjectName(textOfChoice(name));
        } else if (row.type == OptionType::Whole) {
            auto* box = new QSpinBox;
            const int least = static_cast<int>(row.range.least);
            box->setRange(row.mayBeUnset ? least - 1 : least,
                          static_cast<int>(std::min(row.range.most, double{std::numeric_limits<int>::max()})));
            if (row.mayBeUnset) {
                box->setSpecialValueText(tr("auto"));
            }
            box->setKeyboardTracking(false);
            box->setObjectName(textOfChoice(name));
            addOptionControl(*grid, place, row, box);
            connect(box, &QSpinBox::valueChanged, this, [take, box, unset = row.mayBeUnset](int number) {
                take(unset && number == box->minimum() ? nlohmann::ordered_json(nullptr)
                                                       : nlohmann::ordered_json(number));
            });
            showOptions_.emplace_back([box, value] {
                const auto shown = value();
                box->setValue(shown.is_null() ? box->minimum() : shown.template get<int>());
            });
        } else if (row.type == OptionType::Number) {
            auto* box = new QDoubleSpinBox;
            box->setRange(std::max(row.range.least, 0.0), std::min(row.range.most, 1e6));
            box->setDecimals(1);
            box->setKeyboardTracking(false);
            box->setObjectName(textOfChoice(name));
            addOptionControl(*grid, place, row, box);
            connect(box, &QDoubleSpinBox::valueChanged, this, [take](double number) { take(number); });
            showOptions_.emplace_back([box, value] { box->setValue(value().template get<double>()); });
        } else {  // a text: taps
            auto* edit = new QLineEdit;
            edit->setObjectName(textOfChoice(name));
            addOptionControl(*grid, place, row, edit);
            connect(edit, &QLineEdit::editingFinished, this,
                    [take, edit] { take(edit->text().trimmed().toStdString()); });
            showOptions_.emplace_back([edit, value] {
                const auto text = QString::fromStdString(value().template get<std::string>());
                if (edit->text() != text) {
                    edit->setText(text);
                }
            });
        }
        ++place;
    }
    return group;
}

void FeaturesForm::addFoot(QVBoxLayout& column, QAction& run) {
    hint_->setWordWrap(true);
    hint_->setObjectName(QStringLiteral("featuresHint"));
    progress_->setTextVisible(false);
    progress_->setFixedHeight(6);
    progress_->setRange(0, 1000);
    progress_->setAccessibleName(tr("Progress of the features"));
    progressText_->setShortened();
    progressText_->setObjectName(QStringLiteral("featuresProgress"));
    auto* button = new QToolButton;
    button->setDefaultAction(&run);
    button->setObjectName(QStringLiteral("runFeatures"));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setMinimumHeight(button->sizeHint().height() + 6);
    column.addWidget(hint_);
    column.addWidget(progress_);
    column.addWidget(progressText_);
    column.addWidget(button);
}

// --- files

void FeaturesForm::give(const QStringList& files) {
    QStringList images;
    QStringList others;
    for (const auto& file : files) {
        const bool isImage = QFileInfo(file).isDir() || kindOfFile(file) == FileKind::Image;
        (isImage ? images : others) << file;
    }
    if (!images.isEmpty()) {
        features_.addImages(images);
    }
    if (!others.isEmpty()) {
        host_.open(others);
    }
}

bool FeaturesForm::eventFilter(QObject* watched, QEvent* event) {
    const bool enters = event->type() == QEvent::DragEnter || event->type() == QEvent::DragMove;
    if (!enters && event->type() != QEvent::Drop) {
        return QWidget::eventFilter(watched, event);
    }
    auto& drop = dynamic_cast<QDropEvent&>(*event);
    const auto files = localFiles(*drop.mimeData());
    if (!files.isEmpty()) {
        drop.acceptProposedAction();
        if (!enters) {
            give(files);
        }
    }
    return true;
}

// --- what is changed

void FeaturesForm::removeImages() {
    auto state = features_.state();
    if (state.images.empty()) {
        return;
    }
    if (images_->selectedItems().isEmpty()) {
        state.images.clear();
    }
    for (int row = images_->count() - 1; row >= 0 && !state.images.empty(); --row) {
        if (images_->item(row)->isSelected()) {
            state.images.erase(state.images.begin() + row);
        }
    }
    features_.change(tr("images"), state);
}

void FeaturesForm::addRecipe() {
    auto state = features_.state();
    state.recipes.push_back(nextRecipe(state.recipes));
    features_.change(tr("recipe"), state);
}

/// Takes over names and recipes as they are written; what cannot be read is said, and what holds is shown again.
void FeaturesForm::takeRecipes() {
    auto state = features_.state();
    const auto rows = recipes_->texts();
    if (follows_ || rows.size() != state.recipes.size()) {
        return;
    }
    std::vector<std::string> texts;
    for (const auto& [name, recipe] : rows) {
        texts.push_back(name + '=' + recipe);
    }
    try {
        state.recipes = namedDegradations(texts);
    } catch (const Error& error) {
        host_.session.reportTrouble(QString::fromStdString(error.what()));
        showRecipes();
        return;
    }
    features_.change(tr("recipe"), state);
    showRecipes();
}

void FeaturesForm::removeRecipe(int row) {
    auto state = features_.state();
    if (row < static_cast<int>(state.recipes.size())) {
        state.recipes.erase(state.recipes.begin() + row);
        features_.change(tr("recipe"), state);
    }
}

// --- what is shown

void FeaturesForm::showRecipes() {
    std::vector<RecipeRows::Texts> texts;
    for (const auto& [name, degradation] : features_.state().recipes) {
        texts.push_back({.name = name, .recipe = toString(degradation)});
    }
    recipes_->setTexts(texts);
}

void FeaturesForm::followNetworks() {
    follows_ = true;
    const auto& all = host_.session.networks();
    while (networks_->count() > static_cast<int>(all.size())) {
        delete networks_->takeItem(networks_->count() - 1);
    }
    while (networks_->count() < static_cast<int>(all.size())) {
        networks_->addItem(new QListWidgetItem);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& entry = all[i];
        auto* item = networks_->item(static_cast<int>(i));
        QStringList details;
        switch (entry.state) {
            case NetworkEntry::State::Loading:
                details << tr("loading");
                break;
            case NetworkEntry::State::Failed:
                details << (entry.message.isEmpty() ? tr("failed") : entry.message);
                break;
            case NetworkEntry::State::Ready:
                details << tr("×%1").arg(entry.card.scale);
                if (const auto* survey = features_.survey(entry.id)) {
                    details << (survey->deepest
                                    ? tr("tap %1").arg(QString::fromStdString(survey->taps[*survey->deepest].key))
                                    : tr("no tap"));
                    if (survey->addsInput) {
                        details << tr("adds its input");
                    }
                }
                break;
        }
        const auto digit = host_.session.digitOf(entry.id);
        item->setData(idRole, entry.id);
        item->setText((digit.isEmpty() ? QString() : digit + QLatin1Char(' ')) + entry.name() + QLatin1Char('\n')
                      + details.join(QStringLiteral(" · ")));
        item->setToolTip(item->text());
        QPixmap colour(10, 10);
        colour.fill(entry.colour);
        item->setIcon(QIcon(colour));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(entry.shown ? Qt::Checked : Qt::Unchecked);
    }
    follows_ = false;
    followRun();
}

void FeaturesForm::follow() {
    const auto& state = features_.state();
    const auto& session = host_.session;
    QStringList names;
    for (const auto& image : state.images) {
        names << QString::fromStdString(image.string());
    }
    const bool usesOpen = state.images.empty() && session.hasImage() && session.role() == ImageRole::Hr;
    QStringList wanted = names;
    if (usesOpen) {
        wanted << QString::fromStdString(session.image().file);
    }
    QStringList listed;
    for (int row = 0; row < images_->count(); ++row) {
        listed << images_->item(row)->toolTip();
    }
    if (wanted != listed) {
        images_->clear();
        for (const auto& name : wanted) {
            auto* item = new QListWidgetItem(
                usesOpen ? tr("%1 (open)").arg(QFileInfo(name).fileName()) : QFileInfo(name).fileName(), images_);
            item->setToolTip(name);
            if (usesOpen) {
                item->setFlags(Qt::ItemIsEnabled);
            }
        }
    }
    imagesTitle_->setText(names.isEmpty() ? tr("HR images") : tr("HR images (%1)").arg(names.size()));
    removeImages_->setEnabled(!state.images.empty());
    follows_ = true;
    reduction_->setCurrentIndex(reduction_->findData(static_cast<int>(state.reduction)));
    for (const auto& show : showOptions_) {
        show();
    }
    follows_ = false;
    srgaOptions_->setVisible(features_.isGeneralization());
    ddrOptions_->setVisible(!features_.isGeneralization());
    showRecipes();
    followNetworks();
}

void FeaturesForm::followRun() {
    const bool running = features_.isRunning();
    parts_->setEnabled(!running);
    const auto missing = features_.whatIsMissing();
    QString hint;
    if (!running && !missing.isEmpty()) {
        hint = missing;
    } else if (!running && features_.isStale()) {
        hint = tr("Changed since it ran: run it again. What is shown is of before.");
    } else if (!running && !features_.remark().isEmpty()) {
        hint = features_.remark();
    }
    hint_->setText(hint);
    hint_->setVisible(!hint.isEmpty());
    progress_->setVisible(running);
    progressText_->setVisible(running);
    const auto& progress = features_.progress();
    progress_->setValue(static_cast<int>(progress.share * 1000.0));
    if (running) {
        QStringList parts;
        if (progress.what.empty()) {
            parts << tr("networks and patches");
        } else {
            parts << tr("%1 %").arg(static_cast<int>(progress.share * 100.0)) << QString::fromStdString(progress.what);
        }
        if (progress.secondsLeft) {
            parts << tr("%1 left").arg(QString::fromStdString(durationText(*progress.secondsLeft)));
        }
        progressText_->setText(parts.join(QStringLiteral(" · ")));
    }
}

void FeaturesForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

void FeaturesForm::applyColours() {
    auto colours = hint_->palette();
    colours.setColor(QPalette::WindowText, warningText(palette()));
    hint_->setPalette(colours);
}

}  // namespace lamscope::ui
