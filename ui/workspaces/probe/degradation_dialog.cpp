// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/degradation_dialog.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/error.h"
#include "panels/panel_colours.h"
#include "workspaces/recipe_rows.h"

namespace lamscope::ui {

namespace {

constexpr int amplitudeSteps = 100;
constexpr int widthOfText = 380;

/// A step of a recipe, as a control switches it on and off.
struct Step {
    const char* title;
    const char* name;  ///< of its control
    const char* help;
    const char* recipe;  ///< to begin with
    bool (*isOn)(const Degradation& degradation);
    void (*set)(Degradation& degradation, const Degradation& from);
};

template <auto member>
constexpr Step stepOf(const char* title, const char* name, const char* help, const char* recipe) {
    return {.title = title,
            .name = name,
            .help = help,
            .recipe = recipe,
            .isOn = [](const Degradation& degradation) { return (degradation.*member).has_value(); },
            .set = [](Degradation& degradation, const Degradation& from) { degradation.*member = from.*member; }};
}

constexpr std::array degradationSteps{
    stepOf<&Degradation::blur>(QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "&Blur"), "stepBlur",
                               QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "Gaussian blur, σ in pixels"),
                               "blur:2"),
    stepOf<&Degradation::rain>(QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "&Rain"), "stepRain",
                               QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "Streaks of rain"), "rain:small"),
    stepOf<&Degradation::noise>(QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "&Noise"), "stepNoise",
                                QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "Gaussian noise, levels of 0…255"),
                                "noise:15"),
    stepOf<&Degradation::jpeg>(QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "&JPEG"), "stepJpeg",
                               QT_TRANSLATE_NOOP("lamscope::ui::DegradationDialog", "JPEG, quality 1…100"), "jpeg:40"),
};

QString angleText(double angle) {
    const auto degrees = QString::number(std::abs(angle), 'f', 1);
    if (std::abs(angle) < 0.05) {
        return DegradationDialog::tr("upright");
    }
    return angle > 0.0 ? DegradationDialog::tr("%1° from upright to the left").arg(degrees)
                       : DegradationDialog::tr("%1° from upright to the right").arg(degrees);
}

}  // namespace

QString rainText(const RainRange& rain, double cover) {
    const auto length = static_cast<int>(std::lround(rain.length.low));
    constexpr int longest = 50;  // of kernels: longer ones make shorter streaks
    auto text = DegradationDialog::tr("This image's streaks are %1 px long (kernel %2 px), %3, blurred over %4 px.")
                    .arg(streakLength(length), 0, 'f', 1)
                    .arg(length)
                    .arg(angleText(rain.angle.low))
                    .arg(rain.kernelWidths.empty() ? 1 : rain.kernelWidths.front());
    if (length > longest) {
        text += DegradationDialog::tr(" No streak is longer than %1 px: a kernel above 50 px makes shorter ones.")
                    .arg(streakLength(longest), 0, 'f', 1);
    }
    constexpr double levels = 256.0;
    text +=
        DegradationDialog::tr(" One pixel of %1 starts a streak").arg(std::lround(100.0 * levels / rain.quantity.low));
    text += cover < 0.0 ? DegradationDialog::tr(".")
                        : DegradationDialog::tr("; rain covers %1 % of the image.").arg(std::lround(100.0 * cover));
    return text
           + DegradationDialog::tr(
               " The brightest overlap is always white, so more streaks make each of them fainter.");
}

DegradationDialog::DegradationDialog(Session& session, const FileChoice& choice, QWidget* parent)
    : QDialog(parent)
    , session_(session)
    , choice_(choice)
    , recipe_(new RecipeRows(RecipeRows::Kind::Single, tr("image")))
    , rainPart_(new QWidget)
    , range_(new QComboBox)
    , amplitude_(new QSlider(Qt::Horizontal))
    , amplitudeText_(new QLabel)
    , streaks_(new QLabel)
    , seed_(new QSpinBox)
    , remark_(new QLabel)
    , none_(new QPushButton(tr("No &degradation"))) {
    setObjectName(QStringLiteral("degradation"));
    setWindowTitle(tr("Degradation of the input"));
    auto* explanation =
        new QLabel(tr("Makes the input of the networks from the open image, which is then the clean reference."));
    for (auto* text : {explanation, streaks_, remark_}) {
        text->setWordWrap(true);
        text->setMinimumWidth(widthOfText);
    }
    auto* stepRow = new QHBoxLayout;
    addSteps(*stepRow);
    auto* form = new QFormLayout;
    form->addRow(tr("Recipe"), recipe_);
    form->addRow(tr("Steps"), stepRow);
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setObjectName(QStringLiteral("degradationSeed"));
    seed_->setAccessibleName(tr("Seed"));
    seed_->setToolTip(tr("Of the random numbers, beside the image's name"));
    seed_->setKeyboardTracking(false);
    form->addRow(tr("&Seed"), seed_);
    auto* rainForm = new QFormLayout(rainPart_);
    rainForm->setContentsMargins(0, 0, 0, 0);
    addRain(*rainForm);
    auto* close = new QPushButton(tr("&Close"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(none_);
    buttons->addStretch(1);
    buttons->addWidget(close);
    for (auto* button : {none_, close}) {
        button->setAutoDefault(false);  // Enter ends the recipe
    }
    none_->setObjectName(QStringLiteral("noDegradation"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(explanation);
    layout->addLayout(form);
    layout->addWidget(rainPart_);
    layout->addWidget(remark_);
    layout->addStretch(1);
    layout->addLayout(buttons);
    auto* undo = session_.undoStack().createUndoAction(this);
    undo->setShortcut(QKeySequence::Undo);
    auto* redo = session_.undoStack().createRedoAction(this);
    redo->setShortcuts({QKeySequence(tr("Ctrl+Y")), QKeySequence(tr("Ctrl+Shift+Z"))});
    addActions({undo, redo});  // the window's keys are its own
    connect(recipe_, &RecipeRows::edited, this, &DegradationDialog::takeRecipe);
    connect(seed_, &QSpinBox::valueChanged, this, [this](int seed) {
        if (!follows_) {
            session_.setDegradation(session_.degradation(), static_cast<std::uint64_t>(seed));
        }
    });
    connect(none_, &QPushButton::clicked, this, [this] { change([](Degradation& degradation) { degradation = {}; }); });
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(&session_, &Session::imageChanged, this, &DegradationDialog::follow);
    connect(&session_, &Session::degradedImageChanged, this, &DegradationDialog::follow);
    applyColours();
    follow();
}

/// What is written and not entered goes with the window: its other parts, which would follow, have gone already.
DegradationDialog::~DegradationDialog() {
    for (QObject* control : {static_cast<QObject*>(recipe_), static_cast<QObject*>(seed_)}) {
        control->disconnect(this);
    }
}

void DegradationDialog::addSteps(QHBoxLayout& row) {
    for (std::size_t i = 0; i < degradationSteps.size(); ++i) {
        const auto& step = degradationSteps[i];
        auto* box = steps_.at(i) = new QCheckBox(tr(step.title));
        box->setObjectName(QLatin1String(step.name));
        box->setToolTip(tr(step.help));
        row.addWidget(box);
        connect(box, &QCheckBox::clicked, this, [this, &step](bool on) {
            const auto from = on ? degradationFromString(step.recipe) : Degradation();
            change([&](Degradation& degradation) { step.set(degradation, from); });
        });
    }
    row.addStretch(1);
}

void DegradationDialog::addRain(QFormLayout& form) {
    for (const auto& range : rainRanges()) {
        const auto name = QString::fromStdString(range.name);
        range_->addItem(tr(range.name.c_str()), name);
    }
    range_->addItem(tr("from a file…"), QString());
    range_->setObjectName(QStringLiteral("rainRange"));
    range_->setAccessibleName(tr("Rain"));
    range_->setToolTip(
        tr("From what the rain of each image is drawn: small, medium and large as remembered from the "
           "paper, or a file NAME.json"));
    amplitude_->setRange(0, amplitudeSteps);
    amplitude_->setPageStep(amplitudeSteps / 10);
    amplitude_->setObjectName(QStringLiteral("rainAmplitude"));
    amplitude_->setAccessibleName(tr("Amplitude"));
    amplitude_->setToolTip(tr("Factor of the rain: 0 is none, 1 the generator's"));
    amplitudeText_->setMinimumWidth(amplitudeText_->fontMetrics().horizontalAdvance(QStringLiteral("0.00")));
    auto* line = new QHBoxLayout;
    line->addWidget(amplitude_, 1);
    line->addWidget(amplitudeText_);
    streaks_->setObjectName(QStringLiteral("rainInNumbers"));
    form.addRow(tr("R&ange"), range_);
    form.addRow(tr("&Amplitude"), line);
    if (auto* label = qobject_cast<QLabel*>(form.labelForField(line))) {
        label->setBuddy(amplitude_);
    }
    form.addRow(streaks_);
    connect(range_, &QComboBox::activated, this, &DegradationDialog::chooseRain);
    connect(amplitude_, &QSlider::valueChanged, this, [this](int value) {
        change(
            [value](Degradation& degradation) {
                if (degradation.rain) {
                    degradation.rain->amplitude = static_cast<double>(value) / amplitudeSteps;
                }
            },
            amplitude_->isSliderDown());
    });
    connect(amplitude_, &QSlider::sliderReleased, &session_, &Session::endDrag);
}

void DegradationDialog::change(const std::function<void(Degradation&)>& what, bool dragging) {
    if (follows_) {
        return;
    }
    auto degradation = session_.degradation();
    what(degradation);
    session_.setDegradation(degradation, session_.degradationSeed(), dragging);
    follow();
}

void DegradationDialog::takeRecipe() {
    if (follows_) {
        return;
    }
    const auto written = recipe_->texts().front().recipe;
    try {
        auto degradation = degradationFromString(written.empty() ? "clean" : written);
        // A range of a session whose file has gone stays what it is.
        if (const auto& now = session_.degradation(); toString(degradation) == toString(now)) {
            degradation = now;
        }
        session_.setDegradation(degradation, session_.degradationSeed());
        remark_->clear();
    } catch (const Error& error) {
        follow();
        remark_->setText(QString::fromStdString(error.what()));
        remark_->show();
        return;
    }
    follow();
}

void DegradationDialog::chooseRain() {
    const auto use = [this](const QString& nameOrFile) {
        try {
            const auto range = rainRangeNamed(nameOrFile.toStdString());
            change([&](Degradation& degradation) {
                if (degradation.rain) {
                    degradation.rain->range = range;
                }
            });
        } catch (const Error& error) {
            session_.reportTrouble(QString::fromStdString(error.what()));
        }
    };
    const auto name = range_->currentData().toString();
    if (!name.isEmpty()) {
        use(name);
        return;
    }
    follow();  // until there is a file
    choice_.files(tr("Range of rain"), tr("Ranges of rain (*.json)"), false,
                  [use](const QStringList& files) { use(files.front()); });
}

void DegradationDialog::follow() {
    follows_ = true;
    const auto& degradation = session_.degradation();
    recipe_->setTexts({{.name = {}, .recipe = degradation.isClean() ? std::string() : toString(degradation)}});
    for (std::size_t i = 0; i < degradationSteps.size(); ++i) {
        steps_.at(i)->setChecked(degradationSteps[i].isOn(degradation));
    }
    const auto largest = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
    seed_->setValue(static_cast<int>(std::min(session_.degradationSeed(), largest)));
    none_->setEnabled(!degradation.isClean());
    rainPart_->setVisible(degradation.rain.has_value());
    if (degradation.rain) {
        followRain(degradation);
    }
    remark_->clear();
    remark_->setVisible(false);
    if (session_.referenceImage()) {
        remark_->setText(
            tr("%1 is open as the reference. A degradation takes its place: the open image is the clean one "
               "then.")
                .arg(QString::fromStdString(session_.referenceImage()->file)));
        remark_->setVisible(true);
    }
    follows_ = false;
}

void DegradationDialog::followRain(const Degradation& degradation) {
    const auto& [range, factor] = *degradation.rain;
    const auto name = QString::fromStdString(range.name);
    if (range_->findData(name) < 0) {
        range_->insertItem(range_->count() - 1, name, name);
    }
    range_->setCurrentIndex(range_->findData(name));
    if (!amplitude_->isSliderDown()) {
        amplitude_->setValue(static_cast<int>(std::lround(factor * amplitudeSteps)));
    }
    amplitudeText_->setText(QString::number(factor, 'f', 2));
    const auto stem = std::filesystem::path(session_.image().file).stem().string();
    const auto drawn = drawnFor(degradation, session_.degradationSeed(), stem);
    const auto& mask = session_.rainMask();
    streaks_->setText(rainText(drawn.rain->range, mask ? mask->share() : -1.0));
}

void DegradationDialog::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

void DegradationDialog::applyColours() {
    auto colours = palette();
    colours.setColor(QPalette::WindowText, warningText(colours));
    remark_->setPalette(colours);
}

}  // namespace lamscope::ui
