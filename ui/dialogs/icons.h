// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPixmap>
#include <QString>
#include <QStringList>

namespace lamscope::ui {

/// An icon by the name of its drawing in resources/icons, e.g. "open-image". The desktop's icon is used where there is
/// one; otherwise the drawing, in the palette's text colour of the moment it is painted, so that it follows the theme.
/// A name that iconNames() lacks gives an empty icon. GUI thread only.
[[nodiscard]] QIcon icon(const QString& name);
[[nodiscard]] QStringList iconNames();

/// The drawing in one colour, `side` logical pixels, sharp at `devicePixelRatio`.
[[nodiscard]] QPixmap iconPixmap(const QString& name, int side, const QColor& colour, double devicePixelRatio);

/// The program's own icon, in its colours.
[[nodiscard]] QIcon applicationIcon();

}  // namespace lamscope::ui
