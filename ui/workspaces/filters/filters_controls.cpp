// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_controls.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QWidgetAction>
#include <algorithm>
#include <cmath>

#include "panels/number_text.h"

namespace lamscope::ui {

namespace {

QString utf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

const OptionRow<FaigOptions>& faigRow(std::string_view option) {
    return optionRow(faigOptionTable(), option);
}

/// The help of an option; of one with choices, a line each.
QString helpOfFaig(const OptionDescription& option) {
    auto text = option.choices.empty() ? QString::fromStdString(optionHelp(option)) : QObject::tr(option.help);
    text[0] = text[0].toUpper();
    for (const auto& choice : option.choices) {
        if (*choice.title != '\0') {
            text += QStringLiteral("\n%1: %2").arg(QObject::tr(choice.title), QObject::tr(choice.help));
        }
    }
    return text;
}

void addToBar(CompactToolBar& bar, const QString& text, QWidget* control, const QString& help) {
    auto* caption = new QLabel(text + QLatin1Char(' '));
    caption->setForegroundRole(QPalette::PlaceholderText);
    caption->setContentsMargins(6, 0, 0, 0);
    caption->setBuddy(control);
    caption->setToolTip(help);
    control->setToolTip(help);
    control->setAccessibleName(text);
    bar.addCaption(caption, CompactToolBar::Keep::Rather);
    bar.addControl(control);
}

void fillChoices(QComboBox* box, const OptionDescription& option) {
    for (const auto& choice : option.choices) {
        if (*choice.title != '\0') {
            box->addItem(QObject::tr(choice.title), utf8(choice.name));
        }
    }
}

}  // namespace

FiltersControls::FiltersControls(FaigController& filters, CompactToolBar& bar)
    : QObject(&bar)
    , filters_(filters)
    , of_(new QComboBox)
    , against_(new QComboBox)
    , rank_(new QComboBox)
    , percent_(new QDoubleSpinBox)
    , preset_(new QComboBox)
    , nodes_(new QSpinBox)
    , tolerance_(new QDoubleSpinBox)
    , biases_(new QComboBox) {
    of_->setObjectName(QStringLiteral("filtersOf"));
    against_->setObjectName(QStringLiteral("filtersAgainst"));
    rank_->setObjectName(QStringLiteral("filtersRank"));
    percent_->setObjectName(QStringLiteral("filtersPercent"));
    preset_->setObjectName(QStringLiteral("filtersPreset"));
    addToBar(bar, tr("Filters for"), of_, tr("The degradation whose removal is looked for"));
    addToBar(bar, tr("against"), against_, tr("The degradation whose removal is to stay"));
    fillChoices(rank_, faigRow("rank"));
    addToBar(bar, tr("Rank by"), rank_, helpOfFaig(faigRow("rank")));
    percent_->setRange(0.01, 100.0);
    percent_->setDecimals(2);
    percent_->setSingleStep(0.5);
    percent_->setSuffix(tr(" %"));
    percent_->setKeyboardTracking(false);
    addToBar(bar, tr("Top"), percent_, tr("Of all filters: so many are masked or re-weighted"));
    bar.addDivider();
    addAccuracy(bar);
    connect(of_, &QComboBox::activated, this, [this] {
        change(tr("filters for"),
               [this](FaigState& state) { state.options.of = of_->currentData().toString().toStdString(); });
    });
    connect(against_, &QComboBox::activated, this, [this] {
        change(tr("filters against"),
               [this](FaigState& state) { state.options.against = against_->currentData().toString().toStdString(); });
    });
    connect(rank_, &QComboBox::activated, this, [this] {
        change(tr("ranking"), [this](FaigState& state) {
            faigRow("rank").set(state.options, rank_->currentData().toString().toStdString());
        });
    });
    connect(percent_, &QDoubleSpinBox::valueChanged, this, [this](double percent) {
        change(tr("share of filters"), [percent](FaigState& state) { state.percent = percent; });
    });
    connect(&filters_, &FaigController::stateChanged, this, &FiltersControls::follow);
    follow();
}

void FiltersControls::addAccuracy(CompactToolBar& bar) {
    fillChoices(preset_, faigRow("preset"));
    addToBar(bar, tr(faigRow("preset").title), preset_, helpOfFaig(faigRow("preset")));
    connect(preset_, &QComboBox::activated, this, [this] {
        change(tr("preset"), [this](FaigState& state) {
            faigRow("preset").set(state.options, preset_->currentData().toString().toStdString());
            state.options.nodes.reset();
        });
    });
    accuracy_ = new QToolButton;
    accuracy_->setPopupMode(QToolButton::InstantPopup);
    accuracy_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    accuracy_->setToolTip(tr("Nodes and tolerance of the integral; biases of masks"));
    accuracy_->setAccessibleName(tr("Accuracy"));
    auto* menu = new QMenu(accuracy_);
    menu->setAccessibleName(tr("Accuracy"));
    auto* panel = new QWidget;
    auto* form = new QFormLayout(panel);
    addNumber(*form, nodes_, "nodes");
    const auto& tolerance = faigRow("tolerance");
    tolerance_->setDecimals(3);
    tolerance_->setSingleStep(0.005);
    tolerance_->setRange(tolerance.range.positive ? 0.001 : tolerance.range.least,
                         std::isfinite(tolerance.range.most) ? tolerance.range.most : 1.0);
    tolerance_->setKeyboardTracking(false);
    tolerance_->setToolTip(helpOfFaig(tolerance));
    form->addRow(tr(tolerance.title), tolerance_);
    biases_->addItem(tr("stay those of the target"));
    biases_->addItem(tr("go with their filters"));
    biases_->setToolTip(tr("Masking all filters gives the baseline only if biases go with them"));
    form->addRow(tr("Biases"), biases_);
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(panel);
    menu->addAction(action);
    accuracy_->setMenu(menu);
    bar.addControl(accuracy_);
    connect(tolerance_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        change(tr("tolerance"), [value](FaigState& state) { state.options.tolerance = value; });
    });
    connect(biases_, &QComboBox::activated, this, [this](int index) {
        change(tr("biases"), [index](FaigState& state) { state.options.biases = index == 1; });
    });
}

/// 0 leaves the number to the preset.
void FiltersControls::addNumber(QFormLayout& form, QSpinBox* box, std::string_view option) {
    const auto& row = faigRow(option);
    box->setRange(0, static_cast<int>(std::isfinite(row.range.most) ? row.range.most : 100000.0));
    box->setSpecialValueText(tr("preset's"));
    box->setKeyboardTracking(false);
    box->setToolTip(helpOfFaig(row));
    form.addRow(tr(row.title), box);
    connect(box, &QSpinBox::valueChanged, this, [this, &row](int value) {
        change(tr(row.title), [&](FaigState& state) {
            row.set(state.options, value == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(value));
        });
    });
}

void FiltersControls::change(const QString& text, const std::function<void(FaigState&)>& what) {
    auto state = filters_.state();
    what(state);
    filters_.change(text, state);
    follow();
}

void FiltersControls::follow() {
    const auto& state = filters_.state();
    const auto& options = state.options;
    const auto fill = [&](QComboBox* box, const std::string& chosen, const QString& automatic, bool hasNone) {
        const QSignalBlocker quiet(box);
        box->clear();
        for (const auto& degradation : options.degradations) {
            const auto name = QString::fromStdString(degradation.name);
            box->addItem(name, name);
        }
        if (hasNone && box->count() > 0) {
            // A ranking against itself is one without "against".
            const auto of = options.of.empty() ? box->itemText(0) : QString::fromStdString(options.of);
            const int own = box->findData(of);
            if (own >= 0) {
                box->removeItem(own);
            }
            box->addItem(tr("nothing"), of);
        }
        const auto wanted = chosen.empty() ? automatic : QString::fromStdString(chosen);
        box->setCurrentIndex(std::max(box->findData(wanted), 0));
    };
    const auto nameAt = [&](std::size_t place) {
        return place < options.degradations.size() ? QString::fromStdString(options.degradations[place].name)
                                                   : QString();
    };
    fill(of_, options.of, nameAt(0), false);
    const auto of = of_->currentData().toString();
    fill(against_, options.against, of == nameAt(1) || options.degradations.size() < 2 ? nameAt(0) : nameAt(1), true);
    const bool hasAgainst = options.rank == FilterRule::Faig && options.degradations.size() > 1;
    against_->setEnabled(hasAgainst);
    of_->setEnabled(options.degradations.size() > 1);
    const QSignalBlocker quietRank(rank_);
    const QSignalBlocker quietPercent(percent_);
    const QSignalBlocker quietPreset(preset_);
    const QSignalBlocker quietNodes(nodes_);
    const QSignalBlocker quietTolerance(tolerance_);
    const QSignalBlocker quietBiases(biases_);
    rank_->setCurrentIndex(rank_->findData(utf8(toString(options.rank))));
    percent_->setValue(state.percent);
    preset_->setCurrentIndex(preset_->findData(utf8(toString(options.preset))));
    nodes_->setValue(options.nodes.value_or(0));
    tolerance_->setValue(options.tolerance);
    tolerance_->setEnabled(options.preset == FaigPreset::Exact);
    biases_->setCurrentIndex(options.biases ? 1 : 0);
    const auto levels = faigLevels(options);
    const auto nodes = tr("%1 nodes").arg(levels.empty() ? 0 : levels.back());
    accuracy_->setText(levels.size() > 1 ? tr("≤ %1, %2 %").arg(nodes).arg(options.tolerance * 100.0) : nodes);
}

}  // namespace lamscope::ui
