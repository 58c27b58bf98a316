// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/settings.h"

#include <algorithm>

#include "live/live_engine.h"

namespace lamscope::ui {

namespace {

const QString themeKey = QStringLiteral("theme");
const QString deviceKey = QStringLiteral("device");
const QString threadsKey = QStringLiteral("computeThreads");
const QString cacheKey = QStringLiteral("cacheMiB");
const QString liveKey = QStringLiteral("liveWhileDragging");
const QString autosaveKey = QStringLiteral("autosave");
const QString recentKey = QStringLiteral("recentFileCount");

QString toString(DeviceChoice device) {
    switch (device) {
        case DeviceChoice::Cpu:
            return QStringLiteral("cpu");
        case DeviceChoice::Cuda:
            return QStringLiteral("cuda");
        case DeviceChoice::Auto:
            break;
    }
    return QStringLiteral("auto");
}

DeviceChoice deviceFromString(const QString& name) {
    for (const auto device : {DeviceChoice::Cpu, DeviceChoice::Cuda}) {
        if (name == toString(device)) {
            return device;
        }
    }
    return DeviceChoice::Auto;
}

int number(const QSettings& store, const QString& key, int otherwise, int least, int most) {
    bool valid = false;
    const int value = store.value(key).toInt(&valid);
    return valid ? std::clamp(value, least, most) : otherwise;
}

}  // namespace

int defaultCacheMiB() {
    constexpr std::int64_t mebibyte = 1 << 20;
    return static_cast<int>(std::clamp<std::int64_t>(LiveEngineOptions::defaultRetainedBytes() / mebibyte,
                                                     Settings::leastCacheMiB, Settings::mostCacheMiB));
}

Settings loadSettings(const QSettings& store) {
    const Settings standard;
    Settings result;
    result.theme = themeFromString(store.value(themeKey).toString());
    result.device = deviceFromString(store.value(deviceKey).toString());
    result.computeThreads = number(store, threadsKey, standard.computeThreads, 0, Settings::mostThreads);
    result.cacheMiB = number(store, cacheKey, standard.cacheMiB, Settings::leastCacheMiB, Settings::mostCacheMiB);
    result.liveWhileDragging = store.value(liveKey, standard.liveWhileDragging).toBool();
    result.autosave = store.value(autosaveKey, standard.autosave).toBool();
    result.recentFiles = number(store, recentKey, standard.recentFiles, 0, Settings::mostRecentFiles);
    return result;
}

void saveSettings(const Settings& settings, QSettings& store) {
    store.setValue(themeKey, toString(settings.theme));
    store.setValue(deviceKey, toString(settings.device));
    store.setValue(threadsKey, settings.computeThreads);
    store.setValue(cacheKey, settings.cacheMiB);
    store.setValue(liveKey, settings.liveWhileDragging);
    store.setValue(autosaveKey, settings.autosave);
    store.setValue(recentKey, settings.recentFiles);
}

}  // namespace lamscope::ui
