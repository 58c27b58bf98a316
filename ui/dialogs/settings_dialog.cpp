// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/settings_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "runtime/device.h"
#include "runtime/processors.h"

namespace lamscope::ui {

namespace {

template <typename Value>
void choose(QComboBox* box, Value value) {
    box->setCurrentIndex(box->findData(static_cast<int>(value)));
}

QSpinBox* number(int least, int most, const QString& suffix, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setRange(least, most);
    box->setSuffix(suffix);
    return box;
}

}  // namespace

SettingsDialog::SettingsDialog(const Settings& settings, QWidget* parent)
    : QDialog(parent)
    , theme_(new QComboBox(this))
    , device_(new QComboBox(this))
    , threads_(number(0, Settings::mostThreads, {}, this))
    , cache_(number(Settings::leastCacheMiB, Settings::mostCacheMiB, tr(" MiB"), this))
    , live_(new QCheckBox(tr("Maps follow the box while it is &dragged"), this))
    , autosave_(new QCheckBox(tr("&Keep the session while you work, and offer it after a crash or a log-out"), this))
    , recent_(number(0, Settings::mostRecentFiles, {}, this)) {
    setWindowTitle(tr("Settings"));
    theme_->addItem(tr("As the system"), static_cast<int>(Theme::System));
    theme_->addItem(tr("Light"), static_cast<int>(Theme::Light));
    theme_->addItem(tr("Dark"), static_cast<int>(Theme::Dark));
    device_->addItem(tr("Automatic: CUDA where there is a GPU"), static_cast<int>(DeviceChoice::Auto));
    device_->addItem(tr("CPU"), static_cast<int>(DeviceChoice::Cpu));
    device_->addItem(tr("CUDA"), static_cast<int>(DeviceChoice::Cuda));
    threads_->setSpecialValueText(tr("automatic (%1)").arg(defaultThreads()));
    threads_->setToolTip(tr("Automatic: as many as there are processors that this program may use"));
    cache_->setSingleStep(256);
    cache_->setToolTip(tr("Memory that networks may keep between two maps, so that the next one starts sooner"));
    live_->setToolTip(tr("Off: maps are computed when the box is let go. For slow networks and slow machines"));

    auto* computing = new QGroupBox(tr("Computing"), this);
    auto* computingForm = new QFormLayout(computing);
    computingForm->addRow(tr("D&evice"), device_);
    computingForm->addRow(tr("&Threads"), threads_);
    computingForm->addRow(tr("&Cache"), cache_);
    computingForm->addRow(live_);
    auto* window = new QGroupBox(tr("Window"), this);
    auto* windowForm = new QFormLayout(window);
    windowForm->addRow(tr("T&heme"), theme_);
    windowForm->addRow(tr("&Recent files"), recent_);
    windowForm->addRow(autosave_);

    auto* buttons = new QDialogButtonBox(
        QDialogButtonBox::Ok | QDialogButtonBox::Apply | QDialogButtonBox::Cancel | QDialogButtonBox::RestoreDefaults,
        this);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        emit settingsChosen(this->settings());
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::Apply), &QPushButton::clicked, this,
            [this] { emit settingsChosen(this->settings()); });
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            [this] { fill(Settings()); });

    auto* column = new QVBoxLayout(this);
    column->addWidget(computing);
    column->addWidget(window);
    column->addStretch(1);
    column->addWidget(buttons);
    fill(settings);
}

Settings SettingsDialog::settings() const {
    Settings result;
    result.theme = static_cast<Theme>(theme_->currentData().toInt());
    result.device = static_cast<DeviceChoice>(device_->currentData().toInt());
    result.computeThreads = threads_->value();
    result.cacheMiB = cache_->value();
    result.liveWhileDragging = live_->isChecked();
    result.autosave = autosave_->isChecked();
    result.recentFiles = recent_->value();
    return result;
}

void SettingsDialog::fill(const Settings& settings) {
    choose(theme_, settings.theme);
    choose(device_, settings.device);
    threads_->setValue(settings.computeThreads);
    cache_->setValue(settings.cacheMiB);
    live_->setChecked(settings.liveWhileDragging);
    autosave_->setChecked(settings.autosave);
    recent_->setValue(settings.recentFiles);
}

}  // namespace lamscope::ui
