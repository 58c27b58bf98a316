// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QStyleFactory>

namespace lamscope::ui {

namespace {

const QString portalService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString portalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString portalInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearanceGroup = QStringLiteral("org.freedesktop.appearance");
const QString schemeKey = QStringLiteral("color-scheme");

// The application's palette is global, and so is whether the desktop's icons can be seen on it.
bool iconsFit = true;

struct Shades {
    QRgb window, base, alternate, button, text, quiet, disabled, highlight, link, light, midlight, mid, dark, shadow,
        toolTip;
};

QPalette paletteOf(const Shades& shades) {
    QPalette palette;
    palette.setColor(QPalette::Window, shades.window);
    palette.setColor(QPalette::Base, shades.base);
    palette.setColor(QPalette::AlternateBase, shades.alternate);
    palette.setColor(QPalette::Button, shades.button);
    palette.setColor(QPalette::WindowText, shades.text);
    palette.setColor(QPalette::Text, shades.text);
    palette.setColor(QPalette::ButtonText, shades.text);
    palette.setColor(QPalette::ToolTipBase, shades.toolTip);
    palette.setColor(QPalette::ToolTipText, shades.text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::PlaceholderText, shades.quiet);
    palette.setColor(QPalette::Highlight, shades.highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, shades.link);
    palette.setColor(QPalette::LinkVisited, shades.link);
    palette.setColor(QPalette::Light, shades.light);
    palette.setColor(QPalette::Midlight, shades.midlight);
    palette.setColor(QPalette::Mid, shades.mid);
    palette.setColor(QPalette::Dark, shades.dark);
    palette.setColor(QPalette::Shadow, shades.shadow);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        palette.setColor(QPalette::Disabled, role, shades.disabled);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, shades.mid);
    palette.setColor(QPalette::Disabled, QPalette::Base, shades.window);
    return palette;
}

}  // namespace

QString toString(Theme theme) {
    switch (theme) {
        case Theme::Light:
            return QStringLiteral("light");
        case Theme::Dark:
            return QStringLiteral("dark");
        case Theme::System:
            break;
    }
    return QStringLiteral("system");
}

Theme themeFromString(const QString& name) {
    for (const auto theme : {Theme::Light, Theme::Dark}) {
        if (name == toString(theme)) {
            return theme;
        }
    }
    return Theme::System;
}

QPalette lightPalette() {
    return paletteOf({.window = 0xfff4f4f5,
                      .base = 0xffffffff,
                      .alternate = 0xfff8f8f9,
                      .button = 0xfffafafa,
                      .text = 0xff1f2124,
                      .quiet = 0xff63676e,
                      .disabled = 0xffa3a6ab,
                      .highlight = 0xff2460c4,
                      .link = 0xff1d57b5,
                      .light = 0xffffffff,
                      .midlight = 0xffeaeaec,
                      .mid = 0xffc9cacd,
                      .dark = 0xff9b9da2,
                      .shadow = 0xff6c6e73,
                      .toolTip = 0xffffffff});
}

QPalette darkPalette() {
    return paletteOf({.window = 0xff242527,
                      .base = 0xff1a1b1c,
                      .alternate = 0xff202123,
                      .button = 0xff333538,
                      .text = 0xffe7e8ea,
                      .quiet = 0xffa0a4aa,
                      .disabled = 0xff6d7076,
                      .highlight = 0xff3574d9,
                      .link = 0xff7db0ff,
                      .light = 0xff4a4c50,
                      .midlight = 0xff3c3e42,
                      .mid = 0xff45474b,
                      .dark = 0xff141516,
                      .shadow = 0xff0b0b0c,
                      .toolTip = 0xff333538});
}

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::WindowText).lightnessF() > palette.color(QPalette::Window).lightnessF();
}

QColor mixed(const QColor& under, const QColor& over, double share) {
    const auto blend = [share](float a, float b) { return static_cast<float>((1.0 - share) * a + share * b); };
    return QColor::fromRgbF(blend(under.redF(), over.redF()), blend(under.greenF(), over.greenF()),
                            blend(under.blueF(), over.blueF()));
}

StatusColours statusColours(const QPalette& palette) {
    if (isDark(palette)) {
        return {
            .trouble = QColor(0xff, 0x83, 0x7a), .note = QColor(0x86, 0xb7, 0xff), .good = QColor(0x66, 0xcc, 0x88)};
    }
    return {.trouble = QColor(0xb4, 0x23, 0x1c), .note = QColor(0x1d, 0x57, 0xb5), .good = QColor(0x1b, 0x73, 0x3a)};
}

QColor quietText(const QPalette& palette) {
    return palette.color(QPalette::PlaceholderText);
}

bool desktopIconsFit() {
    return iconsFit;
}

ThemeSwitch::ThemeSwitch(QObject* parent)
    : QObject(parent)
    , desktopDark_(isDark(QApplication::palette())) {
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    dress();
    askDesktop();
}

void ThemeSwitch::apply(Theme theme) {
    theme_ = theme;
    dress();
}

void ThemeSwitch::askDesktop() {
    // Without an address the D-Bus library would try to start a bus, and wait for it.
    if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")) {
        return;
    }
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(portalService, portalPath, portalInterface, QStringLiteral("SettingChanged"), this,
                SLOT(onDesktopSetting(QString, QString, QDBusVariant)));
    auto question = QDBusMessage::createMethodCall(portalService, portalPath, portalInterface, QStringLiteral("Read"));
    question << appearanceGroup << schemeKey;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* finished) {
        const QDBusPendingReply<QDBusVariant> reply = *finished;
        if (reply.isValid()) {
            // Read() wraps its answer in a second variant.
            const auto value = reply.value().variant();
            setDesktopScheme(
                (value.canConvert<QDBusVariant>() ? value.value<QDBusVariant>().variant() : value).toUInt());
        }
        finished->deleteLater();
    });
}

void ThemeSwitch::onDesktopSetting(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == appearanceGroup && key == schemeKey) {
        setDesktopScheme(value.variant().toUInt());
    }
}

void ThemeSwitch::setDesktopScheme(uint scheme) {
    if (scheme == 1 || scheme == 2) {  // 0: the desktop has no preference
        desktopDark_ = scheme == 1;
        dress();
    }
}

void ThemeSwitch::dress() const {
    const bool dark = theme_ == Theme::System ? desktopDark_ : theme_ == Theme::Dark;
    iconsFit = dark == desktopDark_;
    QApplication::setPalette(dark ? darkPalette() : lightPalette());
}

}  // namespace lamscope::ui
