// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QObject>
#include <QPalette>
#include <QString>

class QDBusVariant;

namespace lamscope::ui {

/// What the user asked for; System follows the desktop.
enum class Theme { System, Light, Dark };

[[nodiscard]] QString toString(Theme theme);
/// The inverse; System for a name that is not known.
[[nodiscard]] Theme themeFromString(const QString& name);

/// Neutral greys: nothing beside an image may tint it.
[[nodiscard]] QPalette lightPalette();
[[nodiscard]] QPalette darkPalette();

/// Whether text is lighter than the window behind it.
[[nodiscard]] bool isDark(const QPalette& palette);

/// `share` of `over` on `under`, 0…1.
[[nodiscard]] QColor mixed(const QColor& under, const QColor& over, double share);

/// Colours that carry a meaning, legible as text on the palette's base and window.
struct StatusColours {
    QColor trouble;
    QColor note;
    QColor good;
};
[[nodiscard]] StatusColours statusColours(const QPalette& palette);

/// Grey that is still easy to read, for what matters less.
[[nodiscard]] QColor quietText(const QPalette& palette);

/// True while the desktop's own icons fit the palette, that is until a theme against the desktop's is applied.
[[nodiscard]] bool desktopIconsFit();

/// Dresses the application in Fusion and one of the two palettes. Under System, the desktop portal is asked (without
/// waiting) and listened to; where there is none, the palette that Qt started with decides.
/// Make one, after the QApplication and before the first window.
class ThemeSwitch : public QObject {
    Q_OBJECT

public:
    explicit ThemeSwitch(QObject* parent = nullptr);

    void apply(Theme theme);
    [[nodiscard]] Theme theme() const { return theme_; }

private:
    Q_SLOT void onDesktopSetting(const QString& group, const QString& key, const QDBusVariant& value);
    void askDesktop();
    void setDesktopScheme(uint scheme);
    void dress() const;

    Theme theme_ = Theme::System;
    bool desktopDark_;
};

}  // namespace lamscope::ui
