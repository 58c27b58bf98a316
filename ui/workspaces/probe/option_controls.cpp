// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/option_controls.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <QToolButton>
#include <QWidgetAction>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "method/lam/lam_option_table.h"
#include "session/layer_table.h"
#include "view/colour_map.h"

namespace lamscope::ui {

namespace {

constexpr int opacitySteps = 100;

QString textOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// A combo box that may be narrower than its texts.
class NarrowComboBox final : public QComboBox {
protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        QStylePainter painter(this);
        QStyleOptionComboBox option;
        initStyleOption(&option);
        painter.drawComplexControl(QStyle::CC_ComboBox, option);
        const auto field = style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this);
        constexpr int frame = 2;
        option.currentText = fontMetrics().elidedText(option.currentText, Qt::ElideRight, field.width() - frame);
        painter.drawControl(QStyle::CE_ComboBoxLabel, option);
    }
};

/// A narrow combo box has room for so many letters.
int narrowWidth(const QComboBox& box) {
    constexpr int letters = 10;
    constexpr int frameAndArrow = 34;
    return letters * box.fontMetrics().averageCharWidth() + frameAndArrow;
}

/// The places of caption and control on the bar, which are what shows and hides them.
std::array<QAction*, 2> addCaption(CompactToolBar& bar, const QString& text, QWidget* control, const QString& help,
                                   CompactToolBar::Keep keep = CompactToolBar::Keep::Least) {
    auto* caption = new QLabel(text + QLatin1Char(' '));
    caption->setForegroundRole(QPalette::PlaceholderText);
    caption->setContentsMargins(6, 0, 0, 0);
    caption->setBuddy(control);
    caption->setToolTip(help);
    control->setToolTip(help);
    control->setAccessibleName(text);
    auto* place = bar.addCaption(caption, keep);
    const auto* narrow = dynamic_cast<const NarrowComboBox*>(control);
    return {place, narrow != nullptr ? bar.addShrinking(control, narrowWidth(*narrow)) : bar.addControl(control)};
}

/// A button that unfolds a form.
std::pair<QToolButton*, QFormLayout*> makeFormButton() {
    auto* button = new QToolButton;
    button->setPopupMode(QToolButton::InstantPopup);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    auto* menu = new QMenu(button);
    auto* panel = new QWidget;
    auto* form = new QFormLayout(panel);
    auto* action = new QWidgetAction(menu);
    action->setDefaultWidget(panel);
    menu->addAction(action);
    button->setMenu(menu);
    return {button, form};
}

void selectData(QComboBox* combo, const QVariant& data) {
    const QSignalBlocker quiet(combo);
    combo->setCurrentIndex(combo->findData(data));
}

const OptionRow<LamOptions>& rowOf(std::string_view option) {
    return optionRow(lamOptionTable(), option);
}

/// The help of an option; of one with choices, a line each.
QString toolTipOf(const OptionDescription& option) {
    auto text = option.choices.empty() ? QString::fromStdString(optionHelp(option)) : QObject::tr(option.help);
    text[0] = text[0].toUpper();
    for (const auto& choice : option.choices) {
        text += QStringLiteral("\n%1: %2").arg(QObject::tr(choice.title), QObject::tr(choice.help));
    }
    return text;
}

}  // namespace

// --- what is computed

ComputeControls::ComputeControls(Session& session, CompactToolBar& bar)
    : QObject(&bar)
    , session_(session)
    , preset_(new QComboBox)
    , rule_(new QComboBox)
    , nodes_(new QSpinBox)
    , tolerance_(new QDoubleSpinBox)
    , path_(new QComboBox)
    , sigma_(new QDoubleSpinBox)
    , kernel_(new QSpinBox)
    , detector_(new QComboBox)
    , context_(new NarrowComboBox)
    , patch_(new QComboBox) {
    addPreset(bar);
    addPath(bar);

    addChoices(detector_, "detector");
    addCaption(bar, tr(rowOf("detector").title), detector_, toolTipOf(rowOf("detector")), CompactToolBar::Keep::Rather);

    context_->addItem(tr("preset's"), -1);
    for (const int side : {32, 48, 64, 96, 128, 192, 256}) {
        context_->addItem(QString(), side);
    }
    context_->addItem(tr("whole"), 0);
    addCaption(bar, tr(rowOf("context").title), context_, toolTipOf(rowOf("context")), CompactToolBar::Keep::Rather);
    connect(context_, &QComboBox::activated, this, [this] {
        const int side = context_->currentData().toInt();
        change([side](LamOptions& options) { options.context = side < 0 ? std::nullopt : std::optional(side); });
    });

    for (const int size : {4, 8, 12, 16, 24, 32, 48, 64}) {
        patch_->addItem(QString::number(size), size);
    }
    patch_->setEditable(true);
    patch_->lineEdit()->setAccessibleName(tr("Patch"));
    patch_->setInsertPolicy(QComboBox::NoInsert);
    patch_->setMaximumWidth(60);
    addCaption(bar, tr("Patch"), patch_, tr("Side of the box in SR pixels (Ctrl+wheel on an image)"),
               CompactToolBar::Keep::Rather);
    connect(patch_, &QComboBox::textActivated, this, [this](const QString& text) {
        bool isNumber = false;
        const int size = text.toInt(&isNumber);
        if (isNumber && size > 0) {
            auto box = session_.box();
            box.x += (box.size - size) / 2;
            box.y += (box.size - size) / 2;
            box.size = size;
            session_.setBox(box);
        }
        follow();
    });

    connect(&session_, &Session::optionsChanged, this, &ComputeControls::follow);
    connect(&session_, &Session::boxChanged, this, &ComputeControls::follow);
    connect(&session_, &Session::networkListChanged, this, &ComputeControls::follow);
    connect(&session_, &Session::networkChanged, this, [this] {
        if (session_.keepsSize() != keepsSize_) {
            follow();
        }
    });
    follow();
}

void ComputeControls::addPreset(CompactToolBar& bar) {
    addChoices(preset_, "preset", [](LamOptions& options) {
        options.nodes.reset();
        options.tolerance.reset();
        options.rule.reset();
    });
    addCaption(bar, tr(rowOf("preset").title), preset_, toolTipOf(rowOf("preset")));

    auto [button, form] = makeFormButton();
    accuracy_ = button;
    accuracy_->setToolTip(tr("Rule, number of path images and the tolerance"));
    accuracy_->setAccessibleName(tr("Accuracy"));
    tolerance_->setDecimals(3);
    tolerance_->setSingleStep(0.01);
    addChoices(rule_, "rule");
    form->addRow(tr(rowOf("rule").title), rule_);
    rule_->setToolTip(toolTipOf(rowOf("rule")));
    addNumber(form, nodes_, "nodes");
    addNumber(form, tolerance_, "tolerance");
    bar.addControl(accuracy_);
}

void ComputeControls::addPath(CompactToolBar& bar) {
    auto [button, form] = makeFormButton();
    pathButton_ = button;
    addChoices(path_, "path");
    form->addRow(tr(rowOf("path").title), path_);
    sigma_->setSingleStep(0.1);
    addNumber(form, sigma_, "sigma");
    addNumber(form, kernel_, "kernel");
    addCaption(bar, tr(rowOf("path").title), pathButton_, toolTipOf(rowOf("path")));
}

/// A choice sets the option, after `alsoChange`.
void ComputeControls::addChoices(QComboBox* box, std::string_view option,
                                 const std::function<void(LamOptions&)>& alsoChange) {
    const auto& row = rowOf(option);
    if (row.mayBeUnset) {
        box->addItem(tr("automatic"), QString());
    }
    const auto chosenByDefault = row.get({});
    for (const auto& choice : row.choices) {
        box->insertItem(choice.name == chosenByDefault ? 0 : box->count(), tr(choice.title), textOf(choice.name));
    }
    connect(box, &QComboBox::activated, this, [this, box, &row, alsoChange] {
        change([&](LamOptions& options) {
            if (alsoChange) {
                alsoChange(options);
            }
            const auto chosen = box->currentData().toString().toStdString();
            row.set(options, chosen.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(chosen));
        });
    });
}

/// A line of the form with the range and the unit of the option; 0 leaves an option to the preset that may be unset.
template <typename SpinBox>
void ComputeControls::addNumber(QFormLayout* form, SpinBox* box, std::string_view option) {
    using Number = decltype(box->value());
    const auto& row = rowOf(option);
    constexpr double mostWithoutRange = 1.0;  // of tolerances, more than anybody wants
    const double most = std::isfinite(row.range.most) ? row.range.most : mostWithoutRange;
    box->setRange(static_cast<Number>(row.mayBeUnset ? 0.0 : row.range.least), static_cast<Number>(most));
    if (row.mayBeUnset) {
        box->setSpecialValueText(tr("preset's"));
    }
    if (row.range.odd) {
        box->setSingleStep(2);
    }
    if (*row.unit != '\0') {
        box->setSuffix(QLatin1Char(' ') + tr(row.unit));
    }
    box->setKeyboardTracking(false);
    box->setToolTip(toolTipOf(row));
    form->addRow(tr(row.title), box);
    connect(box, &SpinBox::valueChanged, this, [this, &row](Number value) {
        change([&](LamOptions& options) {
            const bool isUnset = row.mayBeUnset && value == Number{};
            row.set(options, isUnset ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(value));
        });
    });
}

void ComputeControls::change(const std::function<void(LamOptions&)>& what) {
    auto options = session_.options();
    what(options);
    try {
        session_.setOptions(options);
    } catch (const Error& error) {
        session_.reportTrouble(QString::fromStdString(error.what()));
    }
    follow();
}

void ComputeControls::follow() {
    const auto& options = session_.options();
    selectData(preset_, textOf(toString(options.preset)));
    rule_->setEnabled(options.preset == Preset::Exact);
    const auto rule = rowOf("rule").get(options);
    selectData(rule_, rule.is_null() ? QString() : QString::fromStdString(rule.get<std::string>()));
    selectData(path_, textOf(toString(options.path)));
    selectData(detector_, textOf(toString(options.detector)));
    if (options.context && context_->findData(*options.context) < 0) {
        context_->insertItem(1, QString(), *options.context);
    }
    keepsSize_ = session_.keepsSize();
    for (int i = 0; i < context_->count(); ++i) {
        if (const int side = context_->itemData(i).toInt(); side > 0) {
            context_->setItemText(i, (keepsSize_ ? tr("%1 × %1") : tr("%1 × %1 LR")).arg(side));
        }
    }
    selectData(context_, options.context.value_or(-1));
    const QSignalBlocker quietNodes(nodes_);
    const QSignalBlocker quietTolerance(tolerance_);
    const QSignalBlocker quietSigma(sigma_);
    const QSignalBlocker quietKernel(kernel_);
    const QSignalBlocker quietPatch(patch_);
    nodes_->setValue(options.nodes.value_or(0));
    tolerance_->setValue(options.tolerance.value_or(0.0));
    tolerance_->setEnabled(options.preset == Preset::Exact);
    sigma_->setValue(options.sigma);
    kernel_->setValue(options.kernel);
    const bool blurs = options.path == PathKind::Blur || options.path == PathKind::BlurredLinear;
    sigma_->setEnabled(blurs);
    kernel_->setEnabled(blurs);
    patch_->setEditText(QString::number(session_.box().size));

    const auto plan = makePlan(options);
    const auto nodes = (plan.rule == IntegrationRule::Secant ? tr("%1 cells") : tr("%1 nodes")).arg(plan.nodes);
    accuracy_->setText(plan.tolerance ? tr("≤ %1, %2 %").arg(nodes).arg(*plan.tolerance * 100.0) : nodes);
    pathButton_->setText(blurs ? tr("%1, σ %2").arg(path_->currentText()).arg(options.sigma) : path_->currentText());
}

// --- how it looks

ViewControls::ViewControls(Session& session, CompactToolBar& bar)
    : QObject(&bar)
    , session_(session)
    , bar_(bar)
    , layer_(new NarrowComboBox)
    , opacity_(new QSlider(Qt::Horizontal))
    , colourMap_(new QComboBox)
    , normalisation_(new QComboBox)
    , stride_(new QComboBox) {
    for (const auto& row : layerTable) {
        layer_->addItem(QString(), static_cast<int>(row.layer));
    }
    addCaption(bar, tr("Layer"), layer_, tr("What the networks' panes show (L for the next)"));
    connect(layer_, &QComboBox::activated, this, [this] {
        change([this](ViewSettings& view) { view.layer = static_cast<Layer>(layer_->currentData().toInt()); });
    });

    stride_->addItem(tr("patch"), 0);
    for (const int stride : {4, 8, 16, 32, 64}) {
        stride_->addItem(tr("%1 px").arg(stride), stride);
    }
    strideActions_ = addCaption(bar, tr("Stride"), stride_,
                                tr("From one patch of the DI map to the next, in SR pixels; patch: side by side"),
                                CompactToolBar::Keep::Rather);
    connect(stride_, &QComboBox::activated, this,
            [this] { change([this](ViewSettings& view) { view.diMapStride = stride_->currentData().toInt(); }); });

    opacity_->setRange(0, opacitySteps);
    opacity_->setFixedWidth(64);
    addCaption(bar, tr("Opacity"), opacity_, tr("Of the map over the image"));
    connect(opacity_, &QSlider::valueChanged, this, [this](int value) {
        change([value](ViewSettings& view) { view.opacity = static_cast<double>(value) / opacitySteps; });
    });

    for (const auto& name : colourMapNames()) {
        colourMap_->addItem(name == "white-red" ? tr("white → red") : QString::fromStdString(name),
                            QString::fromStdString(name));
    }
    addCaption(
        bar, tr("Colours"), colourMap_,
        tr("Colour map of the layers that do not diverge around zero\n(DI map: viridis in place of white → red)"));
    connect(colourMap_, &QComboBox::activated, this, [this] {
        change([this](ViewSettings& view) { view.colourMap = colourMap_->currentData().toString().toStdString(); });
    });

    normalisation_->addItem(tr("own"), static_cast<int>(Normalisation::Own));
    normalisation_->addItem(tr("shared"), static_cast<int>(Normalisation::Shared));
    addCaption(bar, tr("Scale"), normalisation_,
               tr("own: each map divided by its maximum\nshared: all maps by the largest attribution among them"),
               CompactToolBar::Keep::Rather);
    connect(normalisation_, &QComboBox::activated, this, [this] {
        change([this](ViewSettings& view) {
            view.normalisation = static_cast<Normalisation>(normalisation_->currentData().toInt());
        });
    });

    connect(&session_, &Session::viewChanged, this, &ViewControls::follow);
    for (const auto signal : {&Session::imageChanged, &Session::networkListChanged}) {
        connect(&session_, signal, this, &ViewControls::nameLayers);
    }
    connect(&session_, &Session::networkChanged, this, [this] {
        if (session_.keepsSize() != keepsSize_) {
            nameLayers();
        }
    });
    nameLayers();
    follow();
}

void ViewControls::nameLayers() {
    keepsSize_ = session_.keepsSize();
    auto* items = qobject_cast<QStandardItemModel*>(layer_->model());
    for (const auto& row : layerTable) {
        const int place = layer_->findData(static_cast<int>(row.layer));
        const auto why = whyUnavailable(row, session_);
        const auto help = layerHelp(row, keepsSize_);
        layer_->setItemText(place, layerShortTitle(row, keepsSize_));
        layer_->setItemData(place, why.isEmpty() ? help : help + QLatin1Char('\n') + why, Qt::ToolTipRole);
        items->item(place)->setEnabled(why.isEmpty());
    }
}

void ViewControls::change(const std::function<void(ViewSettings&)>& what) {
    auto view = session_.view();
    what(view);
    session_.setView(view);
}

void ViewControls::follow() {
    const auto& view = session_.view();
    selectData(layer_, static_cast<int>(view.layer));
    selectData(colourMap_, QString::fromStdString(view.colourMap));
    selectData(normalisation_, static_cast<int>(view.normalisation));
    const QSignalBlocker quiet(opacity_);
    opacity_->setValue(qRound(view.opacity * opacitySteps));
    const bool isDiMap = view.layer == Layer::DiMap;
    opacity_->setEnabled(layerRow(view.layer).hasOpacity);
    if (stride_->findData(view.diMapStride) < 0) {
        stride_->addItem(tr("%1 px").arg(view.diMapStride), view.diMapStride);
    }
    selectData(stride_, view.diMapStride);
    for (auto* action : strideActions_) {
        bar_.setShown(action, isDiMap);
    }
}

}  // namespace lamscope::ui
